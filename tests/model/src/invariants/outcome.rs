//! 4. One outcome for one key, whatever the edges and epochs; an order is applied once.

use std::collections::BTreeMap;

use doorbuster_allocator_core::{Account, CancelReason};
use doorbuster_edge_core::{OrderStatus, OrderView};
use doorbuster_proto::Units;

use super::Found;
use crate::nodes::EdgeNode;
use crate::world::World;

pub(crate) fn look_at_answer(world: &World, wish: usize, view: &OrderView) -> Found {
    let purchase = &world.shoppers.wishes[wish].purchase;
    if view.sku.code == purchase.sku && view.units == purchase.units {
        return Ok(());
    }
    Err(format!("{purchase:?} was answered with {view:?}"))
}

pub(super) fn look(world: &World) -> Found {
    one_order_a_key(world)?;
    applied_once(world)?;
    world.edges.iter().filter(|node| !node.is_tainted).try_for_each(|node| verdicts_are_kept(world, node))
}

fn one_order_a_key(world: &World) -> Found {
    let mut keys: BTreeMap<_, u64> = BTreeMap::new();
    for order in world.allocator.core.image().orders.values().filter(|order| order.is_valid()) {
        *keys.entry((&order.sku.sale, &order.shopper, &order.key)).or_default() += 1;
    }
    match keys.into_iter().find(|(_, orders)| *orders > 1) {
        Some(((_, shopper, key), orders)) => Err(format!("{orders} valid orders of {shopper} for key {key}")),
        None => Ok(()),
    }
}

/// What is sold is what the valid orders say: an order that is applied twice would move units twice.
fn applied_once(world: &World) -> Found {
    let ledger = world.allocator.core.image();
    for (sku, stock) in &ledger.stock {
        let valid = ledger.orders.values().filter(|order| order.sku == *sku && order.is_valid());
        let (orders, sold): (Units, Units) = (valid.map(|order| order.units).sum(), stock.balance(&Account::Sold));
        if orders != sold {
            return Err(format!("{sku}: the valid orders are of {orders} units, and {sold} are sold"));
        }
    }
    Ok(())
}

/// An order that its edge takes for reserved was judged so when it was taken in.
fn verdicts_are_kept(world: &World, node: &EdgeNode) -> Found {
    let ledger = world.allocator.core.image();
    for order in node.core.all_orders().filter(|order| order.status == OrderStatus::Reserved) {
        let Some(known) = ledger.orders.get(&order.id) else {
            if world.allocator.is_restored {
                continue;
            }
            return Err(format!("{} takes {} for reserved, and the ledger has it not", node.called, order.id));
        };
        let is_that_entry = known.edge == node.name && (known.epoch, known.seq) == (order.epoch, order.seq);
        let was_judged_so = matches!(known.reason, None | Some(CancelReason::Operator));
        if is_that_entry && !was_judged_so {
            return Err(format!(
                "{} takes {} for reserved, and the ledger said {:?}",
                node.called, order.id, known.reason
            ));
        }
    }
    Ok(())
}
