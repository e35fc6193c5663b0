//! The tail of a fenced epoch: verdicts only, out of the quarantine, in log order.

use doorbuster_allocator_core::{CancelReason, Operator, Phase};
use doorbuster_proto::{AllocatorBody, DownEntry, Epoch, OrderState, Seq, UpEntry, Verdict, Welcome};

use super::desk::{Desk, Out, Peer, down, hard, id_of, order, returned, taken, welcomes};

/// An edge with ten units granted, evicted, and back on a new session.
fn fenced(credit: u64) -> (Desk, Peer) {
    let mut desk = Desk::selling(&["one", "two"], 40, credit);
    let peer = desk.join("one", 1);
    desk.operator(Operator::Evict { edge: peer.edge.clone() });
    let mut peer = peer.again(2);
    desk.hello(&peer);
    peer.closing = true;
    (desk, peer)
}

#[test]
fn orders_are_taken_out_of_the_quarantine_while_it_lasts() {
    let (mut desk, mut peer) = fenced(3);
    let outs = desk.up(&mut peer, vec![order("ann", 2), order("bob", 2), order("eve", 1)]);
    let verdicts = [(1, Verdict::Valid), (2, Verdict::NoUnit), (3, Verdict::Valid)];
    assert_eq!(hard(outs), [taken(&peer, 3, &verdicts, true)]);
    assert_eq!(desk.accounts(), [37, 0, 3, 0, 0]);
    assert_eq!(desk.core.order(id_of("bob")).unwrap().reason, Some(CancelReason::NoUnit));
}

#[test]
fn returns_move_nothing() {
    let (mut desk, mut peer) = fenced(3);
    desk.up(&mut peer, vec![returned(8)]);
    assert_eq!(desk.accounts(), [37, 0, 0, 3, 0]);
}

#[test]
fn the_end_frees_what_is_left_and_the_disk_begins_anew() {
    let (mut desk, mut peer) = fenced(3);
    desk.up(&mut peer, vec![order("ann", 1)]);
    let outs = desk.up(&mut peer, vec![UpEntry::EpochClosed]);
    assert_eq!(outs[0], taken(&peer, 2, &[], true));
    assert_eq!(welcomes(&outs, &peer), [Welcome::Begin { epoch: Epoch(2) }]);
    assert_eq!(desk.accounts(), [39, 0, 1, 0, 0]);
    assert_eq!(desk.store.book(&peer.edge, Epoch(1)).unwrap().head.phase, Phase::Closed);
}

#[test]
fn an_order_that_found_no_unit_may_be_placed_again() {
    let (mut desk, mut peer) = fenced(0);
    desk.up(&mut peer, vec![order("ann", 1)]);
    let mut two = desk.join("two", 5);
    let outs = desk.up(&mut two, vec![order("ann", 1)]);
    assert_eq!(hard(outs), [taken(&two, 1, &[(1, Verdict::Valid)], false)]);
    assert_eq!(desk.core.order(id_of("ann")).unwrap().edge, two.edge);
}

#[test]
fn of_two_orders_with_one_id_in_a_batch_the_later_is_kept() {
    let (mut desk, mut peer) = fenced(0);
    desk.up(&mut peer, vec![order("ann", 1), order("ann", 1)]);
    assert_eq!(desk.core.order(id_of("ann")).unwrap().reason, Some(CancelReason::NoUnit));
    assert_eq!(desk.core.order(id_of("ann")).unwrap().seq, desk.store.orders[&id_of("ann")].seq);
    assert_eq!(&desk.store, desk.core.image());
}

#[test]
fn a_repeat_in_the_tail_is_told_the_first_ones_state() {
    let (mut desk, mut peer) = fenced(3);
    let mut two = desk.join("two", 5);
    desk.up(&mut two, vec![order("ann", 1)]);
    let outs = desk.up(&mut peer, vec![order("ann", 1), UpEntry::EpochClosed]);
    assert_eq!(outs[0], taken(&peer, 2, &[(1, Verdict::Repeat(OrderState::Reserved))], true));
    assert_eq!(desk.stock("a").quarantine().get(), 0);
}

#[test]
fn a_batch_that_is_not_marked_as_a_tail_ends_the_session() {
    let (mut desk, mut peer) = fenced(3);
    peer.closing = false;
    assert_eq!(desk.up(&mut peer, vec![order("ann", 1)]), [Out::HangUp(2)]);
}

#[test]
fn nothing_follows_the_end() {
    let (mut desk, mut peer) = fenced(3);
    let after = vec![UpEntry::EpochClosed, order("ann", 1)];
    assert_eq!(desk.up(&mut peer, after), [Out::HangUp(2)]);
}

#[test]
fn a_tail_that_comes_in_two_sessions_is_taken_once() {
    let (mut desk, mut peer) = fenced(3);
    desk.up(&mut peer, vec![order("ann", 1)]);
    let mut again = peer.again(3);
    let outs = desk.hello(&again);
    assert_eq!(welcomes(&outs, &again), [Welcome::Fenced { up_taken: desk.mark(&again, 1) }]);
    assert!(outs.contains(&taken(&again, 1, &[(1, Verdict::Valid)], true)));
    desk.up(&mut again, vec![UpEntry::EpochClosed]);
    assert_eq!(desk.accounts(), [39, 0, 1, 0, 0]);
}

#[test]
fn verdicts_that_were_not_confirmed_go_over_to_the_next_epoch() {
    let (mut desk, mut peer) = fenced(3);
    let outs = desk.up(&mut peer, vec![order("ann", 1), UpEntry::EpochClosed]);
    assert_eq!(welcomes(&outs, &peer), [Welcome::Begin { epoch: Epoch(2) }]);
    let next = Peer { epoch: Some(Epoch(2)), ..peer.clone() };
    let outs = desk.say(&next, doorbuster_proto::EdgeBody::EpochStored { epoch: Epoch(2) });
    let told = Out::To(
        2,
        AllocatorBody::Down(doorbuster_proto::DownBatch {
            first: Seq(1),
            entries: vec![
                DownEntry::OrderState { order: id_of("ann"), state: OrderState::Reserved, backorder: false },
                DownEntry::Grant { sku: super::desk::sku("a"), units: super::desk::units(10) },
            ],
            totals: vec![doorbuster_proto::DownTotal { sku: super::desk::sku("a"), granted: super::desk::units(10) }],
        }),
    );
    assert_eq!(hard(outs), [told]);
}

#[test]
fn order_states_that_were_not_delivered_go_over_to_the_next_epoch() {
    let mut desk = Desk::selling(&["one"], 20, 0);
    let mut peer = desk.join("one", 1);
    desk.up(&mut peer, vec![order("ann", 1)]);
    peer.verdicts_taken = Seq(1);
    desk.operator(Operator::Evict { edge: peer.edge.clone() });
    desk.operator(Operator::CancelOrder { order: id_of("ann") });
    let mut peer = peer.again(2);
    desk.hello(&peer);
    desk.up(&mut peer, vec![UpEntry::EpochClosed]);
    let next = Peer { epoch: Some(Epoch(2)), ..peer.clone() };
    desk.now = super::desk::ENDS;
    let outs = desk.say(&next, doorbuster_proto::EdgeBody::EpochStored { epoch: Epoch(2) });
    let state = DownEntry::OrderState { order: id_of("ann"), state: OrderState::Cancelled, backorder: false };
    assert_eq!(hard(outs), [down(&next, 1, vec![state], &[])]);
}
