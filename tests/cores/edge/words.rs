//! "Sold out" is the ledger's word, beside an empty shelf.

use doorbuster_edge_core::Command;
use doorbuster_proto::{AllocatorBody, Availability, Commit, EdgeStock, SkuGuidance, Term};

use super::rig::*;

fn shown(rig: &mut Rig) -> Vec<Availability> {
    let word = |command| match command {
        Command::ShowAvailability { sku, availability } if sku == kettle() => Some(availability),
        _ => None,
    };
    rig.board().into_iter().filter_map(word).collect()
}

#[test]
fn sold_out_is_said_only_when_the_ledger_says_so() {
    let mut rig = Rig::live(1, 5);
    rig.buy("ann", "k", 1);
    assert_eq!(shown(&mut rig), [Availability::Queueing]);
    rig.word(true);
    assert_eq!(shown(&mut rig), [Availability::SoldOut]);
    rig.buy("bob", "k", 1);
    assert_eq!(replies(&rig.effects()), [(2, "sold out")]);
}

#[test]
fn sold_out_does_not_count_while_units_are_on_the_shelf() {
    let mut rig = Rig::live(1, 5);
    rig.word(true);
    assert_eq!(shown(&mut rig), []);
    rig.buy("ann", "k", 1);
    assert_eq!(replies(&rig.effects()), [(1, "reserved")]);
}

#[test]
fn a_word_that_a_grant_overtook_is_stale() {
    let mut rig = Rig::live(0, 5);
    rig.commit = Commit(9);
    rig.grant(1, 1);
    rig.buy("ann", "k", 1);
    rig.effects();
    rig.commit = Commit(8);
    rig.word(true);
    assert_eq!(shown(&mut rig), []);
    rig.commit = Commit(9);
    rig.word(true);
    assert_eq!(shown(&mut rig), [Availability::SoldOut]);
}

#[test]
fn a_word_of_a_newer_term_goes_before_a_later_commit() {
    let mut rig = Rig::live(0, 5);
    rig.commit = Commit(9);
    rig.word(true);
    assert_eq!(shown(&mut rig), [Availability::SoldOut]);
    (rig.term, rig.commit) = (Term(2), Commit(1));
    rig.word(false);
    assert_eq!(shown(&mut rig), [Availability::Queueing]);
}

#[test]
fn few_are_left_at_the_items_own_level() {
    let mut rig = Rig::live(5, 9);
    rig.buy("ann", "k", 1);
    assert_eq!(shown(&mut rig), []);
    rig.buy("bob", "k", 1);
    assert_eq!(shown(&mut rig), [Availability::FewLeft]);
    rig.grant(2, 1);
    assert_eq!(shown(&mut rig), [Availability::Available]);
}

#[test]
fn an_edge_that_cannot_sell_shows_queueing() {
    let mut rig = Rig::live(10, 0);
    rig.disconnect();
    assert_eq!(shown(&mut rig), [Availability::Queueing]);
    rig.resume(0);
    rig.publish(vec![rules(0)]);
    let mut rig = Rig::live(10, 1);
    rig.disconnect();
    assert_eq!(shown(&mut rig), [], "one more on credit");
    rig.buy("ann", "k", 1);
    assert_eq!(shown(&mut rig), [Availability::Queueing]);
}

#[test]
fn a_sku_that_the_ledger_halts_is_not_sold_until_it_says_otherwise() {
    let mut rig = Rig::live(5, 5);
    rig.say_halted(true);
    assert_eq!(shown(&mut rig), [Availability::Queueing]);
    rig.buy("ann", "k", 1);
    assert_eq!(replies(&rig.effects()), [(1, "queueing")]);
    rig.say_halted(false);
    assert_eq!(shown(&mut rig), [Availability::Available]);
    rig.buy("ann", "k", 1);
    assert_eq!(replies(&rig.effects()), [(2, "reserved")]);
}

#[test]
fn nobody_knows_whether_a_halted_sku_is_sold_out() {
    let mut rig = Rig::live(0, 5);
    rig.word(true);
    rig.say_halted(true);
    rig.buy("ann", "k", 1);
    assert_eq!(replies(&rig.effects()), [(1, "queueing")]);
}

#[test]
fn a_grant_that_was_on_its_way_does_not_end_a_halt() {
    let mut rig = Rig::live(0, 5);
    rig.say_halted(true);
    rig.grant(1, 2);
    rig.buy("ann", "k", 1);
    assert_eq!(replies(&rig.effects()), [(1, "queueing")]);
}

/// Where kettles are, as the shell is shown it.
fn stock_shown(rig: &mut Rig) -> Vec<Vec<EdgeStock>> {
    let stock = |command| match command {
        Command::ShowGuidance(told) => Some(told.into_iter().flat_map(|guidance| guidance.stock).collect()),
        _ => None,
    };
    rig.board().into_iter().filter_map(stock).collect()
}

#[test]
fn what_was_told_of_stock_does_not_outlive_sold_out() {
    let mut rig = Rig::live(0, 5);
    let elsewhere = vec![EdgeStock { edge: "edge-2".parse().unwrap(), units: units(4) }];
    let told =
        SkuGuidance { sku: kettle(), low_water: units(0), left: units(4), waiting: units(0), stock: elsewhere.clone() };
    rig.hear(AllocatorBody::Guidance(vec![told.clone()]));
    assert_eq!(stock_shown(&mut rig), std::slice::from_ref(&elsewhere));
    rig.word(true);
    assert_eq!(stock_shown(&mut rig), [vec![]]);
    rig.word(true);
    assert_eq!(stock_shown(&mut rig), Vec::<Vec<EdgeStock>>::new());
    rig.hear(AllocatorBody::Guidance(vec![told]));
    assert_eq!(stock_shown(&mut rig), [elsewhere]);
}
