//! What is left to be done where all has come to rest: nothing.

use crate::checker::facts::{EdgeOrder, Facts};
use crate::checker::verdict::{Kind, Violation};

/// No unit is with an edge, or set apart.
pub(super) fn nothing_is_out(facts: &Facts) -> Vec<Violation> {
    let out = facts.accounts.iter().filter(|(_, account)| account.escrow_sum() + account.quarantine > 0);
    let evidence = |escrow, quarantine| format!("{escrow} units in escrow and {quarantine} in quarantine");
    out.map(|(sku, account)| {
        Kind::NotSettled.found(format!("{sku}: {}", evidence(account.escrow_sum(), account.quarantine)))
    })
    .collect()
}

/// No order waits for the ledger's word, neither in the ledger nor on an edge.
pub(super) fn every_order_has_a_verdict(facts: &Facts) -> Vec<Violation> {
    let in_ledger = facts.ledger.iter().filter(|order| order.state.is_none());
    let in_ledger = in_ledger.map(|order| format!("order {} has no state in the ledger", order.order));
    let pending = |order: &&EdgeOrder| order.state.is_none();
    let on_edges = facts.edges.iter().flat_map(|(id, edge)| {
        edge.orders.iter().filter(pending).map(move |order| format!("order {} is pending on {id}", order.order))
    });
    in_ledger.chain(on_edges).map(|evidence| Kind::Undecided.found(evidence)).collect()
}
