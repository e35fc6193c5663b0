//! 3. An acknowledged order is in the ledger: with W = 0 at once, and else once its edge has spoken again.

use std::collections::{BTreeMap, BTreeSet};

use doorbuster_edge_core::OrderView;
use doorbuster_proto::{DiskId, Sku};

use super::Found;
use crate::sim::world::World;

pub(super) fn look_at_answer(world: &World, view: &OrderView) -> Found {
    if !world.plan.sale.credit.is_zero() {
        return Ok(());
    }
    match world.allocator.disk.synced().orders.get(&view.id) {
        Some(order) if order.state.is_some() => Ok(()),
        found => Err(format!("{} was acknowledged with W = 0, and the ledger has {found:?}", view.id)),
    }
}

/// What a lost disk took with it is at most W of each SKU.
pub(super) fn look_at_rest(world: &World) -> Found {
    let ledger = world.allocator.core.image();
    let mut gone: BTreeMap<(&BTreeSet<DiskId>, &Sku), u64> = BTreeMap::new();
    for (id, told) in &world.shoppers.told {
        if ledger.orders.get(id).is_some_and(|order| order.state.is_some()) {
            continue;
        }
        if told.disks.is_disjoint(&world.shoppers.lost) {
            return Err(format!(
                "{id} of {} was acknowledged, no disk of its was lost, and the ledger has it not",
                told.sku
            ));
        }
        *gone.entry((&told.disks, &told.sku)).or_default() += told.units.get();
    }
    let credit = world.plan.sale.credit.get();
    for ((disks, sku), units) in gone {
        // A disk that was set back may have been so more than once, W lost each time.
        let lives = world.report.faults.get(&crate::sim::Fault::DiskSetBack).copied().unwrap_or_default() + 1;
        if units > credit * lives {
            return Err(format!("{units} acknowledged units of {sku} are gone with {disks:?}, and W is {credit}"));
        }
    }
    Ok(())
}
