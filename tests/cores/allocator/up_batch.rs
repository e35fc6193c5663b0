//! Up batches: once, in order, in one commit.

use doorbuster_allocator_core::{Command, Write};
use doorbuster_proto::{EdgeBody, OrderPlaced, Seq, UpEntry, Verdict};

use super::desk::{Desk, Out, Peer, hard, id_of, order, placed, returned, taken};

#[test]
fn orders_sell_and_returns_go_to_the_pool() {
    let mut desk = Desk::selling(&["one"], 10, 0);
    let mut peer = desk.join("one", 1);
    let outs = desk.up(&mut peer, vec![order("ann", 2), returned(1), order("bob", 1)]);
    assert_eq!(hard(outs), [taken(&peer, 3, &[(1, Verdict::Valid), (3, Verdict::Valid)], false)]);
    assert_eq!(desk.accounts(), [6, 1, 3, 0, 0]);
}

#[test]
fn the_answer_waits_until_the_batch_is_durable() {
    let mut desk = Desk::selling(&["one"], 10, 0);
    let mut peer = desk.join("one", 1);
    let batch = peer.batch(vec![order("ann", 2)]);
    desk.core.handle_message(peer.connection, peer.message(EdgeBody::Up(batch)), desk.now);
    let Some(Command::Persist { batch, writes, sync: true }) = desk.core.next_command() else {
        panic!("a synced write first")
    };
    assert_eq!(desk.core.next_command(), None);
    let has = |wanted: fn(&Write) -> bool| writes.iter().filter(|write| wanted(write)).count();
    assert_eq!(has(|write| matches!(write, Write::OrdersTaken(taken) if taken.orders.len() == 1)), 1);
    assert_eq!(has(|write| matches!(write, Write::Verdicts { .. })), 1);
    assert_eq!(has(|write| matches!(write, Write::Epoch { head, .. } if head.up_taken == Seq(1))), 1);
    assert_eq!(has(|write| matches!(write, Write::Journal(_))), 1);
    assert_eq!(has(|write| matches!(write, Write::Account { .. })), 2);
    desk.keep(&writes);
    desk.core.handle_persisted(batch, desk.now);
    assert_eq!(hard(desk.drain()), [taken(&peer, 1, &[(1, Verdict::Valid)], false)]);
}

#[test]
fn batches_of_several_edges_share_one_write() {
    let mut desk = Desk::selling(&["one", "two"], 20, 0);
    let mut one = desk.join("one", 1);
    let mut two = desk.join("two", 2);
    let (first, second) = (one.batch(vec![order("ann", 1)]), two.batch(vec![order("bob", 1)]));
    let writes = desk.synced.len();
    desk.core.handle_message(one.connection, one.message(EdgeBody::Up(first)), desk.now);
    desk.core.handle_message(two.connection, two.message(EdgeBody::Up(second)), desk.now);
    let outs = hard(desk.drain());
    let valid = [(1, Verdict::Valid)];
    assert_eq!(outs, [taken(&one, 1, &valid, false), taken(&two, 1, &valid, false)]);
    assert_eq!(desk.synced[writes..], [true]);
}

#[test]
fn entries_that_were_taken_already_are_skipped() {
    let mut desk = Desk::selling(&["one"], 20, 0);
    let mut peer = desk.join("one", 1);
    desk.up(&mut peer, vec![order("ann", 1)]);
    let mut replay = Peer { up_tail: Seq(0), totals: Vec::new(), ..peer.again(2) };
    desk.hello(&Peer { up_tail: Seq(2), ..replay.clone() });
    let outs = desk.up(&mut replay, vec![order("ann", 1), order("bob", 1)]);
    assert_eq!(hard(outs), [taken(&replay, 2, &[(2, Verdict::Valid)], false)]);
    assert_eq!(desk.accounts(), [10, 8, 2, 0, 0]);
}

#[test]
fn a_gap_ends_the_session() {
    let mut desk = Desk::selling(&["one"], 20, 0);
    let mut peer = desk.join("one", 1);
    peer.batch(vec![order("lost", 1)]);
    assert_eq!(desk.up(&mut peer, vec![order("ann", 1)]), [Out::HangUp(1)]);
    assert_eq!(desk.accounts(), [10, 10, 0, 0, 0]);
}

#[test]
fn an_end_of_a_live_epoch_ends_the_session() {
    let mut desk = Desk::selling(&["one"], 20, 0);
    let mut peer = desk.join("one", 1);
    assert_eq!(desk.up(&mut peer, vec![UpEntry::EpochClosed]), [Out::HangUp(1)]);
}

#[test]
fn what_merely_forgets_is_written_without_a_sync() {
    let mut desk = Desk::selling(&["one"], 20, 0);
    let mut peer = desk.join("one", 1);
    assert_eq!(desk.synced.last(), Some(&false), "the down log is trimmed");
    desk.up(&mut peer, vec![order("ann", 1)]);
    assert_eq!(desk.synced.last(), Some(&true));
}

#[test]
fn an_order_under_another_ones_id_ends_the_session() {
    let mut desk = Desk::selling(&["one"], 20, 0);
    let mut peer = desk.join("one", 1);
    let stolen = OrderPlaced { order: id_of("bob"), ..placed("a", "ann", "ann", 1) };
    let outs = desk.up(&mut peer, vec![order("eve", 1), UpEntry::OrderPlaced(stolen)]);
    assert_eq!(outs, [Out::HangUp(1)]);
    assert_eq!(desk.accounts(), [10, 10, 0, 0, 0], "nothing of the batch is applied");
}
