//! An evicted edge: closes in one write, ships its tail, and is answered by verdicts only.

use doorbuster_edge_core::{CancelledBecause, Command, HangUpReason, OrderStatus, SessionState, Write};
use doorbuster_proto::{AllocatorBody, DownEntry, Epoch, OrderState, Seq, UpEntry, Verdict, Welcome};

use super::rig::*;

/// A partitioned edge of credit 2, with three orders: two acknowledged, the last placed before the session ended.
fn partitioned() -> Rig {
    let mut rig = Rig::live(10, 2);
    for shopper in ["ann", "bob", "eve"] {
        rig.buy(shopper, "k", 1);
    }
    rig.effects();
    rig.disconnect();
    rig.effects();
    rig
}

fn fenced(rig: &mut Rig, up_taken: u64) -> Vec<Command> {
    rig.connect();
    rig.effects();
    let up_taken = rig.mark(up_taken);
    rig.welcome(Welcome::Fenced { up_taken });
    rig.effects()
}

#[test]
fn evicted_edge_cannot_sell_past_its_credit() {
    let mut rig = partitioned();
    rig.buy("zoe", "k", 1);
    assert_eq!(replies(&rig.effects()), [(4, "queueing")]);
}

#[test]
fn the_epoch_is_closed_in_one_write() {
    let mut rig = partitioned();
    rig.connect();
    rig.effects();
    let up_taken = rig.mark(0);
    rig.welcome(Welcome::Fenced { up_taken });
    let commands = rig.commands();
    let Some(Command::Persist { writes, sync: true, .. }) = commands.last() else { panic!("{commands:?}") };
    let [Write::Shelf(_, shelf), Write::Log { seq: Seq(4), record, .. }, Write::Meta(meta)] = &writes[..] else {
        panic!("{writes:?}")
    };
    assert!(shelf.on_hand.is_zero() && meta.closing && record.entry == UpEntry::EpochClosed, "{writes:?}");
    rig.persisted();
    rig.effects();
    assert_eq!(rig.edge.session_state(), SessionState::Closing);
    rig.buy("zoe", "k", 1);
    assert_eq!(replies(&rig.effects()), [(4, "queueing")]);
}

#[test]
fn the_tail_is_marked_and_gives_no_credit() {
    let mut rig = partitioned();
    let effects = fenced(&mut rig, 0);
    assert_eq!(shipped_span(&effects), [(1, 3), (4, 4)]);
    assert!(shipped(&effects).iter().all(|batch| batch.tail));
    rig.buy("eve", "k", 1);
    rig.taken_as(1, &[(1, Verdict::Valid)], true);
    assert_eq!(replies(&rig.effects()), [], "one was taken in, and nothing more is acknowledged for it");
    rig.taken_as(4, &[(2, Verdict::Valid), (3, Verdict::NoUnit)], true);
    assert_eq!(replies(&rig.effects()), [(4, "queueing")]);
    assert_eq!(rig.status("bob", "k"), Some(OrderStatus::Reserved));
}

#[test]
fn a_new_epoch_begins_after_the_tail_and_a_purchase_without_a_unit_is_fresh_again() {
    let mut rig = partitioned();
    fenced(&mut rig, 0);
    rig.taken_as(4, &[(1, Verdict::Valid), (2, Verdict::Valid), (3, Verdict::NoUnit)], true);
    rig.effects();
    rig.begin(2);
    rig.grant(1, 5);
    rig.buy("eve", "k", 1);
    assert_eq!(replies(&rig.effects()), [(4, "reserved")]);
    assert_eq!(rig.edge.orders(&"eve".parse().unwrap()).count(), 1);
    rig.crash();
    assert_eq!(rig.status("eve", "k"), Some(OrderStatus::Reserved));
}

#[test]
fn a_new_epoch_does_not_begin_before_the_tail_is_taken_in() {
    let mut rig = partitioned();
    fenced(&mut rig, 0);
    rig.welcome(Welcome::Begin { epoch: Epoch(2) });
    assert_eq!(hung_up(&rig.effects()), Some(HangUpReason::UnexpectedEpoch));
}

#[test]
fn an_offer_in_answer_to_a_closing_edge_says_that_the_ledger_has_the_tail() {
    let mut rig = partitioned();
    fenced(&mut rig, 0);
    rig.disconnect();
    rig.connect();
    assert!(hello(&rig.effects()).closing);
    rig.begin(2);
    assert_eq!(rig.edge.session_state(), SessionState::Live);
    let state = |shopper, state| DownEntry::OrderState { order: order_id(shopper, "k"), state, backorder: false };
    rig.down(1, vec![state("bob", OrderState::Reserved), state("eve", OrderState::Cancelled)]);
    rig.effects();
    assert_eq!(rig.status("bob", "k"), Some(OrderStatus::Reserved));
    assert_eq!(rig.status("eve", "k"), Some(OrderStatus::Cancelled(CancelledBecause::NoUnit)));
    rig.crash();
}

#[test]
fn an_order_that_came_to_nothing_keeps_its_reason() {
    let mut rig = partitioned();
    fenced(&mut rig, 0);
    rig.taken_as(4, &[(1, Verdict::Valid), (2, Verdict::Valid), (3, Verdict::NoUnit)], true);
    rig.effects();
    rig.begin(2);
    rig.down(
        1,
        vec![DownEntry::OrderState { order: order_id("eve", "k"), state: OrderState::Cancelled, backorder: false }],
    );
    rig.grant(2, 1);
    rig.buy("eve", "k", 1);
    assert_eq!(replies(&rig.effects()), [(4, "reserved")], "the id is still free");
}

#[test]
fn an_edge_that_crashes_while_closing_goes_on_closing() {
    let mut rig = partitioned();
    fenced(&mut rig, 0);
    rig.taken_as(1, &[(1, Verdict::Valid)], true);
    rig.effects();
    rig.crash();
    assert_eq!(rig.status("bob", "k"), Some(OrderStatus::Pending), "a tail has no credit to take back after a restart");
    rig.connect();
    let found = hello(&rig.effects());
    assert_eq!((found.closing, found.up_tail, found.verdicts_taken), (true, Seq(4), Seq(1)));
    let up_taken = rig.mark(4);
    rig.welcome(Welcome::Fenced { up_taken });
    assert_eq!(shipped(&rig.effects()), [], "the epoch is not closed twice");
    rig.taken_as(4, &[(2, Verdict::Valid), (3, Verdict::Valid)], true);
    rig.effects();
    assert_eq!(rig.status("eve", "k"), Some(OrderStatus::Reserved));
}

#[test]
fn an_order_on_its_way_to_the_disk_comes_before_the_close() {
    let mut rig = Rig::live(10, 5);
    rig.buy("ann", "k", 1);
    rig.commands();
    let up_taken = rig.mark(0);
    rig.welcome(Welcome::Fenced { up_taken });
    rig.commands();
    rig.persisted();
    assert_eq!(replies(&rig.commands()), [], "durable, and fenced: the verdict answers");
    rig.persisted();
    let commands = rig.commands();
    assert_eq!(rig.disk.up().count(), 2);
    assert_eq!(replies(&commands), []);
    rig.taken_as(2, &[(1, Verdict::Valid)], true);
    assert_eq!(replies(&rig.effects()), [(1, "reserved")]);
}

#[test]
fn a_live_epoch_after_a_fence_is_a_ledger_that_lost_it() {
    let mut rig = partitioned();
    fenced(&mut rig, 0);
    rig.disconnect();
    let effects = rig.resume(0);
    assert_eq!((alerts(&effects), hung_up(&effects)), (1, Some(HangUpReason::LedgerBehind)));
}

#[test]
fn grants_and_recalls_of_a_fenced_epoch_change_nothing() {
    let mut rig = partitioned();
    fenced(&mut rig, 0);
    rig.grant(2, 5);
    rig.hear(AllocatorBody::Recall { sku: kettle(), keep: units(0) });
    assert_eq!(rig.effects(), []);
    assert_eq!(rig.on_hand(), 0);
}
