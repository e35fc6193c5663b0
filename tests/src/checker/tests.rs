//! A good world passes; every kind of forged fact is caught by its name.

use doorbuster_proto::{EdgeId, Epoch, IdempotencyKey, OrderId, OrderState, SaleId, ShopperId, Sku};

use super::*;
use crate::shoppers::{Intent, Outcome, Told};

fn sku() -> Sku {
    Sku { sale: "sale".parse().unwrap(), code: "lamp".parse().unwrap() }
}

fn id(shopper: &str, key: &str) -> OrderId {
    let (sale, shopper, key): (SaleId, ShopperId, IdempotencyKey) =
        ("sale".parse().unwrap(), shopper.parse().unwrap(), key.parse().unwrap());
    OrderId::of(&sale, &shopper, &key)
}

fn told(shopper: &str, key: &str, outcome: Outcome) -> Told {
    let text = |text: &str| text.to_owned();
    let intent = Intent { sale: text("sale"), shopper: text(shopper), key: text(key), sku: text("lamp"), units: 1 };
    Told { intent, outcome, edge: text("http://edge"), requests: 1, lost: 0, pending: 0, at_ms: 0 }
}

fn acknowledged(shopper: &str, key: &str) -> Told {
    told(shopper, key, Outcome::Acknowledged { order: id(shopper, key).to_string() })
}

fn refused(shopper: &str, reason: &str) -> Told {
    told(shopper, "k", Outcome::Refused { reason: reason.to_owned() })
}

fn ordered(shopper: &str, key: &str) -> LedgerOrder {
    let (shopper, order) = (shopper.parse::<ShopperId>().unwrap(), id(shopper, key));
    LedgerOrder { order, key: key.parse().unwrap(), sku: sku(), shopper, units: 1, state: Some(OrderState::Reserved) }
}

fn edge_one() -> EdgeId {
    "edge-1".parse().unwrap()
}

/// Ten lamps: ann and bob have one each, five are in the pool, three are with the edge. Carl gave up, Dora came late.
fn good_world() -> Facts {
    let account =
        Account { supply: 10, pool: 5, escrow: [((edge_one(), Epoch(1)), 3)].into(), sold: 2, ..Account::default() };
    let shown = |order: LedgerOrder| EdgeOrder { order: order.order, sku: sku(), units: 1, state: order.state };
    let edge = EdgeFacts {
        epoch: Some(Epoch(1)),
        shelves: [(sku(), 2)].into(),
        down_in_flight: [(sku(), 1)].into(),
        orders: vec![shown(ordered("ann", "k")), shown(ordered("bob", "k"))],
        ..EdgeFacts::default()
    };
    Facts {
        accounts: [(sku(), account)].into(),
        limits: [(sku().sale, Limits { sale: 1, items: [(sku().code, 1)].into(), credit: 0 })].into(),
        ledger: vec![ordered("ann", "k"), ordered("bob", "k")],
        edges: [(edge_one(), edge)].into(),
        told: vec![
            acknowledged("ann", "k"),
            acknowledged("bob", "k"),
            told("carl", "k", Outcome::Unknown),
            refused("dora", "over"),
        ],
        told_is_whole: true,
        disks_lost: std::collections::BTreeMap::new(),
    }
}

/// The good world once its sale is settled: what the edge held is in the pool.
fn world_at_rest() -> Facts {
    let mut facts = good_world();
    account(&mut facts).escrow.clear();
    account(&mut facts).pool = 8;
    edge(&mut facts).shelves.clear();
    edge(&mut facts).down_in_flight.clear();
    facts
}

/// The rules that a world breaks, each once.
fn kinds(change: impl FnOnce(&mut Facts)) -> Vec<Kind> {
    let mut facts = good_world();
    change(&mut facts);
    kinds_of(&judge(&facts))
}

/// The same, of a world at rest.
fn kinds_at_rest(change: impl FnOnce(&mut Facts)) -> Vec<Kind> {
    let mut facts = world_at_rest();
    change(&mut facts);
    kinds_of(&judge_at_rest(&facts))
}

fn kinds_of(violations: &[Violation]) -> Vec<Kind> {
    let mut kinds: Vec<_> = violations.iter().map(|violation| violation.kind).collect();
    kinds.sort_unstable();
    kinds.dedup();
    kinds
}

fn account(facts: &mut Facts) -> &mut Account {
    facts.accounts.get_mut(&sku()).unwrap()
}

fn edge(facts: &mut Facts) -> &mut EdgeFacts {
    facts.edges.get_mut(&edge_one()).unwrap()
}

#[test]
fn a_good_world_is_clean() {
    assert_eq!(judge(&good_world()), []);
}

#[test]
fn a_forged_order_in_the_shoppers_log_is_caught() {
    assert_eq!(kinds(|facts| facts.told.push(acknowledged("eve", "k"))), [Kind::LostOrder]);
}

#[test]
fn an_order_that_the_ledger_lost_is_caught() {
    assert_eq!(
        kinds(|facts| {
            facts.ledger.pop();
            account(facts).sold = 1;
            account(facts).pool = 6;
            edge(facts).orders.pop();
        }),
        [Kind::LostOrder]
    );
}

#[test]
fn an_acknowledged_order_that_was_cancelled_is_caught() {
    assert_eq!(
        kinds(|facts| {
            facts.ledger[0].state = Some(OrderState::Cancelled);
            account(facts).sold = 1;
            account(facts).pool = 6;
            edge(facts).orders[0].state = Some(OrderState::Cancelled);
        }),
        [Kind::LostOrder]
    );
}

#[test]
fn an_order_that_nobody_was_told_of_is_caught() {
    assert_eq!(kinds(|facts| drop(facts.told.remove(0))), [Kind::UnclaimedOrder]);
    assert_eq!(kinds(|facts| facts.told[1] = refused("bob", "sold-out")), [Kind::UnclaimedOrder, Kind::EarlySoldOut]);
}

#[test]
fn an_order_of_a_stranger_is_no_fault_where_the_log_is_not_whole() {
    assert_eq!(
        kinds(|facts| {
            facts.told.remove(0);
            facts.told_is_whole = false;
        }),
        []
    );
}

#[test]
fn an_order_may_stand_whose_shopper_left_without_an_answer() {
    assert_eq!(kinds(|facts| facts.told[0].outcome = Outcome::Unknown), []);
    assert_eq!(kinds(|facts| facts.told[0].outcome = Outcome::Queueing), [Kind::UnclaimedOrder]);
}

#[test]
fn a_double_is_caught() {
    let double = |facts: &mut Facts| {
        facts.ledger.push(ordered("ann", "k"));
        facts.limits.clear();
        account(facts).sold = 3;
        account(facts).pool = 4;
    };
    assert_eq!(kinds(double), [Kind::DoubleOrder]);
}

#[test]
fn a_key_with_two_orders_is_caught() {
    let second = |facts: &mut Facts| facts.told.push(told("ann", "k", acknowledged("bob", "k").outcome));
    assert_eq!(kinds(second), [Kind::TwoOutcomes, Kind::AlteredOrder]);
}

#[test]
fn an_order_of_other_content_is_caught() {
    assert_eq!(
        kinds(|facts| {
            facts.ledger[0].units = 2;
            facts.limits.clear();
            account(facts).sold = 3;
            account(facts).pool = 4;
        }),
        [Kind::AlteredOrder]
    );
    assert_eq!(kinds(|facts| facts.ledger[0].key = "other".parse().unwrap()), [Kind::AlteredOrder]);
}

#[test]
fn a_shopper_over_the_limit_is_caught() {
    let more = |facts: &mut Facts| {
        facts.ledger.push(ordered("ann", "k2"));
        facts.told.push(acknowledged("ann", "k2"));
        account(facts).sold = 3;
        account(facts).pool = 4;
    };
    assert_eq!(kinds(more), [Kind::OverLimit]);
    let of_item_only = |facts: &mut Facts| {
        more(facts);
        facts.limits.get_mut(&sku().sale).unwrap().sale = 2;
    };
    assert_eq!(kinds(of_item_only), [Kind::OverLimit]);
}

#[test]
fn a_missing_unit_is_caught() {
    assert_eq!(kinds(|facts| account(facts).pool -= 1), [Kind::Unbalanced]);
    assert_eq!(kinds(|facts| account(facts).written_off += 1), [Kind::Unbalanced]);
}

#[test]
fn a_sold_unit_without_an_order_is_caught() {
    let sold = |facts: &mut Facts| {
        account(facts).sold += 1;
        account(facts).pool -= 1;
    };
    assert_eq!(kinds(sold), [Kind::SoldUnexplained]);
}

#[test]
fn sold_out_said_too_early_is_caught() {
    assert_eq!(kinds(|facts| facts.told.push(refused("fred", "sold-out"))), [Kind::EarlySoldOut]);
}

#[test]
fn sold_out_may_have_been_true_where_units_came_back() {
    let came_back = |facts: &mut Facts| {
        facts.told.push(refused("fred", "sold-out"));
        facts.ledger.push(LedgerOrder { state: Some(OrderState::Expired), units: 8, ..ordered("gina", "k") });
    };
    assert_eq!(kinds(came_back), []);
}

#[test]
fn a_shelf_that_is_not_the_ledgers_escrow_is_caught() {
    assert_eq!(kinds(|facts| edge(facts).shelves = [(sku(), 3)].into()), [Kind::ShelfMismatch]);
    assert_eq!(kinds(|facts| edge(facts).down_in_flight.clear()), [Kind::ShelfMismatch]);
}

#[test]
fn an_edge_that_shows_what_the_ledger_denies_is_caught() {
    let shown = EdgeOrder { order: id("eve", "k"), sku: sku(), units: 1, state: Some(OrderState::Reserved) };
    let pending = EdgeOrder { state: None, ..shown.clone() };
    assert_eq!(kinds(|facts| edge(facts).orders.push(shown)), [Kind::EdgeDisagrees]);
    assert_eq!(kinds(|facts| edge(facts).orders.push(pending)), []);
}

#[test]
fn an_answer_that_is_none_of_the_api_is_caught() {
    assert_eq!(kinds(|facts| facts.told.push(refused("fred", "status-500"))), [Kind::BadAnswer]);
}

#[test]
fn every_account_that_is_one_off_is_caught() {
    let changes: [fn(&mut Account); 7] = [
        |account| account.supply += 1,
        |account| account.budget += 1,
        |account| account.pool += 1,
        |account| account.escrow.values_mut().for_each(|units| *units += 1),
        |account| account.sold += 1,
        |account| account.quarantine += 1,
        |account| account.written_off += 1,
    ];
    for change in changes {
        assert!(kinds(|facts| change(account(facts))).contains(&Kind::Unbalanced));
    }
}

/// Eve and Fay were told of an order on credit, and the disk that knew it is gone.
fn lost_with_a_disk(facts: &mut Facts, credit: u64, times: u64) {
    facts.told.extend([acknowledged("eve", "k"), acknowledged("fay", "k")]);
    facts.limits.get_mut(&sku().sale).unwrap().credit = credit;
    facts.disks_lost.insert(edge_one(), times);
}

#[test]
fn what_went_with_a_lost_disk_is_no_fault_within_the_credit() {
    assert_eq!(kinds(|facts| lost_with_a_disk(facts, 2, 1)), []);
    assert_eq!(kinds(|facts| lost_with_a_disk(facts, 1, 2)), []);
}

#[test]
fn more_lost_than_the_credit_is_caught() {
    assert_eq!(kinds(|facts| lost_with_a_disk(facts, 1, 1)), [Kind::LostOrder]);
    assert_eq!(kinds(|facts| lost_with_a_disk(facts, 0, 1)), [Kind::LostOrder], "W = 0 loses nothing");
    assert_eq!(kinds(|facts| lost_with_a_disk(facts, 2, 0)), [Kind::LostOrder], "no disk was lost");
}

#[test]
fn an_order_that_is_answered_twice_counts_once_among_the_lost() {
    let twice = |facts: &mut Facts| {
        facts.told.extend([acknowledged("eve", "k"), acknowledged("eve", "k")]);
        facts.limits.get_mut(&sku().sale).unwrap().credit = 1;
        facts.disks_lost.insert(edge_one(), 1);
    };
    assert_eq!(kinds(twice), []);
}

#[test]
fn what_an_edge_sold_on_credit_and_has_still_to_tell_is_not_lost() {
    let sold = EdgeOrder { order: id("eve", "k"), sku: sku(), units: 1, state: None };
    let untold = |facts: &mut Facts, state| {
        facts.told.push(acknowledged("eve", "k"));
        edge(facts).orders.push(EdgeOrder { state, ..sold.clone() });
    };
    assert_eq!(kinds(|facts| untold(facts, None)), []);
    let told = kinds(|facts| untold(facts, Some(OrderState::Reserved)));
    assert_eq!(told, [Kind::LostOrder, Kind::EdgeDisagrees], "the ledger had it");
}

#[test]
fn a_cancelled_order_is_no_lost_disk() {
    assert_eq!(
        kinds(|facts| {
            facts.ledger[0].state = Some(OrderState::Cancelled);
            account(facts).sold = 1;
            account(facts).pool = 6;
            edge(facts).orders.clear();
            facts.limits.get_mut(&sku().sale).unwrap().credit = 9;
            facts.disks_lost.insert(edge_one(), 1);
        }),
        [Kind::LostOrder]
    );
}

#[test]
fn an_order_may_stand_that_an_edge_forgot_with_its_disk() {
    let forgotten = |facts: &mut Facts, (lost, pending), disks_lost| {
        facts.told[1] = Told { lost, pending, ..refused("bob", "limit-reached") };
        facts.disks_lost.insert(edge_one(), disks_lost);
    };
    assert_eq!(kinds(|facts| forgotten(facts, (1, 0), 1)), []);
    assert_eq!(kinds(|facts| forgotten(facts, (0, 1), 1)), []);
    assert_eq!(kinds(|facts| forgotten(facts, (0, 0), 1)), [Kind::UnclaimedOrder], "every request was answered");
    assert_eq!(kinds(|facts| forgotten(facts, (1, 0), 0)), [Kind::UnclaimedOrder], "no disk was lost");
}

#[test]
fn an_order_that_is_answered_in_two_ways_is_caught() {
    let refused_later = |facts: &mut Facts| facts.told.push(Told { at_ms: 1, ..refused("ann", "limit-reached") });
    assert_eq!(kinds(refused_later), [Kind::TwoOutcomes]);
    let refused_before = |facts: &mut Facts| {
        facts.told.push(refused("ann", "limit-reached"));
        facts.told[0].at_ms = 1;
    };
    assert_eq!(kinds(refused_before), []);
}

#[test]
fn a_quarantine_excuses_units_that_came_back_after_sold_out() {
    let came_back = |facts: &mut Facts| {
        facts.told.push(refused("fred", "sold-out"));
        account(facts).was_quarantined = true;
    };
    assert_eq!(kinds(came_back), []);
}

#[test]
fn a_world_at_rest_is_clean() {
    assert_eq!(judge_at_rest(&world_at_rest()), []);
}

#[test]
fn units_that_are_still_out_are_caught() {
    assert_eq!(kinds_of(&judge_at_rest(&good_world())), [Kind::NotSettled]);
    let set_apart = |facts: &mut Facts| {
        account(facts).quarantine = 1;
        account(facts).pool = 7;
    };
    assert_eq!(kinds_at_rest(set_apart), [Kind::NotSettled]);
}

#[test]
fn an_order_without_a_verdict_is_caught() {
    assert_eq!(kinds_at_rest(|facts| edge(facts).orders[0].state = None), [Kind::Undecided]);
    let held = |facts: &mut Facts| {
        facts.ledger.push(LedgerOrder { state: None, ..ordered("carl", "k") });
    };
    assert_eq!(kinds_at_rest(held), [Kind::Undecided]);
}
