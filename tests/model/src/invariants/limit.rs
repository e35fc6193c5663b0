//! 7. Nobody has more valid units of the sale than the limit, whatever the edges.

use std::collections::BTreeMap;

use super::Found;
use crate::world::World;

pub(super) fn look(world: &World) -> Found {
    let mut theirs: BTreeMap<_, u64> = BTreeMap::new();
    for order in world.allocator.core.image().orders.values().filter(|order| order.is_valid()) {
        *theirs.entry(&order.shopper).or_default() += order.units.get();
    }
    let limit = world.configuration.limit;
    match theirs.into_iter().find(|(_, units)| *units > limit) {
        Some((shopper, units)) => Err(format!("{shopper} has {units} units, and the limit is {limit}")),
        None => Ok(()),
    }
}
