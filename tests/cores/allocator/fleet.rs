//! The fleet's conservation: every shelf's books are compared with the ledger's as it tells its level.

use doorbuster_proto::{EdgeBody, LevelBooks};

use super::desk::{Desk, Peer, order, returned, units};

fn tell(desk: &mut Desk, peer: &Peer, shelf: u64, [granted, sold, returned]: [u64; 3]) {
    let books = LevelBooks { granted: units(granted), sold: units(sold), returned: units(returned) };
    let level = doorbuster_proto::Level { books, ..desk.level_of(peer, shelf, 0) };
    desk.say(peer, EdgeBody::Levels(vec![level]));
}

/// An edge that was granted ten, and whose log has one sold and two given back.
fn selling() -> (Desk, Peer) {
    let mut desk = Desk::selling(&["one"], 20, 0);
    let mut peer = desk.join("one", 1);
    desk.up(&mut peer, vec![order("ann", 1), returned(2)]);
    (desk, peer)
}

#[test]
fn what_both_know_and_what_is_on_its_way_is_right() {
    for (shelf, books) in [(7, [10, 1, 2]), (4, [10, 4, 2]), (0, [10, 1, 9])] {
        let (mut desk, peer) = selling();
        tell(&mut desk, &peer, shelf, books);
        assert_eq!(desk.stock("a").halted, None, "{shelf} {books:?}");
    }
}

#[test]
fn books_that_cannot_be_right_halt_the_sku_and_keep_the_evidence() {
    for (shelf, books) in [
        (8, [10, 1, 2]), // a unit from nowhere
        (6, [10, 1, 2]), // a unit that vanished
        (8, [11, 1, 2]), // granted more than the ledger gave
        (6, [9, 1, 2]),  // less than it confirmed
        (8, [10, 0, 2]), // sold less than its log
        (8, [10, 1, 1]), // gave back less than its log
    ] {
        let (mut desk, peer) = selling();
        tell(&mut desk, &peer, shelf, books);
        let reason = desk.stock("a").halted.clone().unwrap_or_else(|| panic!("{shelf} {books:?}"));
        assert!(reason.contains("the edge told") && reason.contains("10 granted, 1 sold, 2 returned"), "{reason}");
        assert_eq!(desk.alerts.len(), 1);
    }
}

#[test]
fn a_grant_on_its_way_is_not_on_the_shelf_yet() {
    let mut desk = Desk::selling(&["one"], 20, 0);
    let mut peer = Peer::new("one", 1);
    let outs = desk.hello(&peer);
    assert!(!outs.is_empty());
    peer.epoch = Some(doorbuster_proto::Epoch(1));
    desk.say(&peer, EdgeBody::EpochStored { epoch: doorbuster_proto::Epoch(1) });
    tell(&mut desk, &peer, 0, [0, 0, 0]);
    assert_eq!(desk.stock("a").halted, None);
    tell(&mut desk, &peer, 11, [11, 0, 0]);
    assert!(desk.stock("a").halted.is_some());
}
