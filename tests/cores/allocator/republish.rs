//! A sale that sells, published again.

use doorbuster_allocator_core::{Operator, Outcome, Refusal, SaleDefinition};
use doorbuster_proto::{AllocatorBody, Published, SiteVersion};

use super::desk::{Desk, ENDS, Out, granted, hard, order, returned, sale, sku, units};

fn again(desk: &Desk) -> SaleDefinition {
    desk.store.sales["s"].definition.clone()
}

fn published(outs: &[Out], to: u64) -> Option<Published> {
    outs.iter().find_map(|out| match out {
        Out::To(at, AllocatorBody::Published(published)) if *at == to => Some(published.clone()),
        _ => None,
    })
}

#[test]
fn an_item_that_is_added_fills_its_pool_and_is_granted() {
    let mut desk = Desk::selling(&["one"], 10, 0);
    let peer = desk.join("one", 1);
    let mut more = again(&desk);
    more.items.push(sale("s", &[("b", 6)], 0).items.remove(0));
    let before = desk.store.site();
    let outs = desk.publish(more);
    let site = desk.store.site();
    assert!(site > before && published_as(&outs) == Some(site));
    assert_eq!(changes(&outs), ["b: supply none → 6", "b: budget none → 0", "b: few_left none → 1"]);
    assert_eq!(published(&outs, 1).unwrap().sales[0].items.len(), 2);
    assert_eq!(desk.stock("b").escrow().get(), 3);
    assert_eq!(desk.accounts(), [5, 5, 0, 0, 0], "the other item is as it was");
    drop(peer);
}

#[test]
fn supply_and_budget_are_edited_as_by_themselves() {
    let mut desk = Desk::selling(&["one"], 20, 0);
    let _peer = desk.join("one", 1);
    let mut less = again(&desk);
    (less.items[0].supply, less.items[0].budget) = (units(5), units(1));
    desk.publish(less.clone());
    assert_eq!((desk.accounts(), desk.stock("a").debt), ([0, 10, 0, 0, 0], units(4)));
    less.items[0].supply = units(30);
    desk.publish(less);
    assert_eq!((desk.accounts(), desk.stock("a").debt), ([21, 10, 0, 0, 0], units(0)));
}

#[test]
fn what_was_set_at_the_console_and_is_set_back_by_the_file_is_told() {
    let mut desk = Desk::selling(&["one"], 20, 0);
    let mut file = again(&desk);
    let set = Operator::SetSupply { sku: sku("a"), supply: Some(units(60)), budget: Some(units(2)) };
    desk.outcome(set).unwrap();
    let outs = desk.publish(file.clone());
    assert_eq!(changes(&outs), ["a: supply 60 → 20", "a: budget 2 → 0"]);
    file.ends_at = ENDS.after_ms(500);
    file.items[0].few_left = units(4);
    let outs = desk.publish(file);
    assert_eq!(changes(&outs), ["ends_at 1970-01-01T00:33:20Z → 1970-01-01T00:33:20.5Z", "a: few_left 1 → 4"]);
}

/// What a publish says that it changed.
fn changes(outs: &[Out]) -> Vec<String> {
    let changes = outs.iter().find_map(|out| match out {
        Out::Done(Ok(Outcome::Published { changes, .. })) => Some(changes),
        _ => None,
    });
    changes.expect("the sale is published").iter().map(ToString::to_string).collect()
}

fn published_as(outs: &[Out]) -> Option<SiteVersion> {
    outs.iter().find_map(|out| match out {
        Out::Done(Ok(Outcome::Published { site, .. })) => Some(*site),
        _ => None,
    })
}

#[test]
fn an_edge_that_loses_an_item_is_told_and_one_that_gains_it_gets_its_share() {
    let mut desk = Desk::fresh(&["one", "two"]);
    let (mut one, two) = (desk.join("one", 1), desk.join("two", 2));
    let mut definition = sale("s", &[("a", 20)], 0);
    definition.items[0].edges = Some(vec![one.edge.clone()]);
    let outs = desk.publish(definition.clone());
    desk.take_downs(&mut one, &outs);
    definition.items[0].edges = Some(vec![two.edge.clone()]);
    let outs = desk.publish(definition);
    assert!(published(&outs, 1).unwrap().sales.is_empty());
    assert!(published(&outs, 2).unwrap().sales[0].items.contains_key(&sku("a").code));
    assert!(hard(outs).contains(&granted(&two, 1, 10, 10)));
    desk.up(&mut one, vec![order("ann", 1), returned(9)]);
    assert_eq!(desk.accounts(), [9, 10, 1, 0, 0]);
}

#[test]
fn a_sale_may_last_longer_and_read_otherwise() {
    let mut desk = Desk::selling(&["one"], 10, 0);
    let mut longer = again(&desk);
    longer.ends_at = ENDS.after_ms(500);
    longer.title = "Second light".into();
    longer.items[0].few_left = units(3);
    desk.publish(longer);
    desk.at(ENDS);
    let sale = &desk.store.sales["s"];
    assert_eq!((sale.stage, sale.ends_at), (doorbuster_allocator_core::SaleStage::Published, ENDS.after_ms(500)));
}

#[test]
fn what_was_promised_is_refused_by_name_and_all_at_once() {
    let mut desk = Desk::fresh(&["one"]);
    desk.publish(sale("s", &[("a", 10), ("b", 10)], 0));
    let mut other = again(&desk);
    other.items.remove(1);
    other.items[0].limit = units(1);
    other.limit = units(9);
    other.credit = units(2);
    other.starts_at = ENDS;
    other.ends_at = doorbuster_proto::Timestamp(ENDS.0 - 1);
    let before = desk.store.clone();
    let refused = desk.outcome(Operator::Publish(other)).unwrap_err().to_string();
    for expected in [
        "sale s is on: starts_at: expected 1970-01-01T00:16:40Z, found 1970-01-01T00:33:20Z",
        "ends_at: expected 1970-01-01T00:33:20Z or later, found 1970-01-01T00:33:19.999Z",
        "; limit: expected 5, found 9",
        "credit: expected 0, found 2",
        "items.a.limit: expected 5, found 1",
        "items.b: expected the item, which is on sale, found no such item",
    ] {
        assert!(refused.contains(expected), "{expected} in {refused}");
    }
    assert_eq!(desk.store, before);
}

#[test]
fn nothing_changes_where_one_supply_is_refused() {
    let mut desk = Desk::selling(&["one"], 10, 0);
    let mut peer = desk.join("one", 1);
    desk.up(&mut peer, vec![order("ann", 3)]);
    let mut other = again(&desk);
    other.items[0].supply = units(2);
    other.items.push(sale("s", &[("b", 6)], 0).items.remove(0));
    let before = desk.store.clone();
    assert!(matches!(desk.outcome(Operator::Publish(other)), Err(Refusal::BelowSold { .. })));
    assert_eq!(desk.store, before);
}

#[test]
fn an_added_code_belongs_to_no_other_sale() {
    let mut desk = Desk::selling(&["one"], 10, 0);
    desk.publish(sale("t", &[("b", 5)], 0));
    let mut more = again(&desk);
    more.items.push(sale("s", &[("b", 6)], 0).items.remove(0));
    assert!(matches!(desk.outcome(Operator::Publish(more)), Err(Refusal::SkuTaken { .. })));
}

#[test]
fn pages_alone_make_a_new_site() {
    let mut desk = Desk::selling(&["one"], 10, 0);
    let same = again(&desk);
    assert_eq!(desk.outcome(Operator::Publish(same.clone())), Ok(Outcome::Unchanged));
    let before = desk.store.site();
    assert!(
        matches!(desk.outcome(Operator::Republish(same.clone())), Ok(Outcome::Published { site, changes }) if site > before && changes.is_empty())
    );
    desk.outcome(Operator::Close { sale: same.id.clone() }).unwrap();
    assert!(matches!(desk.outcome(Operator::Republish(same)), Err(Refusal::SaleKnown { .. })));
}
