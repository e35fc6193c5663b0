//! Requests at an empty shelf.

use doorbuster_edge_core::{PARK_MS_MAX, PARKED_MAX};

use super::rig::*;

#[test]
fn parked_requests_are_served_first_come_first_when_stock_arrives() {
    let mut rig = Rig::live(0, 9);
    for (shopper, kettles) in [("ann", 1), ("bob", 2), ("eve", 1)] {
        rig.buy(shopper, "k", kettles);
    }
    assert_eq!(replies(&rig.effects()), []);
    rig.grant(1, 2);
    assert_eq!(replies(&rig.effects()), [(1, "reserved")], "bob's two are not there: eve waits behind");
    rig.grant(2, 2);
    assert_eq!(replies(&rig.effects()), [(2, "reserved"), (3, "reserved")]);
}

#[test]
fn nobody_is_parked_for_long() {
    let mut rig = Rig::live(0, 9);
    rig.buy("ann", "k", 1);
    assert_eq!(replies(&rig.pass_ms(PARK_MS_MAX - 1)), []);
    assert_eq!(replies(&rig.pass_ms(1)), [(1, "queueing")]);
}

#[test]
fn parked_requests_hear_the_word_and_the_clock() {
    let mut rig = Rig::live(0, 9);
    rig.buy("ann", "k", 1);
    rig.word(true);
    assert_eq!(replies(&rig.effects()), [(1, "sold out")]);
    rig.commit = doorbuster_proto::Commit(2);
    rig.word(false);
    rig.now = doorbuster_proto::Timestamp(END.0 - 1);
    rig.buy("ann", "k", 1);
    assert_eq!(replies(&rig.pass_ms(1)), [(2, "over")]);
}

#[test]
fn so_many_are_parked_and_no_more() {
    let mut rig = Rig::live(0, 9);
    for shopper in 0..=PARKED_MAX {
        rig.buy(&format!("shopper-{shopper}"), "k", 1);
    }
    assert_eq!(replies(&rig.effects()), [(PARKED_MAX as u64 + 1, "queueing")]);
}

#[test]
fn the_same_purchase_parked_twice_is_one_order() {
    let mut rig = Rig::live(0, 9);
    rig.buy("ann", "k", 1);
    rig.buy("ann", "k", 1);
    rig.grant(1, 5);
    assert_eq!(replies(&rig.effects()), [(1, "reserved"), (2, "reserved")]);
    assert_eq!(rig.on_hand(), 4);
}

#[test]
fn without_a_session_nobody_is_parked() {
    let mut rig = Rig::live(0, 9);
    rig.disconnect();
    rig.buy("ann", "k", 1);
    assert_eq!(replies(&rig.effects()), [(1, "queueing")]);
}
