//! Orders that the oversell budget alone covers.

use doorbuster_allocator_core::Operator;
use doorbuster_proto::{AllocatorBody, DownEntry, OrderState, OrderVerdict, UpEntry, UpTaken, Verdict};

use super::desk::{Desk, Out, Peer, id_of, order, sale, units};

/// Two units, and two more that may be sold.
fn selling(edges: &[&str]) -> Desk {
    let mut desk = Desk::fresh(edges);
    let mut definition = sale("s", &[("a", 2)], 0);
    definition.items[0].budget = units(2);
    desk.publish(definition);
    desk
}

fn verdicts(outs: &[Out], peer: &Peer) -> Vec<OrderVerdict> {
    let of = |out: &Out| match out {
        Out::To(to, AllocatorBody::UpTaken(UpTaken { verdicts, .. })) if *to == peer.connection.0 => verdicts.clone(),
        _ => Vec::new(),
    };
    outs.iter().flat_map(of).collect()
}

fn backorders(outs: &[Out], peer: &Peer) -> Vec<bool> {
    verdicts(outs, peer).iter().map(|verdict| verdict.backorder).collect()
}

fn topped_up(desk: &mut Desk, name: &str) -> Peer {
    let mut peer = desk.join(name, 1);
    let outs = desk.level(&peer, 2, 4);
    desk.take_downs(&mut peer, &outs);
    peer
}

#[test]
fn what_the_supply_does_not_cover_is_marked_and_told() {
    let mut desk = selling(&["one"]);
    let mut peer = topped_up(&mut desk, "one");
    let outs = desk.up(&mut peer, vec![order("ann", 1), order("bob", 2), order("eve", 1)]);
    assert_eq!(backorders(&outs, &peer), [false, true, true], "bob's second unit is yet to come");
    let marked = ["ann", "bob", "eve"].map(|name| desk.store.orders[&id_of(name)].is_on_backorder());
    assert_eq!(marked, [false, true, true]);
}

#[test]
fn a_repeat_elsewhere_hears_of_the_first() {
    let mut desk = selling(&["one", "two"]);
    let (mut one, mut two) = (desk.join("one", 1), desk.join("two", 2));
    let outs = desk.level(&one, 1, 4);
    desk.take_downs(&mut one, &outs);
    desk.up(&mut one, vec![order("ann", 2), order("bob", 1)]);
    let outs = desk.up(&mut two, vec![order("bob", 1)]);
    let told = &verdicts(&outs, &two)[0];
    assert_eq!((told.verdict, told.backorder), (Verdict::Repeat(OrderState::Reserved), true));
}

#[test]
fn a_verdict_that_its_epoch_did_not_deliver_tells_it_in_the_next() {
    let mut desk = selling(&["one"]);
    let mut peer = topped_up(&mut desk, "one");
    desk.up(&mut peer, vec![order("ann", 2), order("bob", 1)]);
    desk.operator(Operator::Evict { edge: peer.edge.clone() });
    let mut peer = peer.again(2);
    desk.hello(&peer);
    peer.closing = true;
    desk.up(&mut peer, vec![UpEntry::EpochClosed]);
    let down = &desk.store.last_epoch(&peer.edge).unwrap().1.down;
    let state = |name, backorder| DownEntry::OrderState { order: id_of(name), state: OrderState::Reserved, backorder };
    assert_eq!(down.values().cloned().collect::<Vec<_>>(), [state("ann", false), state("bob", true)]);
}

#[test]
fn a_cancelled_order_waits_for_nothing() {
    let mut desk = selling(&["one"]);
    let mut peer = topped_up(&mut desk, "one");
    desk.up(&mut peer, vec![order("ann", 3)]);
    let outs = desk.operator(Operator::CancelOrder { order: id_of("ann") });
    let is_told = |out: &Out| match out {
        Out::To(_, AllocatorBody::Down(batch)) => batch.entries.contains(&DownEntry::OrderState {
            order: id_of("ann"),
            state: OrderState::Cancelled,
            backorder: false,
        }),
        _ => false,
    };
    assert!(outs.iter().any(is_told), "{outs:?}");
    assert!(!desk.store.orders[&id_of("ann")].is_on_backorder());
}
