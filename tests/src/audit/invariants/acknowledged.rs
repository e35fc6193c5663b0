//! 3. An acknowledged order is in the ledger with a state, once its edge has spoken again.

use std::collections::BTreeMap;

use doorbuster_edge_core::{Order, OrderStatus};
use doorbuster_proto::Sku;

use crate::audit::finding::Found;
use crate::audit::standing::{Standing, standing};
use crate::audit::stores::{Disk, Stores};

pub(super) const NOT_SHOWN: &str = "what shoppers were told: an acknowledgement on credit is not written down, and one of a \
disk that was not given, or is lost, cannot be known (at most W units of each SKU)";
const LOST: &str = "The ledger says that it took this entry in, and has no order of it. Keep both folders; restore the last \
backup beside them and compare; the shopper has a right to the order.";
const BEHIND: &str = "The ledger was set back: it is older than this disk. Do not start it on this folder: look for a newer \
backup, or for the folder that was lost. Started all the same, it halts what the edge sells.";
const EARLY: &str = "With credit W = 0 nobody may be told so before the ledger knows. Keep the edge's folder, start the edge \
so that it ships its log, and report this as a fault of the program.";

pub(super) fn look(stores: &Stores, found: &mut Found) {
    for disk in &stores.disks {
        match standing(&stores.ledger, disk) {
            Standing::Fits { .. } => orders(stores, disk, found),
            Standing::LedgerBehind(_) => unknown(stores, disk, found),
            Standing::Unused | Standing::RolledBack(_) => {}
        }
    }
}

fn orders(stores: &Stores, disk: &Disk, found: &mut Found) {
    let ledger = &stores.ledger;
    let mut waiting: BTreeMap<&Sku, (u64, u64)> = BTreeMap::new();
    let orders = disk.image.orders();
    for order in orders.values() {
        let book = ledger.epochs().find(|(_, epoch, book)| *epoch == order.epoch && book.head.disk == disk.id);
        let Some((edge, epoch, book)) = book else { continue };
        let at = format!("{}, entry {} of {edge}, epoch {epoch}", told(order), order.seq);
        let known = ledger.image.orders.get(&order.id);
        if order.seq <= book.head.up_taken {
            if known.is_none() {
                found.wrong(format!("order {at}: the ledger has taken the entry in, and knows no such order"), LOST);
            }
            continue;
        }
        let sum = waiting.entry(&order.sku).or_default();
        *sum = (sum.0 + 1, sum.1 + order.units.get());
        let is_early = is_shown(order) && ledger.credit(&order.sku).is_zero() && known.is_none();
        if is_early {
            found.wrong(format!("order {at}: shown as {:?} before the ledger has it, and W is 0", order.status), EARLY);
        }
    }
    for (sku, (count, units)) in waiting {
        let credit = ledger.credit(sku).get();
        found.note(format!(
            "{}: {count} orders of {sku} ({units} units) wait to be shipped, of which at most {} units may have been \
             acknowledged: start the edge, and keep its folder until it has shipped them",
            disk.name,
            units.min(credit)
        ));
    }
}

/// Orders that shoppers were shown, of which the ledger has none.
fn unknown(stores: &Stores, disk: &Disk, found: &mut Found) {
    let orders = disk.image.orders();
    let gone = orders.values().filter(|order| is_shown(order) && !stores.ledger.image.orders.contains_key(&order.id));
    let gone: Vec<_> = gone.collect();
    if !gone.is_empty() {
        let (count, told) = (gone.len(), gone.iter().map(|order| told(order)).collect::<Vec<_>>().join("; "));
        found.wrong(
            format!("{}: {count} orders are the shoppers', and the ledger has none of them: {told}", disk.name),
            BEHIND,
        );
    }
}

/// What a person must know to fulfil it.
fn told(order: &Order) -> String {
    let Order { id, sku, units, shopper, key, .. } = order;
    format!("{id} of {sku}, {units} units for {shopper} with key {key}")
}

fn is_shown(order: &Order) -> bool {
    order.status.counts() && order.status != OrderStatus::Pending
}
