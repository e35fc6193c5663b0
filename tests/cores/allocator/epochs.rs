//! Sessions and epochs: whose word counts.

use doorbuster_proto::{BootId, EdgeBody, Epoch, Seq, Session};

use super::desk::{Desk, Out, Peer, granted, hard, order, taken};
use doorbuster_proto::Verdict;

#[test]
fn grants_wait_until_the_epoch_is_stored() {
    let mut desk = Desk::selling(&["one"], 10, 0);
    let mut peer = Peer::new("one", 1);
    desk.hello(&peer);
    assert_eq!(desk.accounts(), [10, 0, 0, 0, 0]);
    peer.epoch = Some(Epoch(1));
    let outs = desk.say(&peer, EdgeBody::EpochStored { epoch: Epoch(1) });
    assert_eq!(hard(outs), [granted(&peer, 1, 5, 5)]);
}

#[test]
fn a_confirmation_of_another_epoch_counts_for_nothing() {
    let mut desk = Desk::selling(&["one"], 10, 0);
    let mut peer = Peer::new("one", 1);
    desk.hello(&peer);
    peer.epoch = Some(Epoch(2));
    assert_eq!(desk.say(&peer, EdgeBody::EpochStored { epoch: Epoch(2) }), []);
    assert_eq!(desk.accounts(), [10, 0, 0, 0, 0]);
}

#[test]
fn messages_of_another_session_are_dropped() {
    let mut desk = Desk::selling(&["one"], 10, 0);
    let mut peer = desk.join("one", 1);
    let mut stranger = peer.clone();
    stranger.session = Session { boot: BootId(66), counter: 1 };
    assert_eq!(desk.up(&mut stranger, vec![order("ann", 1)]), []);
    assert_eq!(desk.store.orders.len(), 0);
    let outs = desk.up(&mut peer, vec![order("ann", 1)]);
    assert_eq!(hard(outs), [taken(&peer, 1, &[(1, Verdict::Valid)], false)]);
}

#[test]
fn messages_of_another_epoch_are_dropped() {
    let mut desk = Desk::selling(&["one"], 10, 0);
    let mut peer = desk.join("one", 1);
    peer.epoch = Some(Epoch(9));
    assert_eq!(desk.up(&mut peer, vec![order("ann", 1)]), []);
}

#[test]
fn a_transport_that_is_gone_is_heard_no_more() {
    let mut desk = Desk::selling(&["one"], 10, 0);
    let mut peer = desk.join("one", 1);
    desk.core.handle_disconnected(peer.connection, desk.now);
    assert_eq!(desk.up(&mut peer, vec![order("ann", 1)]), []);
    assert_eq!(desk.core.poll_timeout(), Some(super::desk::ENDS), "nobody is left to hear a heartbeat");
}

#[test]
fn a_watermark_beyond_the_down_log_ends_the_session() {
    let mut desk = Desk::selling(&["one"], 10, 0);
    let peer = desk.join("one", 1);
    assert_eq!(desk.say(&peer, EdgeBody::DownTaken { watermark: Seq(9) }), [Out::HangUp(1)]);
}
