//! What each edge sold, asked by whoever publishes the next sale; and items that are split and moved by it.

use doorbuster_allocator_core::{Operator, Policy};
use doorbuster_proto::{OrderPlaced, SaleId, UpEntry};

use super::desk::{Desk, Peer, START, id_of, order, placed, returned, sale, sku, units};

fn s() -> SaleId {
    "s".parse().unwrap()
}

/// Each edge's weight for an item, by what the sale "s" sold; where it sold nothing at all, none.
fn weights(desk: &Desk, code: &str) -> Vec<(String, u32)> {
    let sold = desk.core.sold_by_edge(&s()).expect("the sale is known");
    sold.weights(&code.parse().unwrap()).iter().map(|(edge, weight)| (edge.to_string(), weight)).collect()
}

fn named(weights: &[(&str, u32)]) -> Vec<(String, u32)> {
    weights.iter().map(|(edge, weight)| ((*edge).to_owned(), *weight)).collect()
}

fn order_of(code: &str, shopper: &str, count: u64) -> UpEntry {
    UpEntry::OrderPlaced(OrderPlaced { sku: sku(code), ..placed("a", shopper, shopper, count) })
}

/// Of "a" edge one sold five and edge two one; of "b" edge one sold two.
fn sold_unevenly() -> (Desk, Peer, Peer) {
    let mut desk = Desk::fresh(&["one", "two", "new"]);
    desk.publish(sale("s", &[("a", 60), ("b", 60), ("c", 60)], 0));
    let (mut one, mut two) = (desk.join("one", 1), desk.join("two", 2));
    desk.up(&mut one, vec![order("ann", 4), order("bob", 1), order_of("b", "cid", 2)]);
    desk.up(&mut two, vec![order("dan", 1)]);
    (desk, one, two)
}

#[test]
fn an_item_weighs_by_its_own_units_and_one_that_did_not_sell_by_the_whole_sales() {
    let (desk, ..) = sold_unevenly();
    assert_eq!(weights(&desk, "a"), named(&[("one", 5), ("two", 1)]));
    assert_eq!(weights(&desk, "b"), named(&[("one", 2)]));
    for code in ["c", "another"] {
        assert_eq!(weights(&desk, code), named(&[("one", 7), ("two", 1)]), "{code}");
    }
    assert!(desk.core.sold_by_edge(&"unknown".parse().unwrap()).is_none());
}

#[test]
fn only_orders_that_stand_count_and_a_ledger_that_is_read_back_knows_the_same() {
    let (mut desk, mut one, mut two) = sold_unevenly();
    // Over the limit of five, a repeat from elsewhere, and one that an operator cancels.
    desk.up(&mut one, vec![order_of("b", "eve", 2)]);
    desk.up(&mut two, vec![order_of("c", "eve", 4), order("ann", 4), order("fay", 3)]);
    desk.operator(Operator::CancelOrder { order: id_of("fay") });
    assert_eq!(weights(&desk, "a"), named(&[("one", 5), ("two", 1)]));
    assert_eq!(weights(&desk, "b"), named(&[("one", 4)]));
    assert_eq!(weights(&desk, "c"), named(&[("one", 9), ("two", 1)]));
    let known = desk.core.sold_by_edge(&s());
    desk.restart();
    assert_eq!(desk.core.sold_by_edge(&s()), known);
}

#[test]
fn units_of_all_epochs_of_an_edge_count_and_stay_when_the_sale_is_over() {
    let (mut desk, one, _two) = sold_unevenly();
    desk.operator(Operator::Evict { edge: one.edge.clone() });
    // Another disk: another epoch.
    let mut next = desk.join("one", 4);
    desk.up(&mut next, vec![order("gus", 2)]);
    assert_eq!(weights(&desk, "a"), named(&[("one", 7), ("two", 1)]));
    desk.operator(Operator::Close { sale: s() });
    assert_eq!(weights(&desk, "a"), named(&[("one", 7), ("two", 1)]));
}

#[test]
fn a_sale_that_sold_nothing_says_so() {
    let mut desk = Desk::selling(&["one"], 10, 0);
    let _one = desk.join("one", 1);
    assert!(desk.core.sold_by_edge(&s()).expect("the sale is known").is_empty());
}

fn granted(desk: &Desk, peer: &Peer) -> u64 {
    desk.store.book(&peer.edge, peer.epoch.unwrap()).unwrap().total(&sku("a")).granted.get()
}

#[test]
fn an_item_with_weights_of_its_own_is_split_by_them_also_by_the_next_process() {
    let mut desk = Desk::under(Policy::Static, &["one", "two", "new"]);
    let mut definition = sale("s", &[("a", 110), ("b", 90)], 0);
    let weights = [("one", 8), ("two", 2)].map(|(edge, weight)| (edge.parse().unwrap(), weight));
    definition.items[0].weights = Some(weights.into_iter().collect());
    desk.publish(definition);
    let one = desk.join("one", 1);
    desk.restart();
    desk.operator(Operator::ResumeGrants);
    let (two, new) = (desk.join("two", 2), desk.join("new", 3));
    assert_eq!([&one, &two, &new].map(|peer| granted(&desk, peer)), [80, 20, 10]);
    assert_eq!(desk.stock("b").escrow(), units(90), "the other item goes by the configuration: thirty each");
    desk.core.check_sights().unwrap();
}

#[test]
fn an_item_moves_in_mid_sale_to_where_it_sells_and_no_unit_is_lost() {
    let mut desk = Desk::under(Policy::Adaptive, &["one", "two"]);
    desk.publish(sale("s", &[("a", 40)], 0));
    let (mut one, mut two) = (desk.join("one", 1), desk.join("two", 2));
    assert!(granted(&desk, &one) > 1 && granted(&desk, &two) > 9);
    desk.up(&mut two, vec![order("ann", 5), order("bob", 4)]);
    let mut again = desk.store.sales["s"].definition.clone();
    again.items[0].weights = Some(desk.core.sold_by_edge(&s()).unwrap().weights(&again.items[0].sku));
    again.items[0].edges = Some(vec![two.edge.clone()]);
    let outs = desk.publish(again);
    desk.take_downs(&mut two, &outs);
    // The edge that lost it had sold one more before it heard of it.
    let rest = granted(&desk, &one) - 1;
    desk.up(&mut one, vec![order("cid", 1), returned(rest)]);
    desk.at(START);
    let shelf = granted(&desk, &two) - 9;
    let outs = desk.level(&two, shelf, shelf + 8);
    desk.take_downs(&mut two, &outs);
    assert!(granted(&desk, &two) > shelf + 9, "what came back goes where it sells");
    assert_eq!(granted(&desk, &one), rest + 1);
    let [pool, escrow, sold, quarantine, written_off] = desk.accounts();
    assert_eq!((pool + escrow + sold, sold, quarantine, written_off), (40, 10, 0, 0));
    desk.core.check_sights().unwrap();
}
