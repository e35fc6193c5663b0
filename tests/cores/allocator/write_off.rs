//! A disk that never comes back.

use doorbuster_allocator_core::{Operator, Outcome, Refusal};
use doorbuster_proto::{Epoch, UpEntry, Verdict};

use super::desk::{Desk, Peer, hard, order, taken, units};

fn write_off(desk: &mut Desk, epoch: u64) -> Result<Outcome, Refusal> {
    desk.outcome(Operator::WriteOff { edge: "one".parse().unwrap(), epoch: Epoch(epoch) })
}

fn fenced() -> (Desk, Peer) {
    let mut desk = Desk::selling(&["one"], 20, 3);
    let peer = desk.join("one", 1);
    desk.operator(Operator::Evict { edge: peer.edge.clone() });
    (desk, peer)
}

#[test]
fn the_quarantine_is_given_up() {
    let (mut desk, _) = fenced();
    assert_eq!(write_off(&mut desk, 1), Ok(Outcome::WrittenOff { units: units(3) }));
    assert_eq!(desk.accounts(), [17, 0, 0, 0, 3]);
    assert_eq!(write_off(&mut desk, 1), Ok(Outcome::Unchanged));
}

#[test]
fn a_tail_that_comes_after_all_takes_its_orders_from_there() {
    let (mut desk, peer) = fenced();
    write_off(&mut desk, 1).unwrap();
    let mut peer = peer.again(2);
    desk.hello(&peer);
    let outs = desk.up(&mut peer, vec![order("ann", 2), order("bob", 2), UpEntry::EpochClosed]);
    assert_eq!(hard(outs)[0], taken(&peer, 3, &[(1, Verdict::Valid), (2, Verdict::NoUnit)], true));
    assert_eq!(desk.accounts(), [17, 0, 2, 0, 1]);
}

#[test]
fn only_a_fenced_epoch_can_be_written_off() {
    let mut desk = Desk::selling(&["one"], 20, 3);
    let peer = desk.join("one", 1);
    assert_eq!(write_off(&mut desk, 1), Err(Refusal::NotFenced { edge: peer.edge.clone(), epoch: Epoch(1) }));
    assert_eq!(write_off(&mut desk, 2), Err(Refusal::UnknownEpoch { edge: peer.edge, epoch: Epoch(2) }));
}
