//! Automatic eviction: whoever holds stock and says nothing for too long is fenced, where somebody else could sell it.

use doorbuster_allocator_core::{HEARTBEAT_MS, Phase};
use doorbuster_proto::{EdgeBody, Epoch};

use super::desk::{Desk, Out, Peer};

const PATIENCE_MS: u64 = 10_000;

/// Two edges with stock, under an allocator with patience.
fn selling(credit: u64) -> (Desk, Peer, Peer) {
    let mut desk = Desk::fresh(&["one", "two"]);
    desk.evict_after_ms = Some(PATIENCE_MS);
    desk.restart();
    desk.publish(super::desk::sale("s", &[("a", 20)], credit));
    let (one, two) = (desk.join("one", 1), desk.join("two", 2));
    (desk, one, two)
}

/// Time passes in heartbeats; these edges speak.
fn pass(desk: &mut Desk, ms: u64, speaking: &[&Peer]) -> Vec<Out> {
    let mut outs = Vec::new();
    for _ in 0..ms / HEARTBEAT_MS {
        for peer in speaking {
            outs.extend(desk.say(peer, EdgeBody::Levels(Vec::new())));
        }
        let now = desk.now.after_ms(HEARTBEAT_MS);
        outs.extend(desk.at(now));
    }
    outs
}

fn phase(desk: &Desk, edge: &str) -> Phase {
    desk.store.book(&edge.parse().unwrap(), Epoch(1)).unwrap().head.phase
}

/// From here on the first edge is silent: it is evicted when the patience is over, and not before.
fn expect_patience(desk: &mut Desk, two: &Peer) {
    pass(desk, PATIENCE_MS - HEARTBEAT_MS, &[two]);
    assert_eq!(phase(desk, "one"), Phase::Live);
    pass(desk, 2 * HEARTBEAT_MS, &[two]);
    assert_eq!(phase(desk, "one"), Phase::Fenced);
}

#[test]
fn a_silent_edge_is_evicted_and_its_stock_is_for_the_others() {
    let (mut desk, _, two) = selling(0);
    pass(&mut desk, PATIENCE_MS - 2 * HEARTBEAT_MS, &[&two]);
    assert_eq!(phase(&desk, "one"), Phase::Live);
    let outs = pass(&mut desk, 3 * HEARTBEAT_MS, &[&two]);
    assert_eq!((phase(&desk, "one"), phase(&desk, "two")), (Phase::Fenced, Phase::Live));
    assert!(outs.contains(&Out::HangUp(1)) && outs.contains(&Out::Alert));
    assert_eq!(desk.accounts(), [15, 5, 0, 0, 0]);
}

#[test]
fn what_it_may_have_sold_waits_in_quarantine() {
    let (mut desk, _, two) = selling(2);
    pass(&mut desk, PATIENCE_MS + HEARTBEAT_MS, &[&two]);
    assert_eq!(desk.accounts(), [13, 5, 0, 2, 0]);
}

#[test]
fn silence_counts_for_one_that_hung_up_too() {
    let (mut desk, one, two) = selling(0);
    pass(&mut desk, HEARTBEAT_MS, &[&one, &two]);
    desk.core.handle_disconnected(one.connection, desk.now);
    expect_patience(&mut desk, &two);
}

#[test]
fn where_nobody_speaks_nobody_is_evicted() {
    let (mut desk, _, _) = selling(0);
    pass(&mut desk, 3 * PATIENCE_MS, &[]);
    assert_eq!((phase(&desk, "one"), phase(&desk, "two")), (Phase::Live, Phase::Live));
}

#[test]
fn an_allocator_that_stood_still_heard_nobody_and_is_patient_anew() {
    let (mut desk, one, two) = selling(0);
    pass(&mut desk, HEARTBEAT_MS, &[&one, &two]);
    let woken = desk.now.after_ms(PATIENCE_MS * 5);
    desk.now = woken;
    desk.say(&two, EdgeBody::Levels(Vec::new()));
    desk.at(woken);
    assert_eq!(phase(&desk, "one"), Phase::Live);
    expect_patience(&mut desk, &two);
}

#[test]
fn a_new_term_is_patient_from_when_all_have_spoken() {
    let (mut desk, one, two) = selling(0);
    desk.restart();
    let two = two.again(12);
    desk.hello(&two);
    pass(&mut desk, 2 * PATIENCE_MS, &[&two]);
    assert_eq!(phase(&desk, "one"), Phase::Live, "one has not spoken in this term");
    let one = one.again(11);
    desk.hello(&one);
    desk.core.handle_disconnected(one.connection, desk.now);
    expect_patience(&mut desk, &two);
}

#[test]
fn an_edge_without_stock_is_left_alone() {
    let mut desk = Desk::fresh(&["one", "two"]);
    desk.evict_after_ms = Some(PATIENCE_MS);
    desk.restart();
    let (_, two) = (desk.join("one", 1), desk.join("two", 2));
    pass(&mut desk, 2 * PATIENCE_MS, &[&two]);
    assert_eq!(phase(&desk, "one"), Phase::Live);
}

#[test]
fn without_a_bound_operators_decide() {
    let mut desk = Desk::selling(&["one", "two"], 20, 0);
    let (_, two) = (desk.join("one", 1), desk.join("two", 2));
    pass(&mut desk, 10 * PATIENCE_MS, &[&two]);
    assert_eq!(phase(&desk, "one"), Phase::Live);
}

#[test]
fn a_refused_disk_keeps_no_epoch_alive() {
    let (mut desk, one, two) = selling(0);
    let mut one = Peer { down_taken: doorbuster_proto::Seq(0), ..one };
    for round in 0..30 {
        one = one.again(100 + round);
        desk.hello(&one);
        pass(&mut desk, PATIENCE_MS / 10, &[&two]);
    }
    assert_eq!(phase(&desk, "one"), Phase::Fenced, "its disk was set back, and says hello again and again");
}
