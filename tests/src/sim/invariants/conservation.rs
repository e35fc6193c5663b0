//! 1. Every unit is in exactly one place. What comes to the pool pays a debt before all else.

use doorbuster_allocator_core::Account;

use super::Found;
use crate::sim::edge::EdgeNode;
use crate::sim::world::World;

pub(super) fn look(world: &World) -> Found {
    let ledger = world.allocator.core.image();
    ledger.check().map_err(|violation| violation.to_string())?;
    world.allocator.disk.synced().check().map_err(|violation| format!("on the disk: {violation}"))?;
    for (sku, stock) in &ledger.stock {
        if !stock.debt.is_zero() && !stock.balance(&Account::Pool).is_zero() && stock.halted.is_none() {
            return Err(format!("{sku}: the pool has units, and a debt of {} is not paid", stock.debt));
        }
    }
    world.edges.iter().try_for_each(|edge| in_flight(world, edge))
}

/// What is under way between an edge and the ledger is never less than nothing: granted before it is taken, and sold or
/// given back before that is taken in.
fn in_flight(world: &World, edge: &EdgeNode) -> Found {
    let (meta, ledger) = (edge.core.meta(), world.allocator.core.image());
    let book = meta.epoch.and_then(|epoch| ledger.book(&edge.name, epoch));
    let Some(book) = book.filter(|book| book.head.disk == edge.disk_id && !meta.closing && !edge.set_back) else {
        return Ok(());
    };
    for (sku, shelf) in edge.core.balances() {
        let total = book.total(sku);
        let is_right = shelf.balances()
            && shelf.granted <= total.granted
            && total.sold <= shelf.sold
            && total.returned <= shelf.returned;
        if !is_right {
            return Err(format!("{sku} on {}: the edge has {shelf:?}, the ledger {total:?}", edge.name));
        }
    }
    Ok(())
}
