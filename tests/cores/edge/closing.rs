//! The end of a sale: every shelf goes back, once.

use doorbuster_proto::{DownEntry, Timestamp, UpEntry};

use super::rig::*;

fn entries(commands: &[doorbuster_edge_core::Command]) -> Vec<UpEntry> {
    shipped(commands).into_iter().flat_map(|batch| batch.entries).collect()
}

fn returned(n: u64) -> UpEntry {
    UpEntry::StockReturned { sku: kettle(), units: units(n) }
}

fn closed() -> DownEntry {
    DownEntry::SaleClosed { sale: kettle().sale }
}

#[test]
fn the_edges_own_clock_closes_the_sale_and_the_ledgers_word_adds_nothing() {
    let mut rig = Rig::live(10, 0);
    rig.at(Timestamp(END.0 - 1));
    assert_eq!(entries(&rig.pass_ms(0)), []);
    assert_eq!(entries(&rig.pass_ms(1)), [returned(10)]);
    rig.down(2, vec![closed()]);
    assert_eq!(entries(&rig.effects()), []);
    assert_eq!(rig.on_hand(), 0);
}

#[test]
fn the_ledgers_word_closes_the_sale_before_the_clock_and_for_good() {
    let mut rig = Rig::live(10, 9);
    rig.down(2, vec![closed()]);
    assert_eq!(entries(&rig.effects()), [returned(10)]);
    rig.buy("ann", "k", 1);
    assert_eq!(replies(&rig.effects()), [(1, "over")]);
    rig.publish(vec![rules(9)]);
    rig.effects();
    rig.crash();
    rig.resume(0);
    rig.buy("ann", "k", 1);
    assert_eq!(replies(&rig.effects()), [(2, "over")]);
}

#[test]
fn a_grant_that_comes_after_the_close_goes_back_at_once() {
    let mut rig = Rig::live(10, 0);
    rig.down(2, vec![closed()]);
    rig.effects();
    rig.grant(3, 5);
    assert_eq!(entries(&rig.effects()), [returned(5)]);
}

#[test]
fn orders_on_their_way_to_the_disk_keep_their_units() {
    let mut rig = Rig::live(10, 9);
    rig.at(Timestamp(END.0 - 1));
    rig.buy("ann", "k", 2);
    rig.commands();
    rig.now = END;
    rig.edge.handle_timeout(rig.now);
    rig.commands();
    rig.persisted();
    let effects = rig.effects();
    assert_eq!(replies(&effects), [(1, "reserved")]);
    assert_eq!(entries(&effects).last(), Some(&returned(8)));
}

#[test]
fn a_partitioned_edge_closes_by_its_clock_and_tells_later() {
    let mut rig = Rig::live(10, 0);
    rig.disconnect();
    rig.now = END;
    assert_eq!(entries(&rig.pass_ms(0)), []);
    assert_eq!(rig.on_hand(), 0);
    assert_eq!(entries(&rig.resume(0)), [returned(10)]);
}

#[test]
fn an_edge_that_starts_after_the_end_returns_once_its_epoch_is_known_to_live() {
    let mut rig = Rig::live(10, 0);
    rig.crash();
    rig.now = END;
    rig.pass_ms(1);
    assert_eq!(rig.on_hand(), 10, "the epoch may be fenced");
    assert_eq!(entries(&rig.resume(0)), [returned(10)]);
}

#[test]
fn a_later_end_lets_the_sale_go_on() {
    let mut rig = Rig::live(10, 9);
    rig.at(END);
    rig.pass_ms(0);
    let mut longer = rules(9);
    longer.ends_at = END.after_ms(1_000);
    rig.publish(vec![longer]);
    rig.grant(2, 3);
    rig.buy("ann", "k", 1);
    assert_eq!(replies(&rig.effects()), [(1, "reserved")]);
    assert_eq!(entries(&rig.pass_ms(1_000)), [returned(2)]);
}

#[test]
fn an_earlier_end_closes_the_sale_at_once() {
    let mut rig = Rig::live(10, 9);
    rig.advance_ms(1_000);
    let mut shorter = rules(9);
    shorter.ends_at = START.after_ms(500);
    rig.publish(vec![shorter]);
    assert_eq!(entries(&rig.effects()), [returned(10)]);
}
