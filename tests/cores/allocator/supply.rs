//! Supply and budget, set while an item sells.

use doorbuster_allocator_core::{Account, Command, HEARTBEAT_MS, Operator, Outcome, RECALL_MS, Refusal, Transfer};
use doorbuster_proto::{AllocatorBody, Timestamp};

use super::desk::{Desk, ENDS, Out, Peer, granted, hard, id_of, order, returned, sku, units, word};

fn set(supply: u64) -> Operator {
    Operator::SetSupply { sku: sku("a"), supply: Some(units(supply)), budget: None }
}

fn set_budget(budget: u64) -> Operator {
    Operator::SetSupply { sku: sku("a"), supply: None, budget: Some(units(budget)) }
}

fn done(supply: u64, budget: u64, debt: u64) -> Out {
    let (supply, budget, debt) = (units(supply), units(budget), units(debt));
    Out::Done(Ok(Outcome::SupplySet { supply, budget, debt }))
}

fn recall(peer: &Peer, keep: u64) -> Out {
    Out::To(peer.connection.0, AllocatorBody::Recall { sku: sku("a"), keep: units(keep) })
}

/// Whose shelf is told, so that it can be recalled from.
fn stocked(desk: &mut Desk, name: &str, connection: u64) -> Peer {
    let peer = desk.join(name, connection);
    let shelf = desk.store.book(&peer.edge, peer.epoch.unwrap()).unwrap().total(&sku("a")).granted.get();
    desk.level(&peer, shelf, 0);
    peer
}

#[test]
fn a_raise_fills_the_pool_and_clears_sold_out() {
    let mut desk = Desk::selling(&["one"], 1, 0);
    let mut peer = desk.join("one", 1);
    let outs = desk.up(&mut peer, vec![order("ann", 1)]);
    assert!(outs.contains(&word(&peer, true)));
    let outs = desk.operator(set(4));
    assert!(outs.contains(&done(4, 0, 0)) && outs.contains(&word(&peer, false)), "{outs:?}");
    assert_eq!(desk.accounts(), [3, 0, 1, 0, 0]);
    // Whoever waits is granted some at once.
    assert_eq!(desk.level(&peer, 0, 2), [granted(&peer, 2, 2, 3)]);
}

#[test]
fn a_budget_is_supply_that_may_be_sold_too() {
    let mut desk = Desk::selling(&["one"], 10, 0);
    assert_eq!(desk.operator(set_budget(5)), [done(10, 5, 0)]);
    assert_eq!(desk.accounts(), [15, 0, 0, 0, 0]);
    assert_eq!(desk.operator(set_budget(5)), [Out::Done(Ok(Outcome::Unchanged))]);
    assert_eq!(desk.operator(set_budget(0)), [done(10, 0, 0)]);
    assert_eq!(desk.accounts(), [10, 0, 0, 0, 0]);
}

#[test]
fn what_the_pool_has_goes_at_once() {
    let mut desk = Desk::selling(&["one"], 20, 0);
    let _peer = stocked(&mut desk, "one", 1);
    assert_eq!(desk.accounts(), [10, 10, 0, 0, 0]);
    assert_eq!(desk.operator(set(12)), [done(12, 0, 0)]);
    assert_eq!(desk.accounts(), [2, 10, 0, 0, 0]);
}

#[test]
fn the_rest_is_owed_and_recalled_from_whoever_holds_most() {
    let mut desk = Desk::selling(&["one", "two"], 20, 0);
    let mut one = stocked(&mut desk, "one", 1);
    let two = stocked(&mut desk, "two", 2);
    desk.up(&mut one, vec![order("ann", 2)]);
    desk.level(&one, 3, 0);
    assert_eq!(desk.accounts(), [10, 8, 2, 0, 0]);
    assert_eq!(desk.operator(set(6)), [done(6, 0, 4), recall(&two, 1)]);
    assert_eq!(desk.accounts(), [0, 8, 2, 0, 0]);
    // Nobody is granted anything, whoever waits.
    assert_eq!(desk.level(&one, 0, 9), []);
    assert_eq!(hard(desk.at(desk.now.after_ms(RECALL_MS))), []);
}

#[test]
fn where_nobody_answers_others_are_asked_with_the_next_heartbeat() {
    let mut desk = Desk::selling(&["one", "two"], 20, 0);
    let (one, two) = (stocked(&mut desk, "one", 1), stocked(&mut desk, "two", 2));
    let asked = |outs: Vec<Out>| -> Vec<Out> {
        let is_recall = |out: &Out| matches!(out, Out::To(_, AllocatorBody::Recall { .. }));
        outs.into_iter().filter(is_recall).collect()
    };
    assert_eq!(asked(desk.operator(set(8))), [recall(&one, 3)]);
    assert_eq!(asked(desk.at(desk.now.after_ms(HEARTBEAT_MS))), [recall(&two, 3)]);
    assert_eq!(asked(desk.at(desk.now.after_ms(HEARTBEAT_MS))), [recall(&one, 3)]);
}

#[test]
fn returns_pay_the_debt_before_any_grant() {
    let mut desk = Desk::selling(&["one", "two"], 20, 0);
    let (one, mut two) = (stocked(&mut desk, "one", 1), stocked(&mut desk, "two", 2));
    desk.operator(set(7));
    assert_eq!((desk.accounts(), desk.stock("a").debt), ([0, 10, 0, 0, 0], units(3)));
    desk.level(&one, 5, 9);
    let outs = hard(desk.up(&mut two, vec![returned(2)]));
    assert!(outs.iter().all(|out| !matches!(out, Out::To(_, AllocatorBody::Down(_)))), "{outs:?}");
    assert_eq!((desk.accounts(), desk.stock("a").debt), ([0, 8, 0, 0, 0], units(1)));
    // The first pays, the others are for whoever waits.
    let outs = hard(desk.up(&mut two, vec![returned(3)]));
    assert!(outs.contains(&granted(&one, 2, 2, 7)), "{outs:?}");
    assert_eq!((desk.accounts(), desk.stock("a").debt), ([0, 7, 0, 0, 0], units(0)));
}

#[test]
fn a_debt_is_paid_in_the_record_of_what_came_back() {
    let mut desk = Desk::selling(&["one"], 20, 0);
    let mut peer = stocked(&mut desk, "one", 1);
    desk.operator(set(5));
    let batch = peer.batch(vec![returned(7)]);
    desk.core.handle_message(peer.connection, peer.message(doorbuster_proto::EdgeBody::Up(batch)), desk.now);
    let Some(Command::Persist { batch, writes, .. }) = desk.core.next_command() else { panic!("a write first") };
    desk.keep(&writes);
    desk.core.handle_persisted(batch, desk.now);
    let records = writes.iter().filter_map(|write| match write {
        doorbuster_allocator_core::Write::Journal(record) => Some(record.transfers.clone()),
        _ => None,
    });
    let escrow = Account::Escrow(peer.edge.clone(), peer.epoch.unwrap());
    let moved = |from, to, count| Transfer { sku: sku("a"), from, to, units: units(count) };
    let came = moved(escrow, Account::Pool, 7);
    assert_eq!(records.collect::<Vec<_>>()[0], [came, moved(Account::Pool, Account::Supply, 5)]);
}

#[test]
fn what_is_sold_in_the_meantime_is_owed_no_more_and_cancellations_bring_it_back() {
    let mut desk = Desk::selling(&["one"], 10, 0);
    let mut peer = stocked(&mut desk, "one", 1);
    desk.operator(set(2));
    assert_eq!(desk.accounts(), [0, 5, 0, 0, 0]);
    desk.up(&mut peer, vec![order("ann", 4), order("bob", 1)]);
    let item = &desk.core.snapshot(desk.now).sales[0].skus[0];
    assert_eq!((item.debt, item.oversold, item.sold_out), (units(0), units(3), true));
    desk.operator(Operator::CancelOrder { order: id_of("bob") });
    assert_eq!((desk.accounts(), desk.stock("a").debt), ([0, 0, 4, 0, 0], units(2)));
    assert!(desk.stock("a").is_sold_out(), "it is not sold again");
}

#[test]
fn a_fence_pays_the_debt() {
    let mut desk = Desk::selling(&["one"], 20, 2);
    let peer = stocked(&mut desk, "one", 1);
    desk.operator(set(5));
    desk.operator(Operator::Evict { edge: peer.edge });
    assert_eq!((desk.accounts(), desk.stock("a").debt), ([3, 0, 0, 2, 0], units(0)));
}

#[test]
fn a_raise_cancels_the_debt_first() {
    let mut desk = Desk::selling(&["one"], 20, 0);
    let _peer = stocked(&mut desk, "one", 1);
    desk.operator(set(4));
    assert_eq!(desk.stock("a").debt, units(6));
    assert_eq!(hard(desk.operator(set(8)))[..1], [done(8, 0, 2)]);
    assert_eq!((desk.accounts(), desk.stock("a").debt), ([0, 10, 0, 0, 0], units(2)));
    desk.operator(set(11));
    assert_eq!((desk.accounts(), desk.stock("a").debt), ([1, 10, 0, 0, 0], units(0)));
}

#[test]
fn less_than_nobody_can_take_back_is_refused() {
    let mut desk = Desk::selling(&["one", "two"], 20, 1);
    let mut one = desk.join("one", 1);
    let two = desk.join("two", 2);
    desk.up(&mut one, vec![order("ann", 3)]);
    desk.operator(Operator::Evict { edge: two.edge.clone() });
    let before = desk.store.clone();
    let refused = desk.outcome(set(3)).unwrap_err();
    let said =
        "SKU s/a: expected supply and budget of at least 4 in all (3 sold, 1 in quarantine, 0 written off), found 3";
    assert_eq!(refused.to_string(), said);
    assert_eq!(desk.store, before);
    desk.operator(Operator::WriteOff { edge: two.edge, epoch: two.epoch.unwrap() });
    assert!(desk.outcome(set(3)).is_err());
    assert!(desk.outcome(set(4)).is_ok());
}

#[test]
fn a_debt_outlives_the_process() {
    let mut desk = Desk::selling(&["one"], 20, 0);
    let peer = stocked(&mut desk, "one", 1);
    desk.operator(set(4));
    desk.restart();
    assert_eq!(desk.stock("a").debt, units(6));
    let mut peer = peer.again(2);
    desk.hello(&peer);
    desk.up(&mut peer, vec![returned(7)]);
    assert_eq!((desk.accounts(), desk.stock("a").debt), ([1, 3, 0, 0, 0], units(0)));
}

#[test]
fn a_new_term_lowers_nothing_before_every_edge_has_spoken() {
    let mut desk = Desk::selling(&["one"], 20, 0);
    let _peer = desk.join("one", 1);
    desk.restart();
    assert!(matches!(desk.outcome(set(15)), Err(Refusal::Waiting { .. })));
    assert!(desk.outcome(set(25)).is_ok());
}

#[test]
fn what_is_not_on_sale_is_refused_by_name() {
    let mut desk = Desk::selling(&["one"], 20, 0);
    let other = Operator::SetSupply { sku: sku("z"), supply: Some(units(1)), budget: None };
    assert_eq!(desk.outcome(other).unwrap_err().to_string(), "sale s sells no z");
    desk.now = Timestamp(ENDS.0 - 1);
    assert!(desk.outcome(set(21)).is_ok());
    desk.now = ENDS;
    assert_eq!(desk.outcome(set(22)).unwrap_err().to_string(), "sale s is over");
}
