//! A disk that is nearly full: selling stops while there is room to ship and to give back.

use doorbuster_edge_core::REST_MS;
use doorbuster_proto::{EdgeBody, UpEntry, Verdict};

use super::rig::*;

fn given_back(rig: &mut Rig) -> u64 {
    let entries = shipped(&rig.effects()).into_iter().flat_map(|batch| batch.entries);
    let back = |entry| match entry {
        UpEntry::StockReturned { units, .. } => units.get(),
        _ => 0,
    };
    entries.map(back).sum()
}

#[test]
fn without_room_the_shelf_goes_back_and_shoppers_queue() {
    let mut rig = Rig::live(5, 9);
    rig.buy("ann", "k", 1);
    assert_eq!(replies(&rig.effects()), [(1, "reserved")]);
    rig.edge.handle_room(false, rig.now);
    assert_eq!(given_back(&mut rig), 4);
    rig.buy("bob", "k", 1);
    assert_eq!(replies(&rig.effects()), [(2, "queueing")], "at once: no grant will come");
    rig.taken(2, &[(1, Verdict::Valid)]);
    rig.effects();
    assert!(rig.edge.is_drained(), "what was sold is shipped all the same");
}

#[test]
fn a_grant_that_finds_no_room_goes_back_and_none_is_asked_for() {
    let mut rig = Rig::live(0, 9);
    rig.edge.handle_room(false, rig.now);
    rig.effects();
    rig.grant(1, 3);
    assert_eq!(given_back(&mut rig), 3);
    rig.advance_ms(REST_MS);
    rig.edge.handle_timeout(rig.now);
    assert_eq!(rig.levels(), [vec![]], "a heartbeat, and no level");
}

#[test]
fn with_room_again_it_sells_again() {
    let mut rig = Rig::live(0, 9);
    rig.edge.handle_room(false, rig.now);
    rig.effects();
    rig.edge.handle_room(true, rig.now);
    rig.grant(1, 2);
    rig.buy("ann", "k", 1);
    assert_eq!(replies(&rig.effects()), [(1, "reserved")]);
}

#[test]
fn what_was_on_the_shelf_at_a_start_without_room_goes_back_once_the_epoch_is_known_to_live() {
    let mut rig = Rig::live(4, 9);
    rig.crash();
    rig.edge.handle_room(false, rig.now);
    assert_eq!(rig.on_hand(), 4, "the epoch may be fenced by now");
    rig.connect();
    rig.effects();
    let up_taken = rig.mark(0);
    rig.welcome(doorbuster_proto::Welcome::Resume { up_taken });
    let bodies = sent(&rig.effects());
    assert!(bodies.iter().any(|body| matches!(body, EdgeBody::Up(_))), "{bodies:?}");
    assert_eq!(rig.on_hand(), 0);
}

#[test]
fn who_waits_at_an_empty_shelf_is_answered_when_the_room_ends() {
    let mut rig = Rig::live(0, 9);
    rig.buy("ann", "k", 1);
    rig.effects();
    rig.edge.handle_room(false, rig.now);
    assert_eq!(replies(&rig.effects()), [(1, "queueing")]);
}
