//! Verdicts: one for each order, told until they are confirmed.

use doorbuster_allocator_core::{CancelReason, Operator};
use doorbuster_proto::{DownEntry, EdgeBody, Epoch, OrderState, Seq, UpBatch, UpEntry, Verdict};

use super::desk::{Desk, hard, id_of, order, taken};

#[test]
fn a_repeat_from_another_edge_gives_its_units_back_and_tells_the_first_ones_state() {
    let mut desk = Desk::selling(&["one", "two"], 20, 0);
    let mut one = desk.join("one", 1);
    let mut two = desk.join("two", 2);
    desk.up(&mut one, vec![order("ann", 1)]);
    let outs = desk.up(&mut two, vec![order("ann", 1)]);
    assert_eq!(hard(outs), [taken(&two, 1, &[(1, Verdict::Repeat(OrderState::Reserved))], false)]);
    assert_eq!(desk.accounts(), [11, 8, 1, 0, 0]);
    assert_eq!(desk.core.order(id_of("ann")).unwrap().edge, one.edge);
}

#[test]
fn a_repeat_of_a_cancelled_order_is_cancelled_too() {
    let mut desk = Desk::selling(&["one", "two"], 20, 0);
    let mut one = desk.join("one", 1);
    let mut two = desk.join("two", 2);
    desk.up(&mut one, vec![order("ann", 1)]);
    desk.operator(Operator::CancelOrder { order: id_of("ann") });
    let outs = desk.up(&mut two, vec![order("ann", 1)]);
    assert_eq!(hard(outs), [taken(&two, 1, &[(1, Verdict::Repeat(OrderState::Cancelled))], false)]);
}

#[test]
fn verdicts_are_told_again_until_they_are_confirmed() {
    let mut desk = Desk::selling(&["one"], 20, 0);
    let mut peer = desk.join("one", 1);
    desk.up(&mut peer, vec![order("ann", 1)]);
    desk.up(&mut peer, vec![order("bob", 1)]);
    let mut again = peer.again(2);
    let valid = [(1, Verdict::Valid), (2, Verdict::Valid)];
    assert!(desk.hello(&again).contains(&taken(&again, 2, &valid, false)));
    again.verdicts_taken = Seq(2);
    desk.up(&mut again, vec![order("eve", 1)]);
    let rows = &desk.store.book(&again.edge, again.epoch.unwrap()).unwrap().verdicts;
    assert_eq!(rows.keys().collect::<Vec<_>>(), [&Seq(3)]);
}

#[test]
fn a_restart_keeps_the_verdicts_that_were_not_confirmed() {
    let mut desk = Desk::selling(&["one"], 20, 0);
    let mut peer = desk.join("one", 1);
    desk.up(&mut peer, vec![order("ann", 1)]);
    desk.restart();
    let again = peer.again(2);
    assert!(desk.hello(&again).contains(&taken(&again, 1, &[(1, Verdict::Valid)], false)));
}

#[test]
fn an_order_of_a_sku_that_nobody_published_is_cancelled() {
    let mut desk = Desk::selling(&["one"], 20, 0);
    let mut peer = desk.join("one", 1);
    let stranger = doorbuster_proto::UpEntry::OrderPlaced(super::desk::placed("zzz", "ann", "ann", 1));
    let outs = desk.up(&mut peer, vec![stranger]);
    assert!(outs.contains(&taken(&peer, 1, &[(1, Verdict::UnknownSku)], false)));
    assert_eq!(desk.core.order(id_of("ann")).unwrap().reason, Some(CancelReason::UnknownSku));
    assert_eq!(desk.alerts.len(), 1);
}

#[test]
fn a_batch_without_entries_carries_what_was_confirmed() {
    let mut desk = Desk::selling(&["one"], 20, 0);
    let mut peer = desk.join("one", 1);
    desk.up(&mut peer, vec![order("ann", 1)]);
    let batch = UpBatch { first: Seq(2), entries: Vec::new(), totals: Vec::new(), verdicts_taken: Seq(1), tail: false };
    let outs = desk.say(&peer, EdgeBody::Up(batch));
    assert_eq!(hard(outs), [taken(&peer, 1, &[], false)]);
    assert!(desk.store.book(&peer.edge, peer.epoch.unwrap()).unwrap().verdicts.is_empty());
}

#[test]
fn a_key_that_was_used_for_another_order_gives_its_units_back_and_leaves_the_first_alone() {
    let mut desk = Desk::selling(&["one", "two"], 20, 0);
    let mut one = desk.join("one", 1);
    let mut two = desk.join("two", 2);
    desk.up(&mut one, vec![order("ann", 1)]);
    let first = desk.core.order(id_of("ann")).cloned();
    let outs = desk.up(&mut two, vec![order("ann", 2)]);
    assert_eq!(hard(outs), [taken(&two, 1, &[(1, Verdict::KeyReused)], false)]);
    assert_eq!(desk.accounts(), [12, 7, 1, 0, 0]);
    assert_eq!(desk.core.order(id_of("ann")).cloned(), first);
}

#[test]
fn a_reused_key_is_told_as_cancelled_in_the_next_epoch_too() {
    let mut desk = Desk::selling(&["one", "two"], 20, 3);
    let mut one = desk.join("one", 1);
    let mut two = desk.join("two", 2);
    desk.up(&mut one, vec![order("ann", 1)]);
    desk.up(&mut two, vec![order("ann", 2)]);
    desk.operator(Operator::Evict { edge: two.edge.clone() });
    let mut two = two.again(3);
    desk.hello(&two);
    desk.up(&mut two, vec![UpEntry::EpochClosed]);
    let down = &desk.store.book(&two.edge, Epoch(2)).unwrap().down;
    let state = DownEntry::OrderState { order: id_of("ann"), state: OrderState::Cancelled, backorder: false };
    assert_eq!(down.values().collect::<Vec<_>>(), [&state]);
}
