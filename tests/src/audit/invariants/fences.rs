//! 6. Epochs, terms and watermarks only grow; nothing of a fenced epoch is credited but out of its quarantine or write-off.

use std::collections::BTreeMap;

use doorbuster_allocator_core::{Account, JournalRecord, Phase};
use doorbuster_proto::{EdgeId, Epoch, LogMark, Seq};

use crate::audit::finding::Found;
use crate::audit::journal::Cause;
use crate::audit::standing::{Standing, standing};
use crate::audit::stores::{Disk, Ledger, Stores};

pub(super) const NOT_SHOWN: &str = "terms and epochs of the past, of which only the last are stored; a rollback of entries \
that the ledger never had; which allocator led a term";
const BEHIND: &str = "The ledger is older than this disk: it was restored from a backup, or is not of this fleet. Look for a \
newer backup before you start it. Started, it halts what this edge may sell, on every edge, which is safe: nothing of it is sold twice.";
const ROLLED_BACK: &str = "The disk was set back to an older state, or is a copy. Do not start the edge on it: the allocator \
would refuse it. If its original runs elsewhere, leave this one stopped. Else start the edge with an empty folder; what it had acknowledged and not shipped is at most W units of each SKU.";
const COPY: &str = "The disk is a copy that went another way than its original, or its log was changed. Start nothing on it, and \
no edge of that name on an empty folder while the original lives, which that would fence; its orders that the ledger lacks, at most W acknowledged units of each SKU, have to be told to their shoppers by a person.";
const FENCE: &str = "Units of a fenced epoch are no longer that epoch's to sell or to return. Stop the allocator, keep its \
folder, restore the last backup, and audit that.";
const ORDER: &str = "The journal is written once and in order: it was damaged or changed. Keep the folder, restore the last \
backup, and audit that.";

pub(super) fn look(stores: &Stores, found: &mut Found) {
    let ledger = &stores.ledger;
    for disk in &stores.disks {
        match standing(ledger, disk) {
            Standing::Unused => found.note(format!("{}: a disk that was never given an epoch", disk.name)),
            Standing::Fits { edge, epoch, .. } => {
                found.note(format!("{} is the disk of {edge}, in epoch {epoch}", disk.name));
            }
            Standing::LedgerBehind(what) => found.wrong(format!("{}: {what}", disk.name), BEHIND),
            Standing::RolledBack(what) => found.wrong(format!("{}: {what}", disk.name), ROLLED_BACK),
        }
        copies(ledger, disk, found);
    }
    not_given(stores, found);
    phases(ledger, found);
    accounts(ledger, found);
    journal_order(ledger, found);
    credited(ledger, found);
}

/// Two disks with one identity have two logs; the ledger knows the digest of the one that was shipped.
fn copies(ledger: &Ledger, disk: &Disk, found: &mut Found) {
    for (edge, epoch, book) in ledger.epochs().filter(|(_, _, book)| book.head.disk == disk.id) {
        let taken = book.head.up_mark();
        let log = disk.image.log.range((epoch, Seq(0))..=(epoch, taken.seq));
        let mark = log.fold(LogMark::default(), |mark, (_, record)| mark.then(&record.entry));
        if mark.seq == taken.seq && mark != taken {
            let (name, seq) = (&disk.name, taken.seq);
            found.wrong(
                format!(
                    "{name}: its log of {edge}, epoch {epoch}, to entry {seq} is not the one that the ledger took in"
                ),
                COPY,
            );
        }
    }
}

fn not_given(stores: &Stores, found: &mut Found) {
    for (edge, epoch, book) in stores.ledger.epochs() {
        if book.head.phase <= Phase::Fenced && book.head.confirmed && stores.disk_of(book).is_none() {
            found.note(format!("the disk of {edge}, epoch {epoch}, was not given: nothing is compared with it"));
        }
    }
}

fn phases(ledger: &Ledger, found: &mut Found) {
    for (edge, books) in &ledger.image.epochs {
        let mut earlier = books.iter().rev().skip(1);
        if let Some((epoch, _)) = earlier.find(|(_, book)| book.head.phase.is_unfenced()) {
            found.wrong(format!("{edge}: epoch {epoch} is not fenced, and a later one has begun"), FENCE);
        }
    }
}

fn accounts(ledger: &Ledger, found: &mut Found) {
    for (sku, stock) in ledger.image.stock.iter().filter(|(_, stock)| stock.halted.is_none()) {
        for (account, units) in &stock.accounts {
            let Some((edge, epoch)) = account.epoch() else { continue };
            let phase = ledger.image.book(edge, epoch).map(|book| book.head.phase);
            let fits = phase.is_some_and(|phase| match account {
                Account::Escrow(..) => phase.is_unfenced(),
                Account::Quarantine(..) => phase == Phase::Fenced,
                _ => !phase.is_unfenced(),
            });
            if !fits {
                let phase = phase.map_or_else(|| "was never begun".into(), |phase| format!("is {phase:?}"));
                found.wrong(format!("{sku}: {account} holds {units} units, and that epoch {phase}"), FENCE);
            }
        }
    }
}

fn journal_order(ledger: &Ledger, found: &mut Found) {
    let place = |record: &JournalRecord| (record.commit, record.index);
    for pair in ledger.journal.windows(2) {
        let (one, next) = (place(&pair[0]), place(&pair[1]));
        let follows = if next.0 == one.0 { next.1 == one.1 + 1 } else { next.0 > one.0 && next.1 == 0 };
        if !follows {
            let (commit, index) = next;
            found.wrong(
                format!("record {index} of commit {commit} does not follow record {} of commit {}", one.1, one.0),
                ORDER,
            );
        }
    }
    if let Some(last) = ledger.journal.last().filter(|last| last.commit > ledger.image.commit) {
        let (journal, commit) = (last.commit, ledger.image.commit);
        found.wrong(format!("the journal goes to commit {journal}, and the ledger to {commit}"), ORDER);
    }
}

/// After an epoch's fence its escrow neither gives nor takes.
fn credited(ledger: &Ledger, found: &mut Found) {
    let mut fenced: BTreeMap<(EdgeId, Epoch), u64> = BTreeMap::new();
    for record in &ledger.journal {
        for transfer in &record.transfers {
            let escrow =
                [&transfer.from, &transfer.to].into_iter().find(|account| matches!(account, Account::Escrow(..)));
            let Some((edge, epoch)) = escrow.and_then(Account::epoch) else { continue };
            if let Some(fence) = fenced.get(&(edge.clone(), epoch)) {
                let (sku, from, to, units) = (&transfer.sku, &transfer.from, &transfer.to, transfer.units);
                found.wrong(
                    format!(
                        "{sku}: commit {} moved {units} units from {from} to {to}, and that epoch was fenced in commit {fence}",
                        record.commit
                    ),
                    FENCE,
                );
            }
        }
        if let Some(Cause::Fence(edge, epoch)) = Cause::of(record) {
            fenced.insert((edge, epoch), record.commit.0);
        }
    }
}
