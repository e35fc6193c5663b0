//! 1. Every unit is in exactly one place.

use std::collections::{BTreeMap, BTreeSet};

use doorbuster_allocator_core::{Account, Book, Total};
use doorbuster_edge_core::{Edge, Identity, Shelf};
use doorbuster_proto::{BootId, DownEntry, EdgeId, Epoch, Seq, Sku, UpEntry};

use crate::audit::finding::Found;
use crate::audit::standing::{Standing, standing};
use crate::audit::stores::{Disk, Ledger, Stores};

pub(super) const NOT_SHOWN: &str = "units of an epoch whose disk was not given: the ledger's word is taken for them";
const BOOKS: &str = "Stop the allocator. The books are damaged, or were changed by something else than the allocator: keep \
the folder, restore the last backup, and audit that.";
const DISK: &str = "Keep this edge stopped, keep its folder, and evict the edge at the console: it goes on with an empty \
folder. What it sold is in the ledger as far as the ledger says; the rest is at most W units of each SKU.";

pub(super) fn look(stores: &Stores, found: &mut Found) {
    let ledger = &stores.ledger;
    for (sku, stock) in &ledger.image.stock {
        if let Err(violation) = stock.check(sku) {
            found.wrong(violation.to_string(), BOOKS);
        }
        let pool = stock.balance(&Account::Pool);
        if !stock.debt.is_zero() && !pool.is_zero() && stock.halted.is_none() {
            let debt = stock.debt;
            found.wrong(format!("{sku}: the pool holds {pool} units, and a debt of {debt} is not paid"), BOOKS);
        }
    }
    replay(ledger, found);
    for disk in &stores.disks {
        recovers(ledger, disk, found);
        match standing(ledger, disk) {
            Standing::Fits { edge, epoch, book } if book.head.phase.is_unfenced() => {
                escrow(ledger, disk, (edge, epoch, book), found);
            }
            Standing::Fits { .. } => {}
            _ => continue,
        }
        logs(ledger, disk, found);
    }
}

/// The journal's transfers, one after another, make the balances, and never take what is not there.
fn replay(ledger: &Ledger, found: &mut Found) {
    let mut balances: BTreeMap<(&Sku, &Account), i128> = BTreeMap::new();
    let mut issued: BTreeMap<&Sku, i128> = BTreeMap::new();
    for record in &ledger.journal {
        for transfer in &record.transfers {
            let units = i128::from(transfer.units.get());
            if transfer.from == Account::Supply {
                *issued.entry(&transfer.sku).or_default() += units;
            } else {
                *balances.entry((&transfer.sku, &transfer.from)).or_default() -= units;
            }
            if transfer.to == Account::Supply {
                *issued.entry(&transfer.sku).or_default() -= units;
            } else {
                *balances.entry((&transfer.sku, &transfer.to)).or_default() += units;
            }
        }
        for transfer in &record.transfers {
            let left = balances.get(&(&transfer.sku, &transfer.from)).copied().unwrap_or_default();
            if left < 0 {
                let (sku, from, commit) = (&transfer.sku, &transfer.from, record.commit);
                found.wrong(
                    format!("{sku}: commit {commit} took {} units more out of {from} than it held", -left),
                    BOOKS,
                );
                return;
            }
        }
    }
    let stored = ledger.image.stock.iter();
    let stored =
        stored.flat_map(|(sku, stock)| stock.accounts.iter().map(move |(account, units)| ((sku, account), units)));
    let stored: BTreeMap<_, _> = stored.map(|(place, units)| (place, i128::from(units.get()))).collect();
    let places: BTreeSet<_> = stored.keys().chain(balances.keys()).copied().collect();
    for place in places {
        let of = |map: &BTreeMap<(&Sku, &Account), i128>| map.get(&place).copied().unwrap_or_default();
        if of(&stored) != of(&balances) {
            let (sku, account) = place;
            let (stored, journal) = (of(&stored), of(&balances));
            found.wrong(format!("{sku}: {account} holds {stored} units, and {journal} by the journal"), BOOKS);
        }
    }
    for (sku, stock) in &ledger.image.stock {
        let (by_journal, stored) = (issued.get(sku).copied().unwrap_or_default(), stock.issued());
        if by_journal != i128::from(stored.get()) {
            found.wrong(
                format!("{sku}: the journal issued {by_journal} units; supply, budget and debt are {stored}"),
                BOOKS,
            );
        }
    }
}

/// The edge would start with this disk.
fn recovers(ledger: &Ledger, disk: &Disk, found: &mut Found) {
    let edge = ledger.owner(disk.id).cloned();
    let identity = Identity {
        edge: edge.unwrap_or_else(|| EdgeId::new("unknown").expect("it is an id")),
        disk: disk.id,
        boot: BootId(0),
    };
    if let Err(error) = Edge::recover(identity, disk.image.clone()) {
        found.wrong(
            format!("{}: its records contradict each other, and the edge will not start: {error}", disk.name),
            DISK,
        );
    }
}

/// What the ledger has in a live epoch's escrow is on its way down, on the shelf, or on its way up.
fn escrow(ledger: &Ledger, disk: &Disk, (edge, epoch, book): (&EdgeId, Epoch, &Book), found: &mut Found) {
    let skus: BTreeSet<&Sku> = book.totals.keys().chain(disk.image.shelves.keys()).collect();
    let none = Shelf::default();
    for sku in skus.into_iter().filter(|sku| !ledger.is_halted(sku)) {
        let shelf = disk.image.shelves.get(sku).unwrap_or(&none);
        if shelf.halted {
            found.note(format!("{edge} has halted {sku} itself, in epoch {epoch}: its shelf is not compared"));
            continue;
        }
        let down: u64 =
            book.down.range(disk.image.meta.down_taken.next()..).filter_map(|(_, entry)| grant(entry, sku)).sum();
        let up = entries(disk, epoch, book.head.up_taken.next(), Seq(u64::MAX));
        let (sold, returned) = up.get(sku).copied().unwrap_or_default();
        let escrow = ledger.image.stock.get(sku).map(|stock| stock.balance(&Account::Escrow(edge.clone(), epoch)));
        let escrow = escrow.unwrap_or_default().get();
        let held = down + shelf.on_hand.get() + sold + returned;
        let granted = book.total(sku).granted.get();
        if escrow != held {
            found.wrong(
                format!(
                    "{sku}: the ledger has {escrow} units in the escrow of {edge}, epoch {epoch}; {} accounts for {held}: \
                     {down} on the way down, {} on the shelf, {sold} sold and {returned} returned that the ledger has not taken in",
                    disk.name, shelf.on_hand
                ),
                DISK,
            );
        } else if granted != shelf.granted.get() + down {
            let taken = shelf.granted;
            found.wrong(
                format!(
                    "{sku}: the ledger granted {granted} units to {edge} in epoch {epoch}; {} took {taken}, and {down} are on the way",
                    disk.name
                ),
                DISK,
            );
        }
    }
}

fn grant(entry: &DownEntry, wanted: &Sku) -> Option<u64> {
    match entry {
        DownEntry::Grant { sku, units } if sku == wanted => Some(units.get()),
        _ => None,
    }
}

/// What the ledger has taken in of every epoch is what the disk's log says.
fn logs(ledger: &Ledger, disk: &Disk, found: &mut Found) {
    for (edge, epoch, book) in ledger.epochs().filter(|(_, _, book)| book.head.disk == disk.id) {
        let log = entries(disk, epoch, Seq(1), book.head.up_taken);
        let skus: BTreeSet<&Sku> = log.keys().copied().chain(book.totals.keys()).collect();
        for sku in skus.into_iter().filter(|sku| ledger.image.stock.contains_key(*sku) && !ledger.is_halted(sku)) {
            let (sold, returned) = log.get(sku).copied().unwrap_or_default();
            let Total { sold: taken, returned: back, .. } = book.total(sku);
            if (sold, returned) != (taken.get(), back.get()) {
                found.wrong(
                    format!(
                        "{sku}: to entry {} of {edge}, epoch {epoch}, the ledger took in {taken} sold and {back} returned; \
                         the log of {} says {sold} and {returned}",
                        book.head.up_taken, disk.name
                    ),
                    DISK,
                );
            }
        }
    }
}

/// Units sold and returned in a part of a log.
fn entries(disk: &Disk, epoch: Epoch, first: Seq, last: Seq) -> BTreeMap<&Sku, (u64, u64)> {
    let mut sums: BTreeMap<&Sku, (u64, u64)> = BTreeMap::new();
    if first > last {
        return sums;
    }
    for (_, record) in disk.image.log.range((epoch, first)..=(epoch, last)) {
        match &record.entry {
            UpEntry::OrderPlaced(order) => sums.entry(&order.sku).or_default().0 += order.units.get(),
            UpEntry::StockReturned { sku, units } => sums.entry(sku).or_default().1 += units.get(),
            UpEntry::EpochClosed => {}
        }
    }
    sums
}
