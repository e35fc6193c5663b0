//! Two processes with one disk: the challenge tells a successor from a copy.

use doorbuster_allocator_core::CHALLENGE_MS_MAX;
use doorbuster_proto::{AllocatorBody, BootId, EdgeBody, RefusedReason, Seq, Session, Welcome};

use super::desk::{Desk, Out, Peer, order, welcomes};

/// The same disk in another process.
fn copy(peer: &Peer, connection: u64) -> Peer {
    Peer { session: Session { boot: BootId(1_000 + connection), counter: 1 }, ..peer.again(connection) }
}

fn challenge(peer: &Peer, number: u64) -> Out {
    Out::To(peer.connection.0, AllocatorBody::Challenge(number))
}

/// Time passes, with every timeout on its way.
fn pass(desk: &mut Desk, ms: u64) -> Vec<Out> {
    let until = desk.now.after_ms(ms);
    let mut outs = Vec::new();
    while let Some(due) = desk.core.poll_timeout().filter(|due| *due <= until) {
        outs.extend(desk.at(due.max(desk.now)));
    }
    desk.now = until;
    outs
}

fn resumed(outs: &[Out], peer: &Peer) -> bool {
    welcomes(outs, peer).iter().any(|welcome| matches!(welcome, Welcome::Resume { .. }))
}

#[test]
fn the_one_that_answers_lives_on_and_the_copy_is_refused() {
    let mut desk = Desk::selling(&["one"], 20, 3);
    let mut original = desk.join("one", 1);
    let clone = copy(&original, 2);
    assert_eq!(desk.hello(&clone), [challenge(&original, 2)]);
    let outs = desk.say(&original, EdgeBody::ChallengeAnswered(2));
    let [Welcome::Refused(refused)] = &welcomes(&outs, &clone)[..] else { panic!("{outs:?}") };
    assert_eq!(refused.reason, RefusedReason::DiskCloned);
    assert!(outs.contains(&Out::HangUp(2)) && !outs.contains(&Out::HangUp(1)));
    assert!(desk.alerts[0].contains("at most W units"), "{:?}", desk.alerts);
    let outs = desk.up(&mut original, vec![order("ann", 1)]);
    assert!(
        outs.iter().any(|out| matches!(out, Out::To(1, AllocatorBody::UpTaken(taken)) if taken.watermark == Seq(1)))
    );
}

#[test]
fn a_copy_that_comes_back_is_told_of_once() {
    let mut desk = Desk::selling(&["one"], 20, 3);
    let original = desk.join("one", 1);
    let clone = copy(&original, 2);
    desk.hello(&clone);
    desk.say(&original, EdgeBody::ChallengeAnswered(2));
    let clone = clone.again(3);
    let outs = desk.hello(&clone);
    assert!(matches!(&welcomes(&outs, &clone)[..], [Welcome::Refused(_)]));
    assert_eq!(desk.alerts.len(), 1);
}

#[test]
fn a_predecessor_that_is_silent_gives_way() {
    let mut desk = Desk::selling(&["one"], 20, 3);
    let original = desk.join("one", 1);
    let next = copy(&original, 2);
    desk.hello(&next);
    let early = pass(&mut desk, CHALLENGE_MS_MAX - 1);
    assert!(welcomes(&early, &next).is_empty());
    let outs = pass(&mut desk, 1);
    assert!(outs.contains(&Out::HangUp(1)) && resumed(&outs, &next), "{outs:?}");
    assert!(desk.alerts.is_empty());
}

#[test]
fn a_predecessor_whose_transport_ends_gives_way_at_once() {
    let mut desk = Desk::selling(&["one"], 20, 3);
    let original = desk.join("one", 1);
    let next = copy(&original, 2);
    desk.hello(&next);
    desk.core.handle_disconnected(original.connection, desk.now);
    let outs = desk.drain();
    assert!(resumed(&outs, &next), "{outs:?}");
}

#[test]
fn a_newcomer_that_goes_is_forgotten() {
    let mut desk = Desk::selling(&["one"], 20, 3);
    let original = desk.join("one", 1);
    desk.hello(&copy(&original, 2));
    desk.core.handle_disconnected(doorbuster_allocator_core::Connection(2), desk.now);
    let outs = pass(&mut desk, CHALLENGE_MS_MAX);
    assert!(!outs.contains(&Out::HangUp(1)), "{outs:?}");
    assert_eq!(desk.say(&original, EdgeBody::ChallengeAnswered(2)), []);
}

#[test]
fn a_later_newcomer_takes_the_earlier_ones_place() {
    let mut desk = Desk::selling(&["one"], 20, 3);
    let original = desk.join("one", 1);
    desk.hello(&copy(&original, 2));
    let later = copy(&original, 3);
    assert_eq!(desk.hello(&later), [Out::HangUp(2), challenge(&original, 3)]);
    desk.core.handle_disconnected(original.connection, desk.now);
    let outs = desk.drain();
    assert!(resumed(&outs, &later), "{outs:?}");
}

#[test]
fn the_answer_to_another_challenge_is_none() {
    let mut desk = Desk::selling(&["one", "two"], 20, 3);
    let (original, two) = (desk.join("one", 1), desk.join("two", 9));
    let next = copy(&original, 2);
    desk.hello(&next);
    assert_eq!(desk.say(&two, EdgeBody::ChallengeAnswered(2)), []);
    assert_eq!(desk.say(&original, EdgeBody::ChallengeAnswered(7)), []);
    let outs = pass(&mut desk, CHALLENGE_MS_MAX);
    assert!(resumed(&outs, &next), "{outs:?}");
}

#[test]
fn the_same_process_needs_no_challenge() {
    let mut desk = Desk::selling(&["one"], 20, 3);
    let original = desk.join("one", 1);
    let again = original.again(2);
    let outs = desk.hello(&again);
    assert!(outs.contains(&Out::HangUp(1)) && resumed(&outs, &again));
}

#[test]
fn a_disk_whose_log_went_another_way_is_refused_until_it_starts_anew() {
    let mut desk = Desk::selling(&["one"], 20, 3);
    let mut original = desk.join("one", 1);
    desk.up(&mut original, vec![order("ann", 1)]);
    desk.core.handle_disconnected(original.connection, desk.now);
    let other = copy(&original, 2);
    desk.hello(&other);
    let outs = desk.say(&other, EdgeBody::LogDiffers);
    assert!(
        matches!(&welcomes(&outs, &other)[..], [Welcome::Refused(_)]) && outs.contains(&Out::HangUp(2)),
        "{outs:?}"
    );
    assert_eq!(desk.alerts.len(), 1);
    let other = other.again(3);
    let outs = desk.hello(&other);
    assert!(matches!(&welcomes(&outs, &other)[..], [Welcome::Refused(_)]), "{outs:?}");
    assert_eq!(desk.alerts.len(), 1);
    let original = original.again(4);
    assert!(resumed(&desk.hello(&original), &original), "its original goes on");
}

#[test]
fn an_allocator_that_stood_still_takes_nobody_for_dead() {
    let mut desk = Desk::selling(&["one"], 20, 3);
    let original = desk.join("one", 1);
    let clone = copy(&original, 2);
    desk.hello(&clone);
    desk.now = desk.now.after_ms(10 * CHALLENGE_MS_MAX);
    let outs = desk.at(desk.now);
    assert!(!outs.contains(&Out::HangUp(1)), "{outs:?}");
    let outs = desk.say(&original, EdgeBody::ChallengeAnswered(2));
    assert!(matches!(&welcomes(&outs, &clone)[..], [Welcome::Refused(_)]), "{outs:?}");
}
