//! The first message of a session, and the answers to it.

use doorbuster_edge_core::{HangUpReason, SILENCE_MS_MAX, SessionState};
use doorbuster_proto::{
    AllocatorBody, DiskId, EdgeBody, Epoch, Hello, Refused, RefusedReason, Seq, SiteVersion, Term, Verdict, Welcome,
};

use super::rig::*;

#[test]
fn a_fresh_edge_says_who_it_is_and_that_it_has_nothing() {
    let mut rig = Rig::fresh();
    rig.connect();
    let effects = rig.effects();
    let expected = Hello {
        edge: "edge-1".parse().unwrap(),
        disk: DiskId(5),
        up_tail: Seq(0),
        verdicts_taken: Seq(0),
        down_taken: Seq(0),
        led_by: None,
        site: SiteVersion(0),
        closing: false,
    };
    assert_eq!(hello(&effects), expected);
    assert_eq!(rig.edge.session_state(), SessionState::Greeting);
}

#[test]
fn a_hello_tells_how_far_the_disk_is_and_not_the_memory() {
    let mut rig = Rig::live(10, 0);
    rig.buy("ann", "k", 1);
    rig.effects();
    rig.buy("bob", "k", 1);
    rig.grant(2, 5);
    rig.commands();
    rig.disconnect();
    rig.connect();
    let found = hello(&rig.commands());
    assert_eq!((found.up_tail, found.down_taken), (Seq(1), Seq(1)));
    assert_eq!(found.led_by, Some((rig.term, rig.instance)));
}

#[test]
fn an_edge_sells_nothing_before_its_hello_is_answered() {
    let mut rig = Rig::live(10, 5);
    rig.crash();
    rig.buy("ann", "k", 1);
    rig.connect();
    rig.buy("ann", "k", 1);
    assert_eq!(replies(&rig.effects()), [(1, "queueing"), (2, "queueing")]);
    let up_taken = rig.mark(0);
    rig.welcome(Welcome::Resume { up_taken });
    rig.buy("ann", "k", 1);
    assert_eq!(replies(&rig.effects()), [(3, "reserved")]);
}

#[test]
fn a_message_of_another_session_is_dropped() {
    let mut rig = Rig::live(10, 0);
    rig.buy("ann", "k", 1);
    rig.effects();
    let stale = rig.message(AllocatorBody::UpTaken(doorbuster_proto::UpTaken {
        watermark: Seq(1),
        verdicts: vec![],
        tail: false,
    }));
    rig.disconnect();
    rig.edge.handle_message(stale.clone(), rig.now);
    rig.resume(0);
    rig.edge.handle_message(stale, rig.now);
    assert_eq!(rig.edge.meta().up_taken, Seq(0));
}

#[test]
fn a_message_of_another_epoch_is_dropped() {
    let mut rig = Rig::live(10, 0);
    rig.epoch = Some(Epoch(2));
    rig.grant(2, 5);
    assert_eq!(rig.effects(), []);
    assert_eq!(rig.on_hand(), 10);
}

#[test]
fn a_refused_edge_stops_selling_and_says_so_once() {
    let mut rig = Rig::live(10, 5);
    rig.disconnect();
    let refused = Refused { reason: RefusedReason::DiskRolledBack, detail: "tail 1, watermark 5".into() };
    for alerts_expected in [1, 0] {
        rig.connect();
        rig.effects();
        rig.welcome(Welcome::Refused(refused.clone()));
        let effects = rig.effects();
        assert_eq!((alerts(&effects), hung_up(&effects)), (alerts_expected, Some(HangUpReason::Refused)));
    }
    rig.buy("ann", "k", 1);
    assert_eq!(replies(&rig.effects()), [(1, "queueing")]);
    assert_eq!(rig.edge.session_state(), SessionState::Refused(RefusedReason::DiskRolledBack));
    rig.resume(0);
    rig.buy("ann", "k", 1);
    assert_eq!(replies(&rig.effects()), [(2, "reserved")], "an operator has mended it");
}

#[test]
fn a_ledger_that_holds_less_than_it_said_is_not_trusted() {
    let mut rig = Rig::live(10, 5);
    rig.buy("ann", "k", 1);
    rig.effects();
    rig.taken(1, &[(1, Verdict::Valid)]);
    rig.effects();
    rig.disconnect();
    let effects = rig.resume(0);
    assert_eq!((alerts(&effects), hung_up(&effects)), (1, Some(HangUpReason::LedgerBehind)));
    assert_eq!(sent(&effects).last(), Some(&EdgeBody::LedgerIsBehind { held: Seq(1) }), "it is told before");
    rig.buy("bob", "k", 1);
    assert_eq!(replies(&rig.effects()), [(2, "queueing")]);
}

#[test]
fn a_ledger_that_holds_more_than_the_disk_is_not_trusted() {
    let mut rig = Rig::live(10, 5);
    rig.disconnect();
    let effects = rig.resume(3);
    assert_eq!((alerts(&effects), hung_up(&effects)), (1, Some(HangUpReason::LedgerAhead)));
}

#[test]
fn a_silent_allocator_is_hung_up_on_and_the_edge_sells_on_within_its_credit() {
    let mut rig = Rig::live(10, 1);
    rig.word(false);
    assert_eq!(hung_up(&rig.pass_ms(SILENCE_MS_MAX - 1)), None);
    assert_eq!(hung_up(&rig.pass_ms(1)), Some(HangUpReason::Silent));
    rig.buy("ann", "k", 1);
    rig.buy("bob", "k", 1);
    assert_eq!(replies(&rig.effects()), [(2, "queueing"), (1, "reserved")]);
}

#[test]
fn a_second_resume_in_one_session_breaks_the_contract() {
    let mut rig = Rig::live(10, 0);
    let up_taken = rig.mark(0);
    rig.welcome(Welcome::Resume { up_taken });
    assert_eq!(hung_up(&rig.effects()), Some(HangUpReason::UnexpectedMessage));
    assert_eq!(rig.term, Term(1));
}
