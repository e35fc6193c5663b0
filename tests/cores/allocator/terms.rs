//! A new term grants and evicts nothing until every epoch has spoken.

use doorbuster_allocator_core::{Command, Operator, Outcome, Refusal, Write};
use doorbuster_proto::{DiskId, Epoch, Term, Welcome};

use super::desk::{Desk, Out, Peer, granted, hard, welcomes};

#[test]
fn the_first_write_of_a_start_stores_its_term() {
    let mut desk = Desk::selling(&["one"], 10, 0);
    assert_eq!(desk.store.term, Term(1));
    desk.restart();
    assert_eq!(desk.store.term, Term(2));
}

#[test]
fn nothing_is_said_before_the_term_is_stored() {
    let desk = Desk::selling(&["one"], 10, 0);
    let settings = doorbuster_allocator_core::Settings { edges: vec!["one".parse().unwrap()] };
    let instance = doorbuster_proto::Instance(5);
    let mut core = doorbuster_allocator_core::Allocator::recover(settings, instance, desk.store).unwrap();
    let peer = Peer::new("one", 1);
    core.handle_hello(peer.connection, peer.hello(), desk.now);
    let Some(Command::Persist { writes, sync: true, .. }) = core.next_command() else { panic!("a write first") };
    assert!(writes.contains(&Write::Term(Term(2))));
    assert_eq!(core.next_command(), None);
}

#[test]
fn grants_wait_for_every_epoch_to_speak() {
    let mut desk = Desk::selling(&["one", "two"], 40, 0);
    let (one, two) = (desk.join("one", 1), desk.join("two", 2));
    desk.restart();
    let one = one.again(3);
    desk.hello(&one);
    assert_eq!(desk.level(&one, 0, 2), [], "two did not speak");
    assert_eq!(desk.core.snapshot(desk.now).waiting_for, std::slice::from_ref(&two.edge));
    let outs = hard(desk.hello(&two.again(4)));
    assert_eq!(outs.last(), Some(&granted(&one, 2, 2, 12)));
}

#[test]
fn an_eviction_waits_too_unless_the_operator_overrides() {
    let mut desk = Desk::selling(&["one", "two"], 40, 0);
    let (one, two) = (desk.join("one", 1), desk.join("two", 2));
    desk.restart();
    let evict = || Operator::Evict { edge: one.edge.clone() };
    assert_eq!(desk.outcome(evict()), Err(Refusal::Waiting { edges: vec![one.edge.clone(), two.edge.clone()] }));
    assert_eq!(desk.outcome(Operator::ResumeGrants), Ok(Outcome::Resumed));
    assert_eq!(desk.outcome(Operator::ResumeGrants), Ok(Outcome::Unchanged));
    assert!(desk.outcome(evict()).is_ok());
}

#[test]
fn another_disk_waits_for_its_answer() {
    let mut desk = Desk::selling(&["one", "two"], 40, 0);
    desk.join("one", 1);
    desk.join("two", 2);
    desk.restart();
    let new_disk = Peer { disk: DiskId(99), ..Peer::new("one", 3) };
    assert_eq!(desk.hello(&new_disk), [Out::Alert]);
    assert_eq!(desk.accounts(), [20, 20, 0, 0, 0], "nothing is fenced");
    let outs = desk.operator(Operator::ResumeGrants);
    assert_eq!(welcomes(&outs, &new_disk), [Welcome::Begin { epoch: Epoch(2) }]);
    assert_eq!(desk.accounts(), [30, 10, 0, 0, 0]);
}

#[test]
fn a_fenced_epoch_is_not_waited_for() {
    let mut desk = Desk::selling(&["one"], 40, 2);
    let peer = desk.join("one", 1);
    desk.operator(Operator::Evict { edge: peer.edge });
    desk.restart();
    assert!(desk.core.snapshot(desk.now).waiting_for.is_empty());
}

#[test]
fn a_start_renders_the_site_again() {
    let mut desk = Desk::selling(&["one"], 10, 0);
    let site = desk.store.site().0;
    assert_eq!(desk.restart(), [Out::Site(site)]);
}
