//! Credit W: acknowledged − taken in ≤ W, strictly in log order, session or not.

use doorbuster_edge_core::OrderStatus;
use doorbuster_proto::Verdict;

use super::rig::*;

#[test]
fn without_credit_a_partitioned_edge_sells_nothing() {
    let mut rig = Rig::live(10, 0);
    rig.disconnect();
    rig.buy("ann", "k", 1);
    assert_eq!(replies(&rig.effects()), [(1, "queueing")]);
    assert_eq!(rig.on_hand(), 10);
}

#[test]
fn a_partitioned_edge_sells_its_credit_and_no_more() {
    let mut rig = Rig::live(10, 3);
    rig.disconnect();
    rig.buy("ann", "k", 2);
    rig.buy("bob", "k", 2);
    rig.buy("eve", "k", 1);
    rig.buy("zoe", "k", 1);
    assert_eq!(replies(&rig.effects()), [(2, "queueing"), (4, "queueing"), (1, "reserved"), (3, "reserved")]);
    assert_eq!(rig.on_hand(), 7);
}

#[test]
fn with_a_session_orders_are_placed_beyond_the_credit_and_wait_for_their_verdict() {
    let mut rig = Rig::live(10, 1);
    for shopper in ["ann", "bob", "eve"] {
        rig.buy(shopper, "k", 1);
    }
    assert_eq!(replies(&rig.effects()), [(1, "reserved")]);
    assert_eq!(rig.status("bob", "k"), Some(OrderStatus::Pending));
    rig.taken(1, &[(1, Verdict::Valid)]);
    assert_eq!(replies(&rig.effects()), [(2, "reserved")], "the ledger took one in: one more on credit");
    rig.taken(2, &[(2, Verdict::Valid)]);
    assert_eq!(replies(&rig.effects()), [(3, "reserved")]);
}

#[test]
fn a_small_order_does_not_overtake_one_that_the_credit_does_not_reach() {
    let mut rig = Rig::live(10, 1);
    rig.buy("ann", "k", 2);
    rig.buy("bob", "k", 1);
    assert_eq!(replies(&rig.effects()), []);
    rig.taken(1, &[(1, Verdict::Valid)]);
    assert_eq!(replies(&rig.effects()), [(1, "reserved"), (2, "reserved")]);
}

#[test]
fn cancelled_orders_count_as_taken_in() {
    let mut rig = Rig::live(10, 1);
    rig.buy("ann", "k", 1);
    rig.effects();
    rig.taken(1, &[(1, Verdict::OverLimit)]);
    rig.effects();
    rig.disconnect();
    rig.buy("bob", "k", 1);
    rig.buy("eve", "k", 1);
    assert_eq!(replies(&rig.effects()), [(3, "queueing"), (2, "reserved")]);
}

#[test]
fn after_a_restart_the_first_units_beyond_the_watermark_are_the_acknowledged_ones() {
    let mut rig = Rig::live(10, 2);
    for shopper in ["ann", "bob", "eve"] {
        rig.buy(shopper, "k", 1);
    }
    rig.effects();
    rig.crash();
    let statuses = ["ann", "bob", "eve"].map(|shopper| rig.status(shopper, "k").unwrap());
    assert_eq!(statuses, [OrderStatus::Reserved, OrderStatus::Reserved, OrderStatus::Pending]);
    rig.resume(0);
    rig.disconnect();
    rig.buy("zoe", "k", 1);
    assert_eq!(replies(&rig.effects()), [(4, "queueing")], "the credit is used up");
}

#[test]
fn the_credit_of_a_sale_is_never_raised() {
    let mut rig = Rig::live(10, 1);
    rig.publish(vec![rules(9)]);
    rig.effects();
    rig.disconnect();
    rig.buy("ann", "k", 2);
    assert_eq!(replies(&rig.effects()), [(1, "queueing")]);
}
