//! 4. One outcome for one (sale, shopper, key), over all edges and epochs; an order is applied once.

use std::collections::{BTreeMap, BTreeSet};

use doorbuster_allocator_core::{Account, CancelReason, LedgerOrder};
use doorbuster_edge_core::{CancelledBecause, Order, OrderStatus};
use doorbuster_proto::{DownEntry, EdgeId, Epoch, OrderId, OrderState, Sku, UpEntry};

use crate::audit::finding::Found;
use crate::audit::standing::{Standing, standing, tail};
use crate::audit::stores::{Disk, Ledger, Stores};

pub(super) const NOT_SHOWN: &str = "answers that shoppers were given: only `checker`, with the shoppers' own log, compares \
those";
const TWICE: &str = "Stop the allocator and keep its folder. `audit --order` shows each entry that the order came in with; \
units that were counted twice have to be brought back by a restore, not by hand.";
const FORGED: &str = "One of the two stores was changed by something else than Doorbuster, or they are not of one fleet. \
Check which folders were given; keep both, and fulfil nothing of these orders before it is known.";
const TWO_ANSWERS: &str = "Shoppers at this edge read something else than the ledger says. Keep the edge stopped and its \
folder; fulfil by the ledger; report this as a fault of the program, with both folders.";

pub(super) fn look(stores: &Stores, found: &mut Found) {
    let ledger = &stores.ledger;
    ids(ledger, found);
    places(ledger, found);
    applied_once(ledger, found);
    for disk in &stores.disks {
        if let Standing::Fits { edge, .. } = standing(ledger, disk) {
            logged(ledger, disk, found);
            answers(ledger, disk, edge, found);
        }
    }
}

fn ids(ledger: &Ledger, found: &mut Found) {
    for order in ledger.image.orders.values() {
        let expected = OrderId::of(&order.sku.sale, &order.shopper, &order.key);
        if order.id != expected {
            found.wrong(
                format!("order {} is not named after its sale, shopper and key, which make {expected}", order.id),
                FORGED,
            );
        }
    }
}

fn places(ledger: &Ledger, found: &mut Found) {
    let mut taken: BTreeMap<_, OrderId> = BTreeMap::new();
    for order in ledger.image.orders.values() {
        if let Some(other) = taken.insert((&order.edge, order.epoch, order.seq), order.id) {
            let LedgerOrder { id, edge, epoch, seq, .. } = order;
            found.wrong(format!("orders {other} and {id} both came with entry {seq} of {edge}, epoch {epoch}"), TWICE);
        }
    }
}

/// What went to "sold" from an epoch is what its orders took, each once.
fn applied_once(ledger: &Ledger, found: &mut Found) {
    let mut sums: BTreeMap<(&EdgeId, Epoch, &Sku), (u64, u64)> = BTreeMap::new();
    for transfer in ledger.journal.iter().flat_map(|record| &record.transfers) {
        if let (Some((edge, epoch)), Account::Sold) = (transfer.from.epoch(), &transfer.to) {
            sums.entry((edge, epoch, &transfer.sku)).or_default().0 += transfer.units.get();
        }
    }
    for order in ledger.image.orders.values().filter(|order| took_units(order)) {
        sums.entry((&order.edge, order.epoch, &order.sku)).or_default().1 += order.units.get();
    }
    for ((edge, epoch, sku), (journal, orders)) in sums.into_iter().filter(|(_, (journal, orders))| journal != orders) {
        found.wrong(
            format!("{sku}: {journal} units of {edge}, epoch {epoch}, were sold by the journal, and its orders took {orders}"),
            TWICE,
        );
    }
}

/// Whether the order stood when it was taken in.
pub(in crate::audit) fn took_units(order: &LedgerOrder) -> bool {
    order.is_valid() || order.reason == Some(CancelReason::Operator) || order.state == Some(OrderState::Expired)
}

/// Every order of the ledger is in its edge's log, as it is.
fn logged(ledger: &Ledger, disk: &Disk, found: &mut Found) {
    let mine: BTreeSet<(&EdgeId, Epoch)> = ledger
        .epochs()
        .filter(|(_, _, book)| book.head.disk == disk.id)
        .map(|(edge, epoch, _)| (edge, epoch))
        .collect();
    for order in ledger.image.orders.values().filter(|order| mine.contains(&(&order.edge, order.epoch))) {
        let entry = disk.image.log.get(&(order.epoch, order.seq)).map(|record| &record.entry);
        let is_it = |entry: &UpEntry| {
            matches!(entry, UpEntry::OrderPlaced(placed) if placed.order == order.id && placed.sku == order.sku
                && placed.units == order.units && placed.shopper == order.shopper && placed.key == order.key)
        };
        if !entry.is_some_and(is_it) {
            let LedgerOrder { id, edge, epoch, seq, .. } = order;
            let last = tail(disk, *epoch);
            found.wrong(
                format!(
                    "order {id} came with entry {seq} of {edge}, epoch {epoch}, by the ledger; the log of {}, to {last}, \
                     has something else there",
                    disk.name
                ),
                FORGED,
            );
        }
    }
}

/// Every order of the disk stands as the ledger says, as far as the edge has been told.
fn answers(ledger: &Ledger, disk: &Disk, edge: &EdgeId, found: &mut Found) {
    let books = &ledger.image.epochs[edge];
    // Another disk of the edge hears what is new.
    if books.last_key_value().is_none_or(|(_, last)| last.head.disk != disk.id) {
        return;
    }
    let meta = &disk.image.meta;
    let mut untold: BTreeSet<OrderId> = BTreeSet::new();
    for (epoch, book) in books {
        let current = Some(*epoch) == meta.epoch;
        let down = book.down.iter().filter(|(seq, _)| !current || **seq > meta.down_taken);
        untold.extend(down.filter_map(|(_, entry)| match entry {
            DownEntry::OrderState { order, .. } => Some(*order),
            DownEntry::Grant { .. } | DownEntry::SaleClosed { .. } => None,
        }));
    }
    let orders = disk.image.orders();
    for order in orders.values().filter(|order| !untold.contains(&order.id)) {
        let known = ledger.image.orders.get(&order.id);
        if !agree(order, known.and_then(|known| known.state)) {
            let says = known.map_or_else(|| "knows no such order".into(), |known| format!("says {:?}", known.state));
            found.wrong(
                format!(
                    "order {} of {}: {} says {:?}, and the ledger {says}",
                    order.id, order.sku, disk.name, order.status
                ),
                TWO_ANSWERS,
            );
        }
    }
}

fn agree(order: &Order, ledger: Option<OrderState>) -> bool {
    match order.status {
        OrderStatus::Reserved => ledger == Some(OrderState::Reserved),
        OrderStatus::Paid => ledger == Some(OrderState::Paid),
        OrderStatus::Fulfilled => ledger == Some(OrderState::Fulfilled),
        OrderStatus::Expired => ledger == Some(OrderState::Expired),
        // Told by nobody yet; invariant 8 asks whether anybody will. Or elsewhere the same id may stand: it was not consumed,
        // or not by this purchase.
        OrderStatus::Pending | OrderStatus::Cancelled(CancelledBecause::NoUnit | CancelledBecause::KeyReused) => true,
        OrderStatus::Cancelled(_) => !ledger.is_some_and(OrderState::is_valid),
    }
}
