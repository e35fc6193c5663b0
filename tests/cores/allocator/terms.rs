//! A new term grants and evicts nothing until every epoch has spoken.

use doorbuster_allocator_core::{
    Command, EdgeSettings, HEARTBEAT_MS, HEARTBEAT_PARTS, Operator, Outcome, Refusal, Settings, Write,
};
use doorbuster_proto::{AllocatorBody, BootId, DiskId, EdgeBody, Epoch, RefusedReason, Seq, Session, Term, Welcome};

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
    let settings = Settings { edges: vec![EdgeSettings::named("one".parse().unwrap())], ..Settings::default() };
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
fn an_edge_that_finds_the_ledger_behind_has_not_spoken() {
    let mut desk = Desk::selling(&["one", "two"], 40, 0);
    let (one, two) = (desk.join("one", 1), desk.join("two", 2));
    desk.restart();
    let one = one.again(3);
    assert!(matches!(welcomes(&desk.hello(&one), &one)[..], [Welcome::Resume { .. }]), "its disk knows no better");
    let outs = desk.say(&one, EdgeBody::LedgerIsBehind { held: Seq(5) });
    let [Welcome::Refused(refused)] = &welcomes(&outs, &one)[..] else { panic!("{outs:?}") };
    assert_eq!(refused.reason, RefusedReason::LedgerBehind);
    assert!(desk.stock("a").halted.is_some());
    desk.hello(&two.again(4));
    let one = one.again(5);
    desk.hello(&one);
    assert_eq!(desk.core.snapshot(desk.now).waiting_for, std::slice::from_ref(&one.edge), "nor by its next hello");
    let told = desk.alerts.iter().filter(|alert| alert.starts_with("the ledger is behind one: it heard"));
    assert_eq!(told.count(), 1, "{:?}", desk.alerts);
    // The next process has heard nothing, and ships again what its disk holds.
    let next = Peer { session: Session { boot: BootId(77), counter: 1 }, ..one.again(6) };
    assert!(matches!(welcomes(&desk.hello(&next), &next)[..], [Welcome::Resume { .. }]));
    assert!(desk.core.snapshot(desk.now).waiting_for.is_empty());
}

#[test]
fn an_edge_that_calls_a_ledger_behind_that_is_not_halts_nothing() {
    let mut desk = Desk::selling(&["one"], 40, 0);
    let one = desk.join("one", 1);
    assert_eq!(desk.say(&one, EdgeBody::LedgerIsBehind { held: Seq(0) }), [Out::HangUp(1)]);
    assert_eq!(desk.stock("a").halted, None);
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
fn a_disk_that_waits_hears_a_heartbeat_and_is_told_of_once() {
    let mut desk = Desk::selling(&["one", "two"], 40, 0);
    desk.join("one", 1);
    desk.join("two", 2);
    desk.restart();
    let new_disk = Peer { disk: DiskId(99), ..Peer::new("one", 3) };
    desk.hello(&new_disk);
    let beat = |peer: &Peer| Out::To(peer.connection.0, AllocatorBody::Words(Vec::new()));
    let round: Vec<Out> = (0..HEARTBEAT_PARTS).flat_map(|_| desk.at(desk.now.after_ms(HEARTBEAT_MS))).collect();
    assert_eq!(round, [beat(&new_disk)]);
    let again = new_disk.again(4);
    assert_eq!(desk.hello(&again), [Out::HangUp(3)]);
    assert_eq!(desk.alerts.len(), 1);
}

#[test]
fn a_fenced_epoch_is_waited_for_until_its_disk_speaks() {
    for credit in [0, 2] {
        let mut desk = Desk::selling(&["one"], 40, credit);
        let peer = desk.join("one", 1);
        desk.operator(Operator::Evict { edge: peer.edge.clone() });
        desk.restart();
        assert_eq!(desk.core.snapshot(desk.now).waiting_for, std::slice::from_ref(&peer.edge));
        desk.hello(&peer.again(2));
        assert!(desk.core.snapshot(desk.now).waiting_for.is_empty());
    }
}

#[test]
fn an_old_disk_and_the_living_one_are_waited_for() {
    let mut desk = Desk::selling(&["one"], 40, 2);
    let old = desk.join("one", 1);
    let mut living = Peer { disk: DiskId(99), ..Peer::new("one", 2) };
    desk.begin(&mut living);
    desk.restart();
    desk.hello(&living.again(3));
    assert_eq!(desk.core.snapshot(desk.now).waiting_for, std::slice::from_ref(&old.edge));
    desk.hello(&old.again(4));
    assert!(desk.core.snapshot(desk.now).waiting_for.is_empty());
}

#[test]
fn an_epoch_that_was_written_off_is_not_waited_for() {
    for credit in [0, 2] {
        let mut desk = Desk::selling(&["one"], 40, credit);
        let peer = desk.join("one", 1);
        desk.operator(Operator::Evict { edge: peer.edge.clone() });
        desk.operator(Operator::WriteOff { edge: peer.edge, epoch: Epoch(1) });
        desk.restart();
        assert!(desk.core.snapshot(desk.now).waiting_for.is_empty());
    }
}

#[test]
fn writing_off_ends_the_wait() {
    let mut desk = Desk::selling(&["one"], 40, 0);
    let peer = desk.join("one", 1);
    desk.operator(Operator::Evict { edge: peer.edge.clone() });
    desk.restart();
    desk.operator(Operator::WriteOff { edge: peer.edge, epoch: Epoch(1) });
    assert!(desk.core.snapshot(desk.now).waiting_for.is_empty());
}

#[test]
fn a_start_renders_the_site_again() {
    let mut desk = Desk::selling(&["one"], 10, 0);
    let site = desk.store.site().0;
    assert_eq!(desk.restart(), [Out::Site(site)]);
}

/// The backup knows nothing of an edge that first connected after it: what that sold is in the backup's pool still.
#[test]
fn a_restored_ledger_waits_for_every_edge_of_the_configuration() {
    let mut desk = Desk::selling(&["one", "two"], 40, 0);
    let one = desk.join("one", 1);
    desk.store.apply(&Write::Restored(true));
    desk.restart();
    let one = one.again(3);
    desk.hello(&one);
    assert_eq!(desk.level(&one, 0, 2), [], "two did not speak");
    desk.restart();
    let one = one.again(4);
    desk.hello(&one);
    assert_eq!(desk.level(&one, 0, 2), [], "two did not speak before the restart either");
    let two = desk.join("two", 2);
    assert_eq!(desk.core.snapshot(desk.now).waiting_for, [two.edge], "an empty disk says nothing of the one before it");
    desk.operator(Operator::ResumeGrants);
    assert!(!desk.store.restored);
    assert_eq!(desk.core.snapshot(desk.now).waiting_for, []);
    desk.restart();
    desk.hello(&one.again(5));
    assert_eq!(desk.core.snapshot(desk.now).waiting_for.len(), 1, "from now on as ever: two's epoch alone");
}
