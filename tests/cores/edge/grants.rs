//! The down log: applied in order, once, in one write with its watermark.

use doorbuster_edge_core::{Command, HangUpReason, OrderStatus, Write};
use doorbuster_proto::{AllocatorBody, DownBatch, DownEntry, DownTotal, EdgeBody, OrderState, Seq, Verdict};

use super::rig::*;

fn told(watermark: u64) -> EdgeBody {
    EdgeBody::DownTaken { watermark: Seq(watermark) }
}

#[test]
fn a_grant_and_its_watermark_are_one_write_and_told_when_durable() {
    let mut rig = Rig::live(10, 0);
    rig.grant(2, 5);
    let commands = rig.commands();
    assert_eq!(sent(&commands), []);
    let Some(Command::Persist { writes, sync: true, .. }) = commands.last() else { panic!("{commands:?}") };
    assert!(matches!(&writes[..], [Write::Shelf(..), Write::Meta(_)]), "{writes:?}");
    rig.persisted();
    assert_eq!(sent(&rig.effects()), [told(2)]);
    assert_eq!(rig.on_hand(), 15);
}

#[test]
fn entries_known_already_are_skipped_and_the_watermark_is_told_again() {
    let mut rig = Rig::live(10, 0);
    let grant = || DownEntry::Grant { sku: kettle(), units: units(10) };
    let totals = vec![DownTotal { sku: kettle(), granted: units(10) }];
    rig.hear(AllocatorBody::Down(DownBatch { first: Seq(1), entries: vec![grant()], totals }));
    assert_eq!((rig.effects().len(), rig.on_hand()), (1, 10));
    let totals = vec![DownTotal { sku: kettle(), granted: units(20) }];
    rig.hear(AllocatorBody::Down(DownBatch { first: Seq(1), entries: vec![grant(), grant()], totals }));
    assert_eq!(sent(&rig.effects()), [told(2)]);
    assert_eq!(rig.on_hand(), 20);
}

#[test]
fn a_gap_is_hung_up_on() {
    let mut rig = Rig::live(10, 0);
    rig.grant(3, 5);
    assert_eq!(hung_up(&rig.effects()), Some(HangUpReason::Gap));
    assert_eq!(rig.on_hand(), 10);
}

#[test]
fn other_totals_halt_the_sku_loudly_and_the_log_goes_on() {
    let mut rig = Rig::live(10, 5);
    let entries = vec![DownEntry::Grant { sku: kettle(), units: units(5) }];
    let totals = vec![DownTotal { sku: kettle(), granted: units(16) }];
    rig.hear(AllocatorBody::Down(DownBatch { first: Seq(2), entries, totals }));
    let effects = rig.effects();
    assert_eq!((alerts(&effects), sent(&effects)), (1, vec![told(2)]));
    rig.buy("ann", "k", 1);
    assert_eq!(replies(&rig.effects()), [(1, "queueing")]);
    rig.crash();
    rig.resume(0);
    rig.buy("ann", "k", 1);
    assert_eq!(replies(&rig.effects()), [(2, "queueing")], "a restart does not mend the books");
}

#[test]
fn a_grant_that_arrives_while_a_write_runs_is_told_after_its_own_write() {
    let mut rig = Rig::live(10, 0);
    rig.buy("ann", "k", 1);
    rig.commands();
    rig.grant(2, 5);
    rig.commands();
    rig.persisted();
    assert!(!sent(&rig.commands()).contains(&told(2)));
    rig.persisted();
    assert!(sent(&rig.commands()).contains(&told(2)));
}

#[test]
fn an_order_state_moves_no_stock() {
    let mut rig = Rig::live(10, 0);
    rig.buy("ann", "k", 1);
    rig.effects();
    rig.taken(1, &[(1, Verdict::Valid)]);
    rig.effects();
    let state = |order, state| DownEntry::OrderState { order, state, backorder: false };
    let unknown = order_id("nobody", "k");
    rig.down(2, vec![state(unknown, OrderState::Paid), state(order_id("ann", "k"), OrderState::Expired)]);
    assert_eq!(sent(&rig.effects()), [told(3)]);
    assert_eq!((rig.on_hand(), rig.status("ann", "k")), (9, Some(OrderStatus::Expired)));
    rig.buy("ann", "another", 2);
    rig.effects();
    rig.taken(2, &[(2, Verdict::Valid)]);
    assert_eq!(replies(&rig.effects()), [(2, "reserved")], "an expired order takes no slot");
    rig.crash();
    assert_eq!(rig.status("ann", "k"), Some(OrderStatus::Expired));
}
