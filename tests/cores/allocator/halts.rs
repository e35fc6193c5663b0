//! A SKU whose numbers cannot be trusted does not move.

use doorbuster_allocator_core::{Operator, Outcome, Refusal};
use doorbuster_proto::{AllocatorBody, EdgeBody, Epoch, Units, UpEntry, Verdict, Word};

use super::desk::{Desk, Out, hard, id_of, order, placed, returned, sale, taken, units};

#[test]
fn totals_that_differ_halt_the_sku_and_its_orders_wait() {
    let mut desk = Desk::selling(&["one"], 20, 0);
    let mut peer = desk.join("one", 1);
    let mut batch = peer.batch(vec![order("ann", 1)]);
    batch.totals[0].sold = units(2);
    let outs = desk.say(&peer, EdgeBody::Up(batch));
    assert!(outs.contains(&taken(&peer, 1, &[], false)), "the log advances without a verdict");
    assert!(desk.stock("a").halted.is_some());
    assert_eq!(desk.accounts(), [10, 10, 0, 0, 0]);
    assert_eq!(desk.core.order(id_of("ann")).unwrap().state, None);
    assert_eq!(desk.alerts.len(), 1);
}

#[test]
fn an_edge_that_sells_what_it_was_not_granted_halts_the_sku() {
    let mut desk = Desk::selling(&["one"], 4, 0);
    let mut peer = desk.join("one", 1);
    let outs = desk.up(&mut peer, vec![order("ann", 2), order("bob", 1)]);
    assert!(outs.contains(&taken(&peer, 2, &[(1, Verdict::Valid)], false)));
    assert!(desk.stock("a").halted.as_ref().unwrap().contains("escrow"));
    assert_eq!(desk.accounts(), [2, 0, 2, 0, 0]);
}

#[test]
fn a_halted_sku_gets_no_grants_and_its_orders_are_not_cancelled() {
    let mut desk = Desk::selling(&["one"], 20, 0);
    let mut peer = desk.join("one", 1);
    desk.up(&mut peer, vec![order("bob", 1)]);
    let mut batch = peer.batch(vec![order("ann", 1)]);
    batch.totals.clear();
    desk.say(&peer, EdgeBody::Up(batch));
    assert_eq!(hard(desk.level(&peer, 0, 9)), []);
    let refused = desk.outcome(Operator::CancelOrder { order: id_of("bob") });
    assert_eq!(refused, Err(Refusal::Halted { sku: super::desk::sku("a") }));
}

#[test]
fn other_skus_go_on() {
    let mut desk = Desk::fresh(&["one"]);
    desk.publish(sale("s", &[("a", 20), ("b", 20)], 0));
    let mut peer = desk.join("one", 1);
    let b = doorbuster_proto::UpEntry::OrderPlaced(placed("b", "bob", "bob", 1));
    let mut batch = peer.batch(vec![order("ann", 1), b]);
    batch.totals.retain(|total| total.sku.code.as_str() == "b");
    let outs = desk.say(&peer, EdgeBody::Up(batch));
    assert!(outs.contains(&taken(&peer, 2, &[(2, Verdict::Valid)], false)));
    assert_eq!(desk.stock("b").halted, None);
}

#[test]
fn the_escrow_of_a_halted_sku_is_all_quarantine_when_it_is_fenced() {
    let mut desk = Desk::selling(&["one"], 20, 3);
    let mut peer = desk.join("one", 1);
    let mut batch = peer.batch(vec![order("ann", 1)]);
    batch.totals.clear();
    desk.say(&peer, EdgeBody::Up(batch));
    desk.operator(Operator::Evict { edge: peer.edge });
    assert_eq!(desk.accounts(), [10, 0, 0, 10, 0]);
}

#[test]
fn a_sum_that_no_record_holds_halts_the_sku_and_is_not_kept() {
    let mut desk = Desk::selling(&["one"], 20, 0);
    let mut peer = desk.join("one", 1);
    let most = Units::MAX.get();
    desk.up(&mut peer, vec![returned(most), returned(most)]);
    assert!(desk.stock("a").halted.is_some());
    let total = desk.store.book(&peer.edge, peer.epoch.unwrap()).unwrap().total(&super::desk::sku("a"));
    assert_eq!(total.returned, Units::ZERO);
}

#[test]
fn what_a_halted_sku_has_in_quarantine_can_be_written_off_after_the_tail() {
    let mut desk = Desk::selling(&["one"], 20, 3);
    let mut peer = desk.join("one", 1);
    let mut batch = peer.batch(vec![order("ann", 1)]);
    batch.totals.clear();
    desk.say(&peer, EdgeBody::Up(batch));
    desk.operator(Operator::Evict { edge: peer.edge.clone() });
    let mut peer = peer.again(2);
    desk.hello(&peer);
    desk.up(&mut peer, vec![UpEntry::EpochClosed]);
    assert_eq!(desk.accounts(), [10, 0, 0, 10, 0]);
    let write_off = || Operator::WriteOff { edge: "one".parse().unwrap(), epoch: Epoch(1) };
    assert_eq!(desk.outcome(write_off()), Ok(Outcome::WrittenOff { units: units(10) }));
    assert_eq!(desk.accounts(), [10, 0, 0, 0, 10]);
    let refused = desk.outcome(write_off());
    assert_eq!(refused, Err(Refusal::NotFenced { edge: peer.edge, epoch: Epoch(1) }));
}

#[test]
fn every_edge_hears_that_the_sku_is_halted() {
    let mut desk = Desk::selling(&["one", "two"], 20, 0);
    let (mut one, two) = (desk.join("one", 1), desk.join("two", 2));
    let mut batch = one.batch(vec![order("ann", 1)]);
    batch.totals.clear();
    let outs = desk.say(&one, EdgeBody::Up(batch));
    let halted = |peer: u64| {
        let word = Word { sku: super::desk::sku("a"), sold_out: false, halted: true };
        Out::To(peer, AllocatorBody::Words(vec![word]))
    };
    assert!(outs.contains(&halted(1)) && outs.contains(&halted(2)), "{outs:?}");
    let two = two.again(3);
    assert!(desk.hello(&two).contains(&halted(3)), "and whoever comes later");
}
