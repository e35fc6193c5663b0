//! 5. Acknowledged beyond the ledger's knowledge, and so in quarantine, are at most W units of each (edge, SKU).

use std::collections::BTreeMap;

use doorbuster_allocator_core::Account;
use doorbuster_edge_core::OrderStatus;
use doorbuster_proto::{Seq, Sku};

use super::Found;
use crate::sim::edge::EdgeNode;
use crate::sim::world::World;

pub(super) fn look(world: &World) -> Found {
    let credit = world.plan.sale.credit;
    for (sku, stock) in &world.allocator.core.image().stock {
        for (account, units) in &stock.accounts {
            if matches!(account, Account::Quarantine(..)) && *units > credit && stock.halted.is_none() {
                return Err(format!("{sku}: {units} units in {account}, and W is {credit}"));
            }
        }
    }
    world.edges.iter().filter(|edge| edge.process.up && !edge.set_back).try_for_each(|edge| of(world, edge))
}

fn of(world: &World, edge: &EdgeNode) -> Found {
    let Some(epoch) = edge.core.meta().epoch else { return Ok(()) };
    let watermark = world.allocator.core.image().book(&edge.name, epoch).map_or(Seq(0), |book| book.head.up_taken);
    let mut beyond: BTreeMap<&Sku, u64> = BTreeMap::new();
    for order in edge.core.all_orders().filter(|order| order.epoch == epoch && order.seq > watermark) {
        let view = edge.core.order(&order.shopper, order.id);
        if view.is_some_and(|view| view.status == OrderStatus::Reserved) {
            *beyond.entry(&order.sku).or_default() += order.units.get();
        }
    }
    let credit = world.plan.sale.credit.get();
    match beyond.into_iter().find(|(_, units)| *units > credit) {
        Some((sku, units)) => {
            Err(format!("{} has {units} units of {sku} acknowledged beyond the ledger, W is {credit}", edge.name))
        }
        None => Ok(()),
    }
}
