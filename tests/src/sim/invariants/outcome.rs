//! 4. One outcome for one key, whatever the edges and epochs.

use doorbuster_edge_core::{CancelledBecause, Order, OrderStatus, OrderView};
use doorbuster_proto::OrderState;

use super::Found;
use crate::sim::edge::EdgeNode;
use crate::sim::world::World;

pub(super) fn look_at_answer(world: &World, wish: usize, view: &OrderView) -> Found {
    let purchase = &world.shoppers.wishes[wish].purchase;
    if view.id == purchase.order() && view.sku.code == purchase.sku && view.units == purchase.units {
        return Ok(());
    }
    Err(format!("{purchase:?} was answered with {view:?}"))
}

/// Every edge says of an order what the ledger says.
pub(super) fn look_at_rest(world: &World) -> Found {
    for edge in world.edges.iter().filter(|edge| edge.process.up && !edge.set_back) {
        for order in edge.core.all_orders() {
            agrees(world, edge, order)?;
        }
    }
    Ok(())
}

fn agrees(world: &World, edge: &EdgeNode, order: &Order) -> Found {
    let ledger = world.allocator.core.image().orders.get(&order.id);
    let state = ledger.and_then(|ledger| ledger.state);
    let is_right = match order.status {
        OrderStatus::Pending => false,
        OrderStatus::Reserved => state == Some(OrderState::Reserved),
        OrderStatus::Paid => state == Some(OrderState::Paid),
        OrderStatus::Fulfilled => state == Some(OrderState::Fulfilled),
        OrderStatus::Expired => state == Some(OrderState::Expired),
        // Elsewhere the same id may stand: it was not consumed, or not by this purchase.
        OrderStatus::Cancelled(CancelledBecause::NoUnit | CancelledBecause::KeyReused) => true,
        OrderStatus::Cancelled(_) => state == Some(OrderState::Cancelled),
    };
    if is_right {
        return Ok(());
    }
    Err(format!("{} says {:?} of {}, and the ledger {state:?}", edge.name, order.status, order.id))
}
