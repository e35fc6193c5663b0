//! 8. Once faults stop, every unit is pool, sold or written off, and every order has a verdict that its shopper can read.

use doorbuster_allocator_core::SaleStage;
use doorbuster_edge_core::OrderStatus;

use super::Found;
use crate::sim::world::World;

pub(super) fn look(world: &World) -> Found {
    let ledger = world.allocator.core.image();
    for (sku, stock) in &ledger.stock {
        if let Some(reason) = &stock.halted {
            return Err(format!("{sku} is halted: {reason}"));
        }
        if !stock.escrow().is_zero() || !stock.quarantine().is_zero() {
            return Err(format!("{sku} is not at rest: {:?}", stock.accounts));
        }
        if !stock.owed().is_zero() {
            return Err(format!("{sku} is at rest, and {} units are owed", stock.owed()));
        }
    }
    if let Some(sale) = ledger.sales.values().find(|sale| sale.stage != SaleStage::Settled) {
        return Err(format!("{} is {:?}", sale.definition.id, sale.stage));
    }
    for edge in &world.edges {
        if !edge.process.up || !edge.core.is_drained() {
            return Err(format!("{} is not drained: {:?}", edge.name, edge.core.session_state()));
        }
        if let Some(order) = edge.core.all_orders().find(|order| order.status == OrderStatus::Pending) {
            return Err(format!("{} on {} is pending still", order.id, edge.name));
        }
    }
    Ok(())
}
