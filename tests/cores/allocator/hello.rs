//! The whole table of hellos.

use doorbuster_allocator_core::Operator;
use doorbuster_proto::{
    AllocatorBody, DiskId, EdgeBody, Epoch, Instance, RefusedReason, Seq, Term, UpEntry, Verdict, Welcome,
};

use super::desk::{Desk, Out, Peer, granted, hard, order, sale, taken, welcomes, word};

fn refusal(outs: &[Out], peer: &Peer) -> RefusedReason {
    match welcomes(outs, peer).as_slice() {
        [.., Welcome::Refused(refused)] => refused.reason,
        other => panic!("a refusal was due, not {other:?}"),
    }
}

#[test]
fn an_unknown_edge_is_refused_and_hung_up() {
    let mut desk = Desk::fresh(&["one"]);
    let peer = Peer::new("two", 1);
    let outs = desk.hello(&peer);
    assert_eq!(refusal(&outs, &peer), RefusedReason::UnknownEdge);
    assert_eq!(outs.last(), Some(&Out::HangUp(1)));
}

#[test]
fn a_first_message_that_is_no_hello_is_refused() {
    let mut desk = Desk::fresh(&["one"]);
    let peer = Peer::new("one", 1);
    desk.core.handle_hello(peer.connection, peer.message(EdgeBody::Levels(Vec::new())), desk.now);
    let outs = desk.drain();
    assert_eq!(refusal(&outs, &peer), RefusedReason::Malformed);
}

#[test]
fn a_new_disk_begins_an_epoch_and_hears_what_is_published() {
    let mut desk = Desk::selling(&["one"], 10, 0);
    let peer = Peer::new("one", 1);
    let outs = desk.hello(&peer);
    assert!(matches!(
        outs.as_slice(),
        [
            Out::To(1, AllocatorBody::Welcome(Welcome::Begin { epoch: Epoch(1) })),
            Out::To(1, AllocatorBody::Published(published))
        ] if published.sales.len() == 1
    ));
}

#[test]
fn an_epoch_that_was_not_confirmed_is_offered_again() {
    let mut desk = Desk::selling(&["one"], 10, 0);
    let peer = Peer::new("one", 1);
    desk.hello(&peer);
    let peer = peer.again(2);
    let outs = desk.hello(&peer);
    assert_eq!(welcomes(&outs, &peer), [Welcome::Begin { epoch: Epoch(1) }]);
    assert_eq!(desk.accounts(), [10, 0, 0, 0, 0], "nothing is granted before it is stored");
}

#[test]
fn an_epoch_that_was_stored_but_not_confirmed_is_resumed() {
    let mut desk = Desk::selling(&["one"], 10, 0);
    let mut peer = Peer::new("one", 1);
    desk.hello(&peer);
    peer.epoch = Some(Epoch(1));
    let peer = peer.again(2);
    let outs = desk.hello(&peer);
    assert_eq!(welcomes(&outs, &peer), [Welcome::Resume { up_taken: desk.mark(&peer, 0) }]);
    assert_eq!(hard(outs).last(), Some(&granted(&peer, 1, 5, 5)));
}

#[test]
fn the_same_disk_resumes_from_the_watermarks() {
    let mut desk = Desk::selling(&["one"], 10, 0);
    let mut peer = desk.join("one", 1);
    desk.up(&mut peer, vec![order("ann", 1), order("bob", 1)]);
    peer.verdicts_taken = Seq(1);
    let peer = peer.again(2);
    let outs = desk.hello(&peer);
    let resume = Out::To(2, AllocatorBody::Welcome(Welcome::Resume { up_taken: desk.mark(&peer, 2) }));
    assert_eq!(hard(outs.clone()), [Out::HangUp(1), resume, taken(&peer, 2, &[(2, Verdict::Valid)], false)]);
    assert_eq!(outs.last(), Some(&word(&peer, false)));
}

#[test]
fn down_entries_that_did_not_arrive_are_sent_again() {
    let mut desk = Desk::selling(&["one"], 20, 0);
    let mut peer = Peer::new("one", 1);
    desk.hello(&peer);
    peer.epoch = Some(Epoch(1));
    desk.say(&peer, EdgeBody::EpochStored { epoch: Epoch(1) });
    let peer = peer.again(2);
    let outs = desk.hello(&peer);
    assert_eq!(outs.last(), Some(&granted(&peer, 1, 10, 10)));
    assert_eq!(desk.accounts(), [10, 10, 0, 0, 0], "sent again, not granted again");
}

#[test]
fn a_delayed_hello_of_an_older_session_does_not_replace_the_newer() {
    let mut desk = Desk::selling(&["one"], 10, 0);
    let peer = desk.join("one", 1);
    let newer = peer.again(3);
    desk.hello(&newer);
    let delayed = Peer { connection: doorbuster_allocator_core::Connection(2), ..peer };
    assert_eq!(desk.hello(&delayed), [Out::HangUp(2)]);
}

#[test]
fn another_disk_fences_the_living_one_and_begins_anew() {
    let mut desk = Desk::selling(&["one"], 10, 2);
    let peer = desk.join("one", 1);
    assert_eq!(desk.accounts(), [5, 5, 0, 0, 0]);
    let new_disk = Peer { disk: DiskId(99), ..Peer::new("one", 2) };
    let outs = desk.hello(&new_disk);
    assert_eq!(welcomes(&outs, &new_disk), [Welcome::Begin { epoch: Epoch(2) }]);
    assert!(outs.contains(&Out::HangUp(peer.connection.0)));
    assert_eq!(desk.accounts(), [8, 0, 0, 2, 0]);
    assert_eq!(desk.alerts.len(), 1);
}

#[test]
fn a_fenced_disk_beside_a_living_one_ships_its_tail_and_retires() {
    let mut desk = Desk::selling(&["one"], 10, 2);
    let old = desk.join("one", 1);
    desk.begin(&mut Peer { disk: DiskId(99), ..Peer::new("one", 2) });
    let mut old = old.again(3);
    let outs = desk.hello(&old);
    assert_eq!(welcomes(&outs, &old), [Welcome::Fenced { up_taken: desk.mark(&old, 0) }]);
    let outs = desk.up(&mut old, vec![order("ann", 1), UpEntry::EpochClosed]);
    assert_eq!(outs[0], taken(&old, 2, &[(1, Verdict::Valid)], true));
    assert_eq!(refusal(&outs, &old), RefusedReason::DiskRetired);
    assert_eq!(desk.stock("a").quarantine().get(), 0);
    let old = old.again(4);
    let outs = desk.hello(&old);
    assert_eq!(outs[1], taken(&old, 2, &[(1, Verdict::Valid)], true), "its verdicts are told until it has them");
    assert_eq!(refusal(&outs, &old), RefusedReason::DiskRetired);
}

#[test]
fn a_retired_disk_does_not_fence_the_living_one() {
    let mut desk = Desk::selling(&["one"], 10, 2);
    let old = desk.join("one", 1);
    let mut living = Peer { disk: DiskId(99), ..Peer::new("one", 2) };
    desk.begin(&mut living);
    let mut old = old.again(3);
    desk.hello(&old);
    desk.up(&mut old, vec![UpEntry::EpochClosed]);
    desk.hello(&living.again(4));
    desk.hello(&old.again(5));
    let head = desk.store.book(&living.edge, Epoch(2)).unwrap().head;
    assert!(head.phase.is_unfenced());
}

#[test]
fn a_fenced_disk_does_not_disturb_the_session_of_the_living_one() {
    let mut desk = Desk::selling(&["one"], 10, 2);
    let old = desk.join("one", 1);
    let mut living = Peer { disk: DiskId(99), ..Peer::new("one", 2) };
    desk.begin(&mut living);
    let mut old = old.again(3);
    desk.hello(&old);
    desk.level(&old, 0, 9);
    desk.up(&mut old, vec![UpEntry::EpochClosed]);
    desk.hello(&old.again(4));
    let outs = desk.up(&mut living, vec![order("ann", 1)]);
    assert_eq!(hard(outs)[0], taken(&living, 1, &[(1, Verdict::Valid)], false));
}

#[test]
fn a_disk_that_lost_entries_which_the_ledger_took_was_rolled_back() {
    let mut desk = Desk::selling(&["one"], 10, 0);
    let mut peer = desk.join("one", 1);
    desk.up(&mut peer, vec![order("ann", 1)]);
    let rolled_back = Peer { up_tail: Seq(0), ..peer.again(2) };
    let outs = desk.hello(&rolled_back);
    assert_eq!(refusal(&outs, &rolled_back), RefusedReason::DiskRolledBack);
    assert_eq!(desk.alerts.len(), 1);
    assert_eq!(desk.stock("a").halted, None, "the ledger knows what it took");
}

#[test]
fn a_disk_that_forgot_what_it_confirmed_was_rolled_back() {
    let mut desk = Desk::selling(&["one"], 10, 0);
    let peer = desk.join("one", 1);
    for forgetful in [Peer { down_taken: Seq(0), ..peer.again(2) }, Peer { epoch: None, ..peer.again(3) }] {
        let outs = desk.hello(&forgetful);
        assert_eq!(refusal(&outs, &forgetful), RefusedReason::DiskRolledBack);
    }
}

#[test]
fn an_older_epoch_of_a_disk_that_confirmed_a_newer_was_rolled_back() {
    let mut desk = Desk::selling(&["one"], 10, 0);
    let mut peer = desk.join("one", 1);
    let before = peer.clone();
    desk.operator(Operator::Evict { edge: peer.edge.clone() });
    peer = peer.again(2);
    desk.hello(&peer);
    let outs = desk.up(&mut peer, vec![UpEntry::EpochClosed]);
    assert_eq!(welcomes(&outs, &peer), [Welcome::Begin { epoch: Epoch(2) }]);
    let mut next = Peer { session: peer.session, epoch: Some(Epoch(2)), ..Peer::new("one", 2) };
    next.disk = peer.disk;
    desk.confirm(&mut next);
    let rolled_back = Peer { session: peer.again(9).session, ..before.again(3) };
    let outs = desk.hello(&rolled_back);
    assert_eq!(refusal(&outs, &rolled_back), RefusedReason::DiskRolledBack);
}

#[test]
fn an_edge_ahead_of_the_ledger_halts_everything() {
    let ahead: [fn(&mut Peer); 5] = [
        |peer| peer.down_taken = Seq(9),
        |peer| (peer.verdicts_taken, peer.up_tail) = (Seq(9), Seq(9)),
        |peer| peer.epoch = Some(Epoch(7)),
        |peer| peer.led_by = Some((Term(9), Instance(1))),
        |peer| peer.led_by = Some((Term(1), Instance(77))),
    ];
    for make_ahead in ahead {
        let mut desk = Desk::selling(&["one"], 10, 0);
        let mut peer = desk.join("one", 1).again(2);
        make_ahead(&mut peer);
        let outs = desk.hello(&peer);
        assert_eq!(refusal(&outs, &peer), RefusedReason::LedgerBehind);
        assert!(desk.stock("a").halted.is_some());
    }
}

#[test]
fn an_edge_ahead_of_the_ledger_halts_nothing_that_it_cannot_hold() {
    let mut desk = Desk::fresh(&["one", "two"]);
    let mut placed = sale("s", &[("a", 10), ("b", 10)], 0);
    placed.items[1].edges = Some(vec!["two".parse().unwrap()]);
    desk.publish(placed);
    let ahead = Peer { epoch: Some(Epoch(7)), ..desk.join("one", 1).again(2) };
    desk.hello(&ahead);
    assert!(desk.stock("a").halted.is_some());
    assert_eq!(desk.stock("b").halted, None);
}

#[test]
fn a_refused_edge_that_comes_again_and_again_is_told_of_once() {
    let mut desk = Desk::selling(&["one"], 10, 0);
    let peer = desk.join("one", 1);
    let mut told = Vec::new();
    let rolled_back = Peer { down_taken: Seq(0), ..peer.again(2) };
    let ahead = Peer { epoch: Some(Epoch(7)), ..peer.again(3) };
    for peer in [rolled_back, ahead] {
        for connection in 10..15 {
            desk.hello(&peer.again(connection));
        }
        let of_edges = |alert: &&String| alert.contains("RUNBOOK.md") && !alert.contains("is halted");
        told.push(desk.alerts.iter().filter(of_edges).count());
    }
    assert_eq!(told, [1, 2], "{:?}", desk.alerts);
}

#[test]
fn what_becomes_of_a_lost_disk_is_told_in_numbers() {
    let mut desk = Desk::selling(&["one"], 20, 2);
    desk.join("one", 1);
    let [_, escrow, ..] = desk.accounts();
    desk.begin(&mut Peer { disk: DiskId(99), ..Peer::new("one", 2) });
    let numbers = format!("{} units went to the pool, 2 are in quarantine until the old disk speaks", escrow - 2);
    assert!(desk.alerts[0].contains(&numbers) && desk.alerts[0].contains("writes epoch 1 off"), "{:?}", desk.alerts);
}

#[test]
fn a_disk_of_another_edge_is_refused_and_nothing_halts() {
    let mut desk = Desk::selling(&["one", "two"], 20, 0);
    let (one, two) = (desk.join("one", 1), desk.join("two", 2));
    for epoch in [None, one.epoch] {
        let swapped = Peer { edge: two.edge.clone(), epoch, ..one.again(3) };
        let outs = desk.hello(&swapped);
        let welcomes = welcomes(&outs, &swapped);
        let [Welcome::Refused(refused)] = welcomes.as_slice() else { panic!("{welcomes:?}") };
        assert_eq!(refused.reason, RefusedReason::UnknownEdge);
        assert!(refused.detail.ends_with("belongs to edge one, not to two"), "{}", refused.detail);
        assert!(!outs.contains(&Out::HangUp(2)), "the living disk stays");
    }
    assert_eq!(desk.alerts.len(), 1, "the same edge, disk and reason: {:?}", desk.alerts);
    assert_eq!(desk.stock("a").halted, None);
}

#[test]
fn a_hello_without_an_epoch_cannot_confirm_what_was_never_made() {
    let mut desk = Desk::selling(&["one"], 10, 2);
    let old = desk.join("one", 1);
    desk.begin(&mut Peer { disk: DiskId(99), ..Peer::new("one", 2) });
    let mut old = old.again(3);
    desk.hello(&old);
    desk.up(&mut old, vec![order("ann", 1), UpEntry::EpochClosed]);
    let most = Seq(u64::MAX);
    let bare = Peer { epoch: None, verdicts_taken: most, down_taken: most, up_tail: most, ..old.again(4) };
    let outs = desk.hello(&bare);
    assert_eq!(refusal(&outs, &bare), RefusedReason::DiskRetired);
    assert_eq!(desk.store.book(&old.edge, Epoch(1)).unwrap().head.verdicts_taken, Seq(2));
}

#[test]
fn every_older_session_of_a_disk_and_every_waiting_one_is_hung_up() {
    let mut desk = Desk::selling(&["one", "two"], 20, 0);
    let living = desk.join("one", 1);
    desk.join("two", 2);
    desk.restart();
    desk.hello(&living.again(3));
    desk.hello(&Peer { disk: DiskId(99), ..Peer::new("one", 4) });
    let outs = desk.hello(&living.again(5).again(5));
    assert_eq!(outs[..2], [Out::HangUp(3), Out::HangUp(4)]);
}
