//! Publishing: what only the ledger knows.

use doorbuster_allocator_core::{Operator, Outcome, Refusal};
use doorbuster_proto::AllocatorBody;

use super::desk::{Desk, ENDS, Out, sale, units};

#[test]
fn a_publish_fills_the_pool_with_supply_and_budget() {
    let mut desk = Desk::fresh(&["one"]);
    let mut definition = sale("s", &[("a", 10)], 0);
    definition.items[0].budget = units(3);
    let outs = desk.publish(definition);
    let site = desk.store.site();
    assert_eq!(outs, [Out::Site(site.0), Out::Done(Ok(Outcome::Published { site, changes: vec![] }))]);
    assert_eq!(site.0, desk.store.commit.0);
    assert_eq!(desk.accounts(), [13, 0, 0, 0, 0]);
}

#[test]
fn live_edges_hear_of_it_after_the_site_changed() {
    let mut desk = Desk::fresh(&["one"]);
    let peer = desk.join("one", 1);
    let outs = desk.publish(sale("s", &[("a", 10)], 0));
    assert!(matches!(outs[0], Out::Site(_)));
    assert!(
        matches!(&outs[1], Out::To(to, AllocatorBody::Published(p)) if *to == peer.connection.0 && p.sales.len() == 1)
    );
}

#[test]
fn the_same_definition_again_changes_nothing() {
    let mut desk = Desk::selling(&["one"], 10, 0);
    let before = desk.store.clone();
    assert_eq!(desk.publish(sale("s", &[("a", 10)], 0)), [Out::Done(Ok(Outcome::Unchanged))]);
    assert_eq!(desk.store, before);
}

#[test]
fn another_content_under_the_id_of_a_sale_that_is_over_is_refused() {
    let mut desk = Desk::selling(&["one"], 10, 0);
    desk.operator(Operator::Close { sale: "s".parse().unwrap() });
    let refused = desk.outcome(Operator::Publish(sale("s", &[("a", 11)], 0)));
    assert_eq!(refused, Err(Refusal::SaleKnown { sale: "s".parse().unwrap() }));
}

#[test]
fn a_code_belongs_to_one_unsettled_sale() {
    let mut desk = Desk::selling(&["one"], 10, 0);
    let again = sale("t", &[("a", 1)], 0);
    assert!(matches!(desk.outcome(Operator::Publish(again.clone())), Err(Refusal::SkuTaken { .. })));
    assert_eq!(desk.outcome(Operator::Close { sale: "s".parse().unwrap() }), Ok(Outcome::Closed));
    assert!(matches!(desk.outcome(Operator::Publish(again)), Ok(Outcome::Published { .. })), "it settled at once");
}

#[test]
fn a_placement_on_unknown_edges_is_refused() {
    let mut desk = Desk::fresh(&["one"]);
    let mut definition = sale("s", &[("a", 10)], 0);
    definition.items[0].edges = Some(vec!["one".parse().unwrap(), "nine".parse().unwrap()]);
    let refused = desk.outcome(Operator::Publish(definition)).unwrap_err();
    assert_eq!(refused.to_string(), "the configuration has no edge nine");
}

#[test]
fn a_sale_that_is_over_is_refused() {
    let mut desk = Desk::fresh(&["one"]);
    desk.now = ENDS;
    assert!(matches!(desk.outcome(Operator::Publish(sale("s", &[("a", 1)], 0))), Err(Refusal::AlreadyOver { .. })));
}
