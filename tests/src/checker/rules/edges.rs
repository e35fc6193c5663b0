//! The edges' disks against the ledger.

use std::collections::{BTreeMap, BTreeSet};

use doorbuster_proto::{EdgeId, OrderId, Sku};

use crate::checker::facts::{EdgeFacts, EdgeOrder, Facts, LedgerOrder};
use crate::checker::verdict::{Kind, Violation};

/// A shelf, and what is on its way in either log, is what the ledger has as the epoch's escrow.
pub(super) fn shelves_are_the_ledgers_escrow(facts: &Facts) -> Vec<Violation> {
    facts.edges.iter().flat_map(|(id, edge)| mismatches(facts, id, edge)).collect()
}

fn mismatches(facts: &Facts, id: &EdgeId, edge: &EdgeFacts) -> Vec<Violation> {
    let Some(epoch) = edge.epoch else { return Vec::new() };
    let skus: BTreeSet<&Sku> = facts.accounts.keys().chain(edge.shelves.keys()).collect();
    let mismatch = |sku: &Sku| {
        let account = facts.accounts.get(sku);
        let escrow = account.and_then(|account| account.escrow.get(&(id.clone(), epoch))).copied().unwrap_or(0);
        let held = edge.units(sku);
        let evidence = || format!("{id} accounts for {held} units of {sku}, the ledger has {escrow} in its escrow");
        (held != escrow).then(|| Kind::ShelfMismatch.found(evidence()))
    };
    skus.into_iter().filter_map(mismatch).collect()
}

/// An order that an edge shows as the shopper's is valid in the ledger.
pub(super) fn edges_and_ledger_agree_on_orders(facts: &Facts) -> Vec<Violation> {
    let ledger: BTreeMap<OrderId, &LedgerOrder> = facts.ledger.iter().map(|order| (order.order, order)).collect();
    let disagrees = |id: &EdgeId, order: &EdgeOrder| {
        let shown = order.state?.is_valid();
        let held = ledger.get(&order.order).is_some_and(|order| order.is_valid());
        let (number, state) = (order.order, order.state);
        let evidence = || format!("{id} shows order {number} as {state:?}, the ledger has it valid: {held}");
        (shown && !held).then(|| Kind::EdgeDisagrees.found(evidence()))
    };
    let edges = facts.edges.iter();
    edges.flat_map(|(id, edge)| edge.orders.iter().filter_map(move |order| disagrees(id, order))).collect()
}
