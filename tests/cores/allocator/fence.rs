//! Eviction needs no clock: min(E, W) into quarantine, the rest to the pool.

use doorbuster_allocator_core::{Operator, Outcome, Phase, Refusal};
use doorbuster_proto::{AllocatorBody, Epoch, Welcome};

use super::desk::{Desk, Out, order, units};

fn evict(desk: &mut Desk) -> Result<Outcome, Refusal> {
    desk.outcome(Operator::Evict { edge: "one".parse().unwrap() })
}

#[test]
fn with_no_credit_all_of_the_escrow_is_reclaimed_at_once() {
    let mut desk = Desk::selling(&["one"], 20, 0);
    let mut peer = desk.join("one", 1);
    desk.up(&mut peer, vec![order("ann", 1)]);
    let done = evict(&mut desk);
    assert_eq!(done, Ok(Outcome::Evicted { epoch: Epoch(1), reclaimed: units(9), quarantined: units(0) }));
    assert_eq!(desk.accounts(), [19, 0, 1, 0, 0]);
}

#[test]
fn with_credit_that_much_stays_in_quarantine() {
    let mut desk = Desk::selling(&["one"], 20, 3);
    desk.join("one", 1);
    let done = evict(&mut desk);
    assert_eq!(done, Ok(Outcome::Evicted { epoch: Epoch(1), reclaimed: units(7), quarantined: units(3) }));
    assert_eq!(desk.accounts(), [17, 0, 0, 3, 0]);
}

#[test]
fn less_escrow_than_credit_is_all_quarantine() {
    let mut desk = Desk::selling(&["one"], 4, 3);
    desk.join("one", 1);
    evict(&mut desk).unwrap();
    assert_eq!(desk.accounts(), [2, 0, 0, 2, 0]);
}

#[test]
fn the_session_ends_and_the_next_hello_hears_fenced() {
    let mut desk = Desk::selling(&["one"], 20, 3);
    let mut peer = desk.join("one", 1);
    desk.up(&mut peer, vec![order("ann", 1)]);
    let outs = desk.operator(Operator::Evict { edge: peer.edge.clone() });
    assert!(outs.contains(&Out::HangUp(1)));
    assert_eq!(desk.up(&mut peer.clone(), vec![order("bob", 1)]), [], "what is still on its way is dropped");
    let again = peer.again(2);
    let fenced = Out::To(2, AllocatorBody::Welcome(Welcome::Fenced { up_taken: desk.mark(&again, 1) }));
    assert_eq!(desk.hello(&again)[0], fenced);
    assert_eq!(desk.store.book(&again.edge, Epoch(1)).unwrap().head.phase, Phase::Fenced);
}

#[test]
fn an_epoch_is_fenced_once() {
    let mut desk = Desk::selling(&["one"], 20, 3);
    let peer = desk.join("one", 1);
    evict(&mut desk).unwrap();
    assert_eq!(evict(&mut desk), Err(Refusal::NoLiveEpoch { edge: peer.edge }));
    let nobody = desk.outcome(Operator::Evict { edge: "nine".parse().unwrap() });
    assert_eq!(nobody, Err(Refusal::UnknownEdge { edge: "nine".parse().unwrap() }));
}

#[test]
fn the_reclaimed_units_go_to_who_waits() {
    let mut desk = Desk::selling(&["one", "two"], 4, 0);
    desk.join("one", 1);
    let two = desk.join("two", 2);
    desk.level(&two, 0, 3);
    desk.operator(Operator::Evict { edge: "one".parse().unwrap() });
    desk.level(&two, 0, 3);
    let escrow: u64 = desk.stock("a").escrow().get();
    assert!(escrow >= 3, "two holds {escrow}");
}
