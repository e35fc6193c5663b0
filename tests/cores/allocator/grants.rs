//! Grants and recalls: who gets how much, durably, and once.

use doorbuster_allocator_core::{Command, HEARTBEAT_MS, Policy, RECALL_MS};
use doorbuster_proto::{AllocatorBody, DownEntry, EdgeBody, Epoch, Seq, UpEntry};

use super::desk::{Desk, Out, Peer, START, down, granted, hard, order, returned, sale, sku, units};

fn recall(peer: &Peer, keep: u64) -> Out {
    Out::To(peer.connection.0, AllocatorBody::Recall { sku: sku("a"), keep: units(keep) })
}

#[test]
fn a_grant_is_sent_once_it_is_durable() {
    let mut desk = Desk::selling(&["one"], 20, 0);
    let mut peer = Peer::new("one", 1);
    desk.hello(&peer);
    peer.epoch = Some(Epoch(1));
    desk.core.handle_message(peer.connection, peer.message(EdgeBody::EpochStored { epoch: Epoch(1) }), desk.now);
    assert!(matches!(desk.core.next_command(), Some(Command::Persist { sync: true, .. })));
    assert_eq!(desk.core.next_command(), None);
}

#[test]
fn a_publish_shares_half_of_the_supply_among_the_live_edges() {
    let mut desk = Desk::fresh(&["one", "two"]);
    let (one, two) = (desk.join("one", 1), desk.join("two", 2));
    let outs = hard(desk.publish(sale("s", &[("a", 22)], 0)));
    let site = desk.core.image().site();
    assert_eq!(outs[1..2], [Out::Done(Ok(doorbuster_allocator_core::Outcome::Published { site, changes: vec![] }))]);
    assert_eq!(outs[2..], [granted(&one, 1, 6, 6), granted(&two, 1, 5, 5)]);
    assert_eq!(desk.accounts(), [11, 11, 0, 0, 0]);
}

#[test]
fn placement_says_who_gets_any() {
    let mut desk = Desk::fresh(&["one", "two"]);
    let (_, two) = (desk.join("one", 1), desk.join("two", 2));
    let mut definition = sale("s", &[("a", 22)], 0);
    definition.items[0].edges = Some(vec![two.edge.clone()]);
    let outs = hard(desk.publish(definition));
    assert_eq!(outs[2..], [granted(&two, 1, 11, 11)]);
}

#[test]
fn a_low_shelf_is_topped_up_once() {
    let mut desk = Desk::selling(&["one"], 40, 0);
    let mut peer = desk.join("one", 1);
    desk.up(&mut peer, vec![order("ann", 5), order("bob", 5), order("eve", 3)]);
    assert_eq!(desk.level(&peer, 7, 0), []);
    assert_eq!(desk.level(&peer, 6, 0), [granted(&peer, 2, 5, 25)]);
    assert_eq!(desk.level(&peer, 6, 0), [], "told before the grant arrived");
    peer.down_taken = Seq(2);
    desk.say(&peer, EdgeBody::DownTaken { watermark: Seq(2) });
    assert_eq!(desk.level(&peer, 11, 0), []);
}

#[test]
fn a_log_that_takes_a_shelf_to_its_mark_is_as_good_as_a_question() {
    let mut desk = Desk::selling(&["one"], 40, 0);
    let mut peer = desk.join("one", 1);
    desk.level(&peer, 20, 0);
    let outs = desk.up(&mut peer, vec![order("ann", 5), order("bob", 5), order("eve", 3)]);
    assert!(!outs.contains(&granted(&peer, 2, 5, 25)), "seven are left, a third of the last grant is less: {outs:?}");
    let outs = desk.up(&mut peer, vec![order("dan", 1)]);
    assert!(outs.contains(&granted(&peer, 2, 5, 25)), "{outs:?}");
    let outs = desk.up(&mut peer, vec![order("fay", 1)]);
    assert!(!outs.iter().any(|out| matches!(out, Out::To(_, AllocatorBody::Down(_)))), "it is under way: {outs:?}");
}

/// Two edges with 50 units each, all that there are, a second after the start.
fn all_given_out() -> (Desk, Peer, Peer) {
    let mut desk = Desk::guiding_under(Policy::Predictive, &["one", "two"]);
    let (mut one, mut two) = (desk.join("one", 1), desk.join("two", 2));
    let outs = desk.publish(sale("s", &[("a", 100)], 0));
    desk.now = START;
    for peer in [&mut one, &mut two] {
        desk.take_downs(peer, &outs);
        desk.level(peer, 50, 0);
    }
    desk.at(START.after_ms(HEARTBEAT_MS));
    desk.now = START.after_ms(1_000);
    (desk, one, two)
}

fn orders(count: u64) -> Vec<UpEntry> {
    (0..count).map(|shopper| order(&format!("s-{shopper}"), 1)).collect()
}

#[test]
fn what_the_log_says_was_sold_was_asked_for() {
    let (mut desk, mut one, two) = all_given_out();
    let outs = desk.up(&mut one, orders(40));
    assert!(!outs.contains(&recall(&two, 0)), "it is above its mark, and the pool has nothing: {outs:?}");
    let outs = desk.at(desk.now.after_ms(HEARTBEAT_MS));
    // Sixty are left, and nobody was seen to ask for any at the other edge.
    assert!(outs.contains(&recall(&two, 0)), "{outs:?}");
}

#[test]
fn where_the_pool_has_nothing_an_edge_is_seen_to_when_its_log_comes_to_its_mark() {
    let (mut desk, mut one, two) = all_given_out();
    let outs = desk.up(&mut one, orders(50));
    assert!(outs.contains(&recall(&two, 0)), "{outs:?}");
}

#[test]
fn who_waits_gets_what_the_pool_has() {
    let mut desk = Desk::selling(&["one"], 10, 0);
    let peer = desk.join("one", 1);
    assert_eq!(desk.level(&peer, 0, 9), [granted(&peer, 2, 5, 10)]);
    assert_eq!(desk.accounts(), [0, 10, 0, 0, 0]);
}

#[test]
fn an_empty_pool_recalls_from_the_richest_and_passes_it_on() {
    let mut desk = Desk::selling(&["one", "two"], 2, 0);
    let (one, mut two) = (desk.join("one", 1), desk.join("two", 2));
    desk.level(&two, 1, 0);
    assert_eq!(desk.level(&one, 0, 1), [recall(&two, 0)]);
    assert_eq!(desk.level(&one, 0, 1), [], "one recall is outstanding");
    desk.now = desk.now.after_ms(RECALL_MS);
    assert_eq!(desk.level(&one, 0, 1), [recall(&two, 0)]);
    let outs = hard(desk.up(&mut two, vec![returned(1)]));
    assert_eq!(outs.last(), Some(&granted(&one, 2, 1, 2)));
}

#[test]
fn an_edge_that_is_away_is_granted_nothing() {
    let mut desk = Desk::fresh(&["one", "two"]);
    let (one, two) = (desk.join("one", 1), desk.join("two", 2));
    desk.core.handle_disconnected(one.connection, desk.now);
    let outs = hard(desk.publish(sale("s", &[("a", 20)], 0)));
    assert_eq!(outs[2..], [granted(&two, 1, 5, 5)]);
    let one = one.again(3);
    assert_eq!(desk.hello(&one).last(), Some(&granted(&one, 1, 5, 5)), "its share, once it is back");
}

#[test]
fn a_session_resumes_in_the_middle_of_the_down_log() {
    let mut desk = Desk::selling(&["one"], 40, 0);
    let peer = desk.join("one", 1);
    desk.level(&peer, 0, 3);
    desk.core.handle_disconnected(peer.connection, desk.now);
    let peer = peer.again(2);
    let entries = vec![DownEntry::Grant { sku: sku("a"), units: units(5) }];
    assert_eq!(desk.hello(&peer).last(), Some(&down(&peer, 2, entries, &[25])));
}

#[test]
fn nothing_is_granted_after_the_end() {
    let mut desk = Desk::selling(&["one"], 40, 0);
    let peer = desk.join("one", 1);
    desk.now = super::desk::ENDS;
    assert_eq!(desk.level(&peer, 0, 3), []);
}
