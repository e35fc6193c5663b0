//! 7. Nobody has more valid units of a sale, or of an item, than the limit, whatever the edges.

use std::collections::BTreeMap;

use super::Found;
use crate::sim::world::World;

pub(super) fn look(world: &World) -> Found {
    let mut of_sale: BTreeMap<_, u64> = BTreeMap::new();
    let mut of_item: BTreeMap<_, u64> = BTreeMap::new();
    for order in world.allocator.core.image().orders.values().filter(|order| order.is_valid()) {
        *of_sale.entry(&order.shopper).or_default() += order.units.get();
        *of_item.entry((&order.shopper, &order.sku.code)).or_default() += order.units.get();
    }
    let sale = &world.plan.sale;
    if let Some((shopper, units)) = of_sale.into_iter().find(|(_, units)| *units > sale.limit.get()) {
        return Err(format!("{shopper} has {units} units, and the limit is {}", sale.limit));
    }
    for item in &sale.items {
        let over = of_item.iter().find(|((_, code), units)| **code == item.sku && **units > item.limit.get());
        if let Some(((shopper, code), units)) = over {
            return Err(format!("{shopper} has {units} units of {code}, and its limit is {}", item.limit));
        }
    }
    Ok(())
}
