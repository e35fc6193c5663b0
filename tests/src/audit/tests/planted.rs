//! Faults of every kind, planted into sound stores record by record.

use doorbuster_allocator_core::{Account, JournalRecord, LedgerOrder, Phase, SaleStage, Transfer};
use doorbuster_edge_core::{CancelledBecause, OrderStatus};
use doorbuster_proto::{
    Commit, EdgeId, Epoch, IdempotencyKey, Instance, OrderId, OrderState, Seq, Sku, Term, Units, UpEntry,
};

use super::*;
use crate::audit::standing::{Standing, standing};

fn one() -> Units {
    Units::ONE
}

/// The place of a live epoch's disk with an order that stands and was taken in.
fn living(stores: &Stores) -> Option<(usize, EdgeId, Epoch, Seq, OrderId)> {
    stores.disks.iter().enumerate().find_map(|(at, disk)| {
        let Standing::Fits { edge, epoch, book } = standing(&stores.ledger, disk) else { return None };
        let is_it = |order: &&LedgerOrder| order.edge == *edge && order.epoch == epoch && order.is_valid();
        let order = stores.ledger.image.orders.values().find(is_it).filter(|_| book.head.phase == Phase::Live)?;
        let is_told = order.seq <= disk.image.meta.up_taken;
        is_told.then(|| (at, edge.clone(), epoch, order.seq, order.id))
    })
}

fn sound() -> (Stores, (usize, EdgeId, Epoch, Seq, OrderId)) {
    let stores = sound_with(|stores| living(stores).is_some());
    let living = living(&stores).unwrap();
    (stores, living)
}

fn finds(name: &str, stores: &Stores) {
    let found = violations(stores);
    assert!(found.iter().any(|(invariant, _)| *invariant == name), "{name} in {found:?}");
}

fn add(stores: &mut Stores, sku: &Sku, account: Account, units: Units) {
    let held = stores.ledger.image.stock.get_mut(sku).unwrap().accounts.entry(account).or_default();
    *held = held.plus(units);
}

fn journalled(stores: &mut Stores, sku: &Sku, from: Account, to: Account, units: Units) {
    let last = stores.ledger.journal.last().unwrap();
    let commit = Commit(last.commit.0 + 1);
    stores.ledger.image.commit = commit.max(stores.ledger.image.commit);
    let transfer = Transfer { sku: sku.clone(), from, to, units };
    let (who, why, at) = ("operator".to_owned(), "nothing".to_owned(), last.at);
    stores.ledger.journal.push(JournalRecord { commit, index: 0, at, who, why, transfers: vec![transfer] });
}

fn order_of(stores: &Stores, order: OrderId) -> LedgerOrder {
    stores.ledger.image.orders[&order].clone()
}

fn sku_of(stores: &Stores, order: OrderId) -> Sku {
    order_of(stores, order).sku
}

fn change(stores: &mut Stores, order: OrderId, change: impl FnOnce(&mut LedgerOrder)) {
    let mut order = order_of(stores, order);
    change(&mut order);
    stores.ledger.image.orders.put(order);
}

/// An order of the same shopper under another key, as if it came next.
fn another(stores: &Stores, order: OrderId, key: &str, units: Units) -> LedgerOrder {
    let order = order_of(stores, order);
    let key: IdempotencyKey = key.parse().unwrap();
    let id = OrderId::of(&order.sku.sale, &order.shopper, &key);
    LedgerOrder { id, key, units, seq: Seq(order.seq.0 + 10_000), ..order }
}

#[test]
fn a_unit_that_comes_from_nowhere_is_found_by_conservation() {
    let (mut stores, (.., order)) = sound();
    let sku = sku_of(&stores, order);
    add(&mut stores, &sku, Account::Pool, one());
    finds("conservation", &stores);
}

#[test]
fn balances_that_the_journal_does_not_make_are_found_by_conservation() {
    let (mut stores, (.., order)) = sound();
    let sku = sku_of(&stores, order);
    // The sum is right all the same.
    let accounts = &mut stores.ledger.image.stock.get_mut(&sku).unwrap().accounts;
    let sold = accounts.get_mut(&Account::Sold).unwrap();
    *sold = sold.minus(one());
    add(&mut stores, &sku, Account::Pool, one());
    finds("conservation", &stores);
}

#[test]
fn a_record_that_is_gone_from_the_journal_is_found_by_conservation() {
    let (mut stores, _) = sound();
    let at = stores.ledger.journal.iter().rposition(|record| !record.transfers.is_empty()).unwrap();
    stores.ledger.journal.remove(at);
    finds("conservation", &stores);
}

#[test]
fn a_shelf_with_a_unit_more_than_the_ledger_granted_is_found_by_conservation() {
    let (mut stores, (at, .., order)) = sound();
    let sku = sku_of(&stores, order);
    let shelf = stores.disks[at].image.shelves.get_mut(&sku).unwrap();
    (shelf.on_hand, shelf.granted) = (shelf.on_hand.plus(one()), shelf.granted.plus(one()));
    finds("conservation", &stores);
}

#[test]
fn a_log_that_says_something_else_than_it_did_is_found_by_conservation() {
    let (mut stores, (at, _, epoch, seq, _)) = sound();
    let record = stores.disks[at].image.log.get_mut(&(epoch, seq)).unwrap();
    let UpEntry::OrderPlaced(placed) = &mut record.entry else { panic!("an order is there") };
    placed.units = placed.units.plus(one());
    finds("conservation", &stores);
}

#[test]
fn records_with_which_an_edge_will_not_start_are_found_by_conservation() {
    let (mut stores, (at, _, epoch, ..)) = sound();
    stores.disks[at].image.log.remove(&(epoch, Seq(1)));
    finds("conservation", &stores);
}

#[test]
fn more_orders_than_units_are_found_by_no_oversell() {
    let (mut stores, (.., order)) = sound();
    let issued = stores.ledger.image.stock[&sku_of(&stores, order)].issued();
    change(&mut stores, order, |order| order.units = issued.plus(one()));
    finds("no oversell", &stores);
}

#[test]
fn units_sold_to_nobody_are_found_by_no_oversell() {
    let (mut stores, (.., order)) = sound();
    change(&mut stores, order, |order| order.state = Some(OrderState::Cancelled));
    finds("no oversell", &stores);
}

#[test]
fn an_order_that_the_ledger_took_in_and_lost_is_found_by_acknowledged() {
    let (mut stores, (.., order)) = sound();
    let orders = &mut stores.ledger.image.orders;
    *orders = orders.values().filter(|known| known.id != order).cloned().collect();
    finds("acknowledged", &stores);
}

#[test]
fn a_ledger_that_was_set_back_is_found_by_acknowledged_and_fences() {
    let mut found = 0;
    for seed in SEEDS {
        let (early, late) = (stores(seed, 300), stores(seed, 2_000));
        if living(&late).is_none() || late.ledger.image.orders.len() < early.ledger.image.orders.len() + 5 {
            continue;
        }
        let mixed = Stores { ledger: early.ledger, disks: late.disks };
        finds("fences", &mixed);
        found += usize::from(violations(&mixed).iter().any(|(invariant, _)| *invariant == "acknowledged"));
    }
    assert!(found > 5, "{found}");
}

#[test]
fn an_order_under_anothers_name_is_found_by_one_outcome() {
    let (mut stores, (.., order)) = sound();
    change(&mut stores, order, |order| order.key = "another".parse().unwrap());
    finds("one outcome", &stores);
}

#[test]
fn an_order_that_was_applied_twice_is_found_by_one_outcome() {
    let (mut stores, (_, edge, epoch, _, order)) = sound();
    let (sku, units) = (sku_of(&stores, order), order_of(&stores, order).units);
    journalled(&mut stores, &sku, Account::Escrow(edge, epoch), Account::Sold, units);
    finds("one outcome", &stores);
}

#[test]
fn two_orders_of_one_entry_are_found_by_one_outcome() {
    let (mut stores, (.., order)) = sound();
    let seq = order_of(&stores, order).seq;
    let forged = LedgerOrder { seq, ..another(&stores, order, "forged", one()) };
    stores.ledger.image.orders.put(forged);
    finds("one outcome", &stores);
}

#[test]
fn an_order_that_its_edge_never_placed_is_found_by_one_outcome() {
    let (mut stores, (.., order)) = sound();
    let forged = another(&stores, order, "forged", one());
    stores.ledger.image.orders.put(forged);
    finds("one outcome", &stores);
}

#[test]
fn two_answers_to_one_order_are_found_by_one_outcome() {
    let (mut stores, (at, _, epoch, seq, _)) = sound();
    let status = OrderStatus::Cancelled(CancelledBecause::OverLimit);
    stores.disks[at].image.statuses.insert((epoch, seq), status);
    finds("one outcome", &stores);
}

#[test]
fn more_in_quarantine_than_credit_is_found_by_credit() {
    let (mut stores, (_, edge, epoch, _, order)) = sound();
    let (sku, credit) = (sku_of(&stores, order), stores.ledger.image.stock[&sku_of(&stores, order)].terms.credit);
    add(&mut stores, &sku, Account::Quarantine(edge.clone(), epoch), credit.plus(one()));
    finds("credit", &stores);
    // Long ago, and gone by now.
    let (mut stores, _) = sound();
    journalled(&mut stores, &sku, Account::Pool, Account::Quarantine(edge, epoch), credit.plus(one()));
    finds("credit", &stores);
}

#[test]
fn more_shown_beyond_the_ledger_than_credit_is_found_by_credit_and_acknowledged() {
    let placed_beyond = |stores: &Stores| {
        stores.disks.iter().enumerate().find_map(|(at, disk)| {
            let Standing::Fits { epoch, book, .. } = standing(&stores.ledger, disk) else { return None };
            let beyond = disk.image.log.range((epoch, book.head.up_taken.next())..=(epoch, Seq(u64::MAX)));
            let mut placed = beyond.filter_map(|((_, seq), record)| match &record.entry {
                UpEntry::OrderPlaced(placed) if !stores.ledger.image.orders.contains_key(&placed.order) => {
                    Some((at, epoch, *seq, placed.sku.clone(), placed.units))
                }
                _ => None,
            });
            placed.next()
        })
    };
    let without_credit = |stores: &Stores| {
        let found = placed_beyond(stores);
        found.is_some_and(|(.., sku, _)| stores.ledger.image.stock[&sku].terms.credit.is_zero())
    };
    let mut stores = sound_with(without_credit);
    let (at, epoch, seq, ..) = placed_beyond(&stores).unwrap();
    stores.disks[at].image.statuses.insert((epoch, seq), OrderStatus::Reserved);
    finds("credit", &stores);
    finds("acknowledged", &stores);
}

#[test]
fn an_epoch_that_lives_on_after_another_began_is_found_by_fences() {
    let two = |stores: &Stores| stores.ledger.image.epochs.values().any(|books| books.len() > 1);
    let mut stores = sound_with(two);
    let books = stores.ledger.image.epochs.values_mut().find(|books| books.len() > 1).unwrap();
    books.first_entry().unwrap().get_mut().head.phase = Phase::Live;
    finds("fences", &stores);
}

#[test]
fn units_that_a_fenced_epoch_still_holds_or_sells_are_found_by_fences() {
    let fenced = |stores: &Stores| {
        let mut epochs = stores.ledger.epochs();
        epochs.find(|(_, _, book)| book.head.phase == Phase::Fenced).map(|(edge, epoch, _)| (edge.clone(), epoch))
    };
    let base = sound_with(|stores| fenced(stores).is_some());
    let (edge, epoch) = fenced(&base).unwrap();
    let sku = base.ledger.image.stock.keys().next().unwrap().clone();
    let escrow = Account::Escrow(edge, epoch);
    let mut stores = base.clone();
    add(&mut stores, &sku, escrow.clone(), one());
    finds("fences", &stores);
    let mut stores = base;
    journalled(&mut stores, &sku, escrow, Account::Sold, one());
    finds("fences", &stores);
}

#[test]
fn a_journal_out_of_order_is_found_by_fences() {
    let (mut stores, _) = sound();
    stores.ledger.journal.swap(2, 3);
    finds("fences", &stores);
}

#[test]
fn a_disk_that_was_rolled_back_is_found_by_fences() {
    let (mut stores, (at, _, epoch, seq, _)) = sound();
    let image = &mut stores.disks[at].image;
    image.log.retain(|(of, number), _| *of != epoch || *number < seq);
    image.meta.up_taken = Seq(seq.0 - 1);
    finds("fences", &stores);
}

#[test]
fn a_disk_whose_log_went_another_way_is_found_by_fences() {
    let (mut stores, (_, edge, epoch, ..)) = sound();
    let book = stores.ledger.image.epochs.get_mut(&edge).unwrap().get_mut(&epoch).unwrap();
    book.head.up_digest = doorbuster_proto::LogDigest(7);
    finds("fences", &stores);
}

#[test]
fn a_disk_that_has_seen_a_later_term_is_found_by_fences() {
    let (mut stores, (at, ..)) = sound();
    stores.disks[at].image.meta.led_by = Some((Term(u64::MAX), Instance(7)));
    finds("fences", &stores);
}

#[test]
fn a_shopper_over_the_limit_is_found_by_limit() {
    let (mut stores, (.., order)) = sound();
    let limit = stores.ledger.image.sales[&sku_of(&stores, order).sale].definition.limit;
    let forged = another(&stores, order, "forged", limit);
    stores.ledger.image.orders.put(forged);
    finds("limit", &stores);
}

#[test]
fn an_order_without_a_verdict_is_found_by_at_rest() {
    let (mut stores, (.., order)) = sound();
    change(&mut stores, order, |order| order.state = None);
    finds("at rest", &stores);
}

#[test]
fn a_verdict_that_nobody_will_hear_is_found_by_at_rest() {
    let (mut stores, (at, edge, epoch, seq, order)) = sound();
    stores.disks[at].image.statuses.insert((epoch, seq), OrderStatus::Pending);
    let book = stores.ledger.image.epochs.get_mut(&edge).unwrap().get_mut(&epoch).unwrap();
    book.verdicts.values_mut().for_each(|judged| judged.retain(|judged| judged.order != order));
    finds("at rest", &stores);
}

#[test]
fn a_settled_sale_with_units_out_is_found_by_at_rest() {
    let (mut stores, (.., order)) = sound();
    let sale = sku_of(&stores, order).sale;
    stores.ledger.image.sales.get_mut(&sale).unwrap().stage = SaleStage::Settled;
    let (edge, epoch) = stores.ledger.epochs().next().map(|(edge, epoch, _)| (edge.clone(), epoch)).unwrap();
    let sku = sku_of(&stores, order);
    add(&mut stores, &sku, Account::Escrow(edge, epoch), one());
    finds("at rest", &stores);
}
