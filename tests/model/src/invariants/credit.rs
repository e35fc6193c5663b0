//! 5. Acknowledged beyond the ledger's knowledge, and so in quarantine, are at most W units of each (epoch, SKU).

use std::collections::BTreeMap;

use doorbuster_allocator_core::Account;
use doorbuster_proto::{DiskId, Epoch, Seq, Sku};

use super::Found;
use crate::world::World;

pub(super) fn look(world: &World) -> Found {
    let (ledger, credit) = (world.allocator.core.image(), world.configuration.credit);
    for (sku, stock) in &ledger.stock {
        for (account, units) in &stock.accounts {
            if matches!(account, Account::Quarantine(..)) && units.get() > credit && stock.halted.is_none() {
                return Err(format!("{sku}: {units} units in {account}, and W is {credit}"));
            }
        }
    }
    acknowledged_beyond(world)
}

/// A fence ends the credit: what the ledger takes in of the epoch afterwards makes room for nothing.
fn acknowledged_beyond(world: &World) -> Found {
    let ledger = world.allocator.disk.synced();
    let mut beyond: BTreeMap<(DiskId, Epoch, &Sku), u64> = BTreeMap::new();
    for ((edge, disk, epoch, seq), (sku, units)) in &world.history.on_credit {
        let taken = ledger.book(edge, *epoch).map_or(Seq(0), |book| book.head.up_taken);
        let fenced_at = world.history.fenced_at.get(&(edge.clone(), *epoch)).copied().unwrap_or(taken);
        if *seq > taken.min(fenced_at) {
            *beyond.entry((*disk, *epoch, sku)).or_default() += units.get();
        }
    }
    let credit = world.configuration.credit;
    match beyond.into_iter().find(|(_, units)| *units > credit) {
        Some(((_, epoch, sku), units)) => Err(format!(
            "{units} units of {sku} are acknowledged beyond the ledger in epoch {epoch}, and W is {credit}"
        )),
        None => Ok(()),
    }
}
