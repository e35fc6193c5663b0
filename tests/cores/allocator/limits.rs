//! A shopper's limit, in units, over all edges.

use doorbuster_allocator_core::{CancelReason, Operator};
use doorbuster_proto::{OrderState, UpEntry, Verdict};

use super::desk::{Desk, hard, order, placed, sale, taken};

fn keyed(code: &str, key: &str, count: u64) -> UpEntry {
    UpEntry::OrderPlaced(placed(code, "ann", key, count))
}

#[test]
fn more_than_the_limit_is_cancelled_and_goes_to_the_pool() {
    let mut desk = Desk::selling(&["one", "two"], 40, 0);
    let mut one = desk.join("one", 1);
    let mut two = desk.join("two", 2);
    desk.up(&mut one, vec![keyed("a", "1", 4)]);
    let outs = desk.up(&mut two, vec![keyed("a", "2", 2), keyed("a", "3", 1)]);
    assert_eq!(hard(outs), [taken(&two, 2, &[(1, Verdict::OverLimit), (2, Verdict::Valid)], false)]);
    assert_eq!(desk.accounts(), [22, 13, 5, 0, 0]);
    let over = desk.core.order(placed("a", "ann", "2", 1).order).unwrap();
    assert_eq!((over.state, over.reason), (Some(OrderState::Cancelled), Some(CancelReason::OverLimit)));
}

#[test]
fn who_was_over_the_limit_at_one_edge_hears_so_at_another() {
    let mut desk = Desk::selling(&["one", "two"], 40, 0);
    let mut one = desk.join("one", 1);
    let mut two = desk.join("two", 2);
    desk.up(&mut one, vec![keyed("a", "1", 4)]);
    desk.up(&mut two, vec![keyed("a", "2", 2)]);
    let outs = desk.up(&mut one, vec![keyed("a", "2", 2)]);
    assert_eq!(hard(outs), [taken(&one, 2, &[(2, Verdict::OverLimit)], false)]);
    let over = desk.core.order(placed("a", "ann", "2", 2).order).unwrap();
    assert_eq!((over.edge.as_str(), over.reason), ("two", Some(CancelReason::OverLimit)), "the first one stays");
    assert_eq!(desk.accounts().iter().sum::<u64>(), 40);
}

#[test]
fn the_sales_limit_counts_over_its_items() {
    let mut desk = Desk::fresh(&["one"]);
    desk.publish(sale("s", &[("a", 40), ("b", 40)], 0));
    let mut peer = desk.join("one", 1);
    let outs = desk.up(&mut peer, vec![keyed("a", "1", 3), keyed("b", "2", 3), keyed("b", "3", 2)]);
    let verdicts = [(1, Verdict::Valid), (2, Verdict::OverLimit), (3, Verdict::Valid)];
    assert_eq!(hard(outs), [taken(&peer, 3, &verdicts, false)]);
}

#[test]
fn an_item_may_have_a_limit_of_its_own() {
    let mut desk = Desk::fresh(&["one"]);
    let mut definition = sale("s", &[("a", 40), ("b", 40)], 0);
    definition.items[0].limit = super::desk::units(1);
    desk.publish(definition);
    let mut peer = desk.join("one", 1);
    let outs = desk.up(&mut peer, vec![keyed("a", "1", 1), keyed("a", "2", 1), keyed("b", "3", 4)]);
    let verdicts = [(1, Verdict::Valid), (2, Verdict::OverLimit), (3, Verdict::Valid)];
    assert_eq!(hard(outs), [taken(&peer, 3, &verdicts, false)]);
}

#[test]
fn a_cancelled_order_frees_its_part_of_the_limit() {
    let mut desk = Desk::selling(&["one"], 40, 0);
    let mut peer = desk.join("one", 1);
    desk.up(&mut peer, vec![keyed("a", "1", 5)]);
    desk.operator(Operator::CancelOrder { order: placed("a", "ann", "1", 5).order });
    let outs = desk.up(&mut peer, vec![keyed("a", "2", 5)]);
    assert_eq!(hard(outs), [taken(&peer, 2, &[(2, Verdict::Valid)], false)]);
}

#[test]
fn a_restart_counts_what_was_bought_before_it() {
    let mut desk = Desk::selling(&["one"], 40, 0);
    let mut peer = desk.join("one", 1);
    desk.up(&mut peer, vec![order("ann", 5)]);
    desk.restart();
    let mut peer = peer.again(2);
    desk.hello(&peer);
    let outs = desk.up(&mut peer, vec![keyed("a", "2", 1)]);
    assert!(outs.iter().any(|out| *out == taken(&peer, 2, &[(2, Verdict::OverLimit)], false)));
}
