//! 2. Units of valid orders are at most what is issued: supply and budget, and what is still out since they were lowered.

use std::collections::BTreeMap;

use doorbuster_proto::{Sku, Units};

use super::Found;
use crate::sim::world::World;

pub(super) fn look(world: &World) -> Found {
    let ledger = world.allocator.core.image();
    let mut sold: BTreeMap<&Sku, Units> = BTreeMap::new();
    for order in ledger.orders.values().filter(|order| order.is_valid()) {
        let sum = sold.entry(&order.sku).or_default();
        *sum = sum.plus(order.units);
    }
    for (sku, sold) in sold {
        let issued = ledger.stock[sku].issued();
        if sold > issued {
            return Err(format!("{sku}: {sold} units are sold of {issued}"));
        }
    }
    Ok(())
}
