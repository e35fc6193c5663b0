//! Requests at an empty shelf.

use doorbuster_edge_core::{ACKNOWLEDGE_MS_MAX, Answer, Chance, LEVELS_MS_MIN, PARK_MS_MAX, PARKED_MAX};
use doorbuster_proto::{AllocatorBody, SkuGuidance, Units};

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

/// The ledger tells how many kettles are left anywhere.
fn tell_left(rig: &mut Rig, left: u64) {
    let (low_water, left, waiting) = (units(0), units(left), units(0));
    rig.hear(AllocatorBody::Guidance(vec![SkuGuidance { sku: kettle(), low_water, left, waiting, stock: vec![] }]));
    rig.effects();
}

fn only_left(rig: &mut Rig) -> Option<Units> {
    match answer(&rig.effects()) {
        Answer::Queueing { chance, only_left, .. } => {
            assert_eq!(chance, Some(Chance::NONE));
            only_left
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn whoever_wants_more_than_is_left_anywhere_is_told_so_and_not_waited_for() {
    let mut rig = Rig::live(0, 9);
    tell_left(&mut rig, 1);
    rig.buy("ann", "k", 2);
    assert_eq!(only_left(&mut rig), Some(units(1)));
    rig.advance_ms(LEVELS_MS_MIN);
    rig.edge.handle_timeout(rig.now);
    assert!(rig.levels().iter().flatten().all(|level| level.waiting.is_zero()), "nothing is asked for");
    // One could be had.
    rig.buy("bob", "k", 1);
    assert_eq!(replies(&rig.effects()), []);
    rig.grant(1, 1);
    assert_eq!(replies(&rig.effects()), [(2, "reserved")]);
}

#[test]
fn whoever_has_its_units_already_is_not_told_that_too_few_are_left() {
    let mut rig = Rig::live(2, 9);
    tell_left(&mut rig, 1);
    rig.buy("ann", "k", 2);
    rig.commands();
    // The disk is slow: the order may be shown to nobody yet.
    rig.advance_ms(ACKNOWLEDGE_MS_MAX);
    rig.edge.handle_timeout(rig.now);
    let told = answer(&rig.commands());
    assert!(matches!(told, Answer::Queueing { only_left: None, .. }), "{told:?}");
}

#[test]
fn without_a_session_no_chance_is_told() {
    let mut rig = Rig::live(0, 0);
    tell_left(&mut rig, 3);
    rig.disconnect();
    rig.effects();
    rig.buy("ann", "k", 1);
    let told = answer(&rig.effects());
    assert!(matches!(told, Answer::Queueing { chance: None, only_left: None, .. }), "{told:?}");
}

#[test]
fn whoever_is_parked_when_fewer_are_left_than_are_wanted_does_not_hold_up_the_others() {
    let mut rig = Rig::live(0, 9);
    rig.buy("ann", "k", 2);
    rig.buy("bob", "k", 1);
    tell_left(&mut rig, 1);
    rig.grant(1, 1);
    assert_eq!(replies(&rig.effects()), [(1, "queueing"), (2, "reserved")]);
    tell_left(&mut rig, 0);
    rig.buy("ann", "k", 2);
    assert_eq!(replies(&rig.effects()), [], "that nothing is left is the ledger's word to say");
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
