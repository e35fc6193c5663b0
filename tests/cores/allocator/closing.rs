//! The end of a sale.

use doorbuster_allocator_core::{Operator, Outcome, Refusal, RequestId, SALES_MAX, SaleStage, SaleState};
use doorbuster_proto::{AllocatorBody, DownEntry, EdgeBody, Epoch, UpEntry};

use super::desk::{Desk, ENDS, Out, Peer, down, hard, order, returned, sale};

fn closed(peer: &Peer, seq: u64) -> Out {
    down(peer, seq, vec![DownEntry::SaleClosed { sale: "s".parse().unwrap() }], &[])
}

fn stage(desk: &Desk) -> SaleStage {
    desk.store.sales.values().next().unwrap().stage
}

#[test]
fn the_clock_closes_a_sale_and_tells_every_live_epoch() {
    let mut desk = Desk::selling(&["one", "two"], 20, 0);
    let (one, two) = (desk.join("one", 1), desk.join("two", 2));
    let outs = hard(desk.at(ENDS));
    assert_eq!(outs, [closed(&one, 2), closed(&two, 2)]);
    assert_eq!(stage(&desk), SaleStage::Closed);
}

#[test]
fn the_operator_closes_a_sale_once() {
    let mut desk = Desk::selling(&["one"], 20, 0);
    let peer = desk.join("one", 1);
    let outs = hard(desk.operator(Operator::Close { sale: "s".parse().unwrap() }));
    assert_eq!(outs, [Out::Done(Ok(Outcome::Closed)), closed(&peer, 2)]);
    assert_eq!(desk.outcome(Operator::Close { sale: "s".parse().unwrap() }), Ok(Outcome::Unchanged));
}

#[test]
fn a_sale_settles_when_the_last_unit_is_home() {
    let mut desk = Desk::selling(&["one"], 20, 0);
    let mut peer = desk.join("one", 1);
    desk.at(ENDS);
    desk.up(&mut peer, vec![order("ann", 2)]);
    assert_eq!(stage(&desk), SaleStage::Closed);
    desk.up(&mut peer, vec![returned(8)]);
    assert_eq!(stage(&desk), SaleStage::Settled);
    assert_eq!(desk.accounts(), [18, 0, 2, 0, 0]);
}

#[test]
fn whoever_comes_after_a_settled_sale_still_finds_it() {
    let mut desk = Desk::selling(&["one"], 20, 0);
    desk.operator(Operator::Close { sale: "s".parse().unwrap() });
    assert_eq!(stage(&desk), SaleStage::Settled);
    let outs = desk.hello(&Peer::new("one", 1));
    assert_eq!(shown(&outs), ["s"]);
}

#[test]
fn a_settled_sale_gives_way_to_a_later_one_that_uses_its_code() {
    let mut desk = Desk::selling(&["one"], 20, 0);
    desk.hello(&Peer::new("one", 1));
    desk.operator(Operator::Close { sale: "s".parse().unwrap() });
    assert_eq!(shown(&desk.publish(sale("t", &[("b", 1)], 0))), ["s", "t"]);
    assert_eq!(shown(&desk.publish(sale("u", &[("a", 1)], 0))), ["t", "u"]);
}

#[test]
fn a_sale_that_is_closed_early_ends_then() {
    let mut desk = Desk::selling(&["one"], 20, 0);
    desk.join("one", 1);
    let now = desk.now;
    let outs = desk.operator(Operator::Close { sale: "s".parse().unwrap() });
    let ends = outs.iter().find_map(|out| match out {
        Out::To(_, AllocatorBody::Published(published)) => Some(published.sales[0].ends_at),
        _ => None,
    });
    assert_eq!(ends, Some(now));
}

#[test]
fn quarantine_keeps_a_sale_from_settling() {
    let mut desk = Desk::selling(&["one"], 20, 3);
    let peer = desk.join("one", 1);
    desk.operator(Operator::Evict { edge: peer.edge.clone() });
    desk.at(ENDS);
    assert_eq!(stage(&desk), SaleStage::Closed);
    let mut peer = peer.again(2);
    desk.hello(&peer);
    desk.up(&mut peer, vec![UpEntry::EpochClosed]);
    assert_eq!(stage(&desk), SaleStage::Settled);
}

#[test]
fn an_epoch_that_begins_after_the_end_hears_of_it() {
    let mut desk = Desk::selling(&["one", "two"], 20, 0);
    desk.join("one", 1);
    desk.at(ENDS);
    let mut late = Peer::new("two", 2);
    desk.hello(&late);
    late.epoch = Some(Epoch(1));
    let outs = hard(desk.say(&late, EdgeBody::EpochStored { epoch: Epoch(1) }));
    assert_eq!(outs, [closed(&late, 1)]);
}

#[test]
fn the_report_says_where_every_unit_is() {
    let mut desk = Desk::selling(&["one"], 20, 0);
    let mut peer = desk.join("one", 1);
    desk.up(&mut peer, vec![order("ann", 2)]);
    desk.at(ENDS);
    let report = desk.core.report(&"s".parse().unwrap()).unwrap();
    assert!(report.balanced);
    assert_eq!(report.state, SaleState::Closed);
    let sku = &report.skus[0];
    assert_eq!((sku.pool.get(), sku.escrow.get(), sku.sold.get()), (10, 8, 2));
}

/// The sales that an edge is told of.
fn shown(outs: &[Out]) -> Vec<&str> {
    let published = outs.iter().find_map(|out| match out {
        Out::To(_, AllocatorBody::Published(published)) => Some(published),
        _ => None,
    });
    published.expect("what is published is told").sales.iter().map(|rules| rules.sale.as_str()).collect()
}

#[test]
fn settled_sales_do_not_count_against_the_most() {
    let mut desk = Desk::fresh(&["one"]);
    let nth = |n: usize| sale(&format!("s{n}"), &[(&format!("c{n}"), 1)], 0);
    for n in 0..SALES_MAX {
        desk.core.handle_operator(RequestId(1), Operator::Publish(nth(n)), desk.now);
    }
    desk.drain();
    assert_eq!(desk.outcome(Operator::Publish(nth(SALES_MAX))), Err(Refusal::TooManySales));
    desk.operator(Operator::Close { sale: "s0".parse().unwrap() });
    assert!(desk.outcome(Operator::Publish(nth(SALES_MAX))).is_ok());
}
