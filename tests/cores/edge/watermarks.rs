//! The up log: shipped when durable, resent from the watermark, judged up to it.

use doorbuster_edge_core::{
    CancelledBecause, Command, HangUpReason, OrderStatus, SessionState, UP_BATCHES_IN_FLIGHT_MAX, Write,
};
use doorbuster_proto::{DownEntry, EdgeBody, LogDigest, LogMark, OrderPlaced, OrderState, Seq, UpEntry, Verdict};

use super::rig::*;

#[test]
fn a_watermark_is_the_record_of_the_orders_that_stand_and_needs_no_sync() {
    let mut rig = Rig::live(10, 0);
    rig.buy("ann", "k", 1);
    rig.effects();
    rig.taken(1, &[(1, Verdict::Valid)]);
    let commands = rig.commands();
    assert_eq!(replies(&commands), [(1, "reserved")]);
    let Some(Command::Persist { writes, sync: false, .. }) = commands.last() else { panic!("{commands:?}") };
    assert!(matches!(&writes[..], [Write::Meta(meta)] if meta.up_taken == Seq(1)), "{writes:?}");
}

#[test]
fn whatever_else_became_of_an_order_is_written_beside_the_watermark() {
    let mut rig = Rig::live(10, 0);
    for shopper in ["ann", "bob", "eve"] {
        rig.buy(shopper, "k", 1);
    }
    rig.effects();
    rig.taken(3, &[(1, Verdict::OverLimit), (2, Verdict::Valid)]);
    let commands = rig.commands();
    let Some(Command::Persist { writes, .. }) = commands.last() else { panic!("{commands:?}") };
    assert!(
        matches!(&writes[..], [Write::Status { seq: Seq(1), .. }, Write::Status { seq: Seq(3), .. }, Write::Meta(_)]),
        "{writes:?}"
    );
    rig.persisted();
    rig.buy("zoe", "k", 1);
    rig.effects();
    rig.crash();
    let cancelled = OrderStatus::Cancelled(CancelledBecause::OverLimit);
    assert_eq!(rig.status("ann", "k"), Some(cancelled));
    assert_eq!(rig.status("bob", "k"), Some(OrderStatus::Reserved));
    assert_eq!(rig.status("eve", "k"), Some(OrderStatus::Pending), "covered, and not judged");
    assert_eq!(rig.status("zoe", "k"), Some(OrderStatus::Pending), "not covered");
}

#[test]
fn verdicts_count_as_taken_when_a_synced_write_has_covered_them() {
    let mut rig = Rig::live(10, 0);
    rig.buy("ann", "k", 1);
    rig.effects();
    rig.taken(1, &[(1, Verdict::Valid)]);
    rig.effects();
    rig.disconnect();
    rig.connect();
    assert_eq!(hello(&rig.effects()).verdicts_taken, Seq(0));
    let up_taken = rig.mark(1);
    rig.welcome(doorbuster_proto::Welcome::Resume { up_taken });
    rig.buy("bob", "k", 1);
    assert_eq!(shipped(&rig.effects())[0].verdicts_taken, Seq(1));
}

#[test]
fn verdicts_that_come_again_change_nothing() {
    let mut rig = Rig::live(10, 0);
    rig.buy("ann", "k", 1);
    rig.effects();
    rig.taken(1, &[(1, Verdict::Valid)]);
    rig.effects();
    rig.down(2, vec![DownEntry::OrderState { order: order_id("ann", "k"), state: OrderState::Paid, backorder: false }]);
    rig.effects();
    rig.taken(1, &[(1, Verdict::Valid)]);
    assert_eq!(rig.effects(), []);
    assert_eq!(rig.status("ann", "k"), Some(OrderStatus::Paid));
}

#[test]
fn a_resumed_session_sends_from_the_ledgers_watermark() {
    let mut rig = Rig::live(10, 0);
    for shopper in ["ann", "bob", "eve"] {
        rig.buy(shopper, "k", 1);
        rig.effects();
    }
    rig.disconnect();
    assert_eq!(shipped_span(&rig.resume(1)), [(2, 3)]);
    assert_eq!(rig.status("ann", "k"), Some(OrderStatus::Pending), "a watermark alone answers nobody");
    rig.taken(1, &[(1, Verdict::Valid)]);
    assert_eq!(rig.status("ann", "k"), Some(OrderStatus::Reserved));
}

#[test]
fn unanswered_batches_have_a_bound_and_later_entries_gather() {
    let mut rig = Rig::live(100, 0);
    let bound = UP_BATCHES_IN_FLIGHT_MAX as u64;
    for shopper in 1..=bound + 3 {
        rig.buy(&format!("shopper-{shopper}"), "k", 1);
        let expected = if shopper <= bound { vec![(shopper, shopper)] } else { vec![] };
        assert_eq!(shipped_span(&rig.effects()), expected);
    }
    rig.taken(1, &[(1, Verdict::Valid)]);
    let effects = rig.effects();
    assert_eq!(shipped_span(&effects), [(bound + 1, bound + 3)]);
    assert_eq!(shipped(&effects)[0].verdicts_taken, Seq(0), "the verdict is applied, and not durable");
}

#[test]
fn a_watermark_past_the_log_is_hung_up_on() {
    let mut rig = Rig::live(10, 0);
    rig.taken(1, &[]);
    let effects = rig.effects();
    assert_eq!((alerts(&effects), hung_up(&effects)), (1, Some(HangUpReason::LedgerAhead)));
}

#[test]
fn an_order_that_is_covered_without_a_verdict_stays_pending_until_its_state_comes() {
    let mut rig = Rig::live(10, 5);
    rig.publish(vec![rules(0)]);
    rig.buy("ann", "k", 1);
    rig.effects();
    rig.taken(1, &[]);
    assert_eq!(replies(&rig.effects()), []);
    rig.buy("bob", "k", 1);
    rig.effects();
    assert_eq!(rig.status("ann", "k"), Some(OrderStatus::Pending));
    rig.down(
        2,
        vec![DownEntry::OrderState { order: order_id("ann", "k"), state: OrderState::Reserved, backorder: false }],
    );
    assert_eq!(replies(&rig.effects()), [(1, "reserved")]);
}

#[test]
fn the_first_orders_state_answers_a_repeat_from_elsewhere() {
    let mut rig = Rig::live(10, 0);
    for shopper in ["ann", "bob"] {
        rig.buy(shopper, "k", 1);
    }
    rig.effects();
    let (reserved, expired) = (Verdict::Repeat(OrderState::Reserved), Verdict::Repeat(OrderState::Expired));
    rig.taken(2, &[(1, reserved), (2, expired)]);
    rig.effects();
    assert_eq!(rig.status("ann", "k"), Some(OrderStatus::Reserved));
    assert_eq!(rig.status("bob", "k"), Some(OrderStatus::Expired));
}

#[test]
fn a_verdict_lost_in_a_crash_is_taken_when_it_is_told_again() {
    let mut rig = Rig::live(10, 0);
    rig.buy("ann", "k", 1);
    rig.effects();
    rig.taken(1, &[(1, Verdict::Valid)]);
    assert_eq!(replies(&rig.commands()), [(1, "reserved")]);
    rig.crash();
    assert_eq!(rig.status("ann", "k"), Some(OrderStatus::Pending));
    rig.buy("ann", "k", 1);
    assert_eq!(replies(&rig.effects()), [(2, "pending")]);
    assert_eq!(shipped_span(&rig.resume(1)), []);
    rig.taken(1, &[(1, Verdict::Valid)]);
    rig.buy("ann", "k", 1);
    assert_eq!(replies(&rig.effects()), [(3, "reserved")]);
    assert_eq!(rig.on_hand(), 9);
}

#[test]
fn a_verdict_does_not_undo_a_state_that_came_before_it() {
    let mut rig = Rig::live(10, 0);
    rig.buy("ann", "k", 1);
    rig.effects();
    rig.down(2, vec![DownEntry::OrderState { order: order_id("ann", "k"), state: OrderState::Paid, backorder: false }]);
    rig.taken(1, &[(1, Verdict::Valid)]);
    assert_eq!(replies(&rig.effects()), [(1, "reserved")]);
    assert_eq!(rig.status("ann", "k"), Some(OrderStatus::Paid));
}

#[test]
fn watermarks_that_come_while_a_write_runs_trim_the_log_together() {
    let mut rig = Rig::live(10, 0);
    for shopper in ["ann", "bob"] {
        rig.buy(shopper, "k", 1);
        rig.effects();
    }
    rig.buy("eve", "k", 1);
    rig.commands();
    rig.taken(1, &[(1, Verdict::Valid)]);
    rig.taken(2, &[(2, Verdict::Valid)]);
    rig.effects();
    assert_eq!(rig.disk.up().map(|(seq, _)| seq).collect::<Vec<_>>(), [Seq(3)]);
    rig.crash();
}

#[test]
fn a_ledger_that_holds_another_log_is_told_so_and_its_verdicts_are_not_taken() {
    let mut rig = Rig::live(5, 0);
    rig.buy("ann", "k", 1);
    rig.effects();
    rig.connect();
    rig.effects();
    let another = LogMark { digest: LogDigest(77), ..rig.mark(1) };
    rig.welcome(doorbuster_proto::Welcome::Resume { up_taken: another });
    rig.taken(1, &[(1, Verdict::Valid)]);
    let effects = rig.effects();
    assert_eq!(sent(&effects), [EdgeBody::LogDiffers]);
    assert_eq!(hung_up(&effects), Some(HangUpReason::AnotherLog));
    assert_eq!(rig.status("ann", "k"), Some(OrderStatus::Pending), "the verdict was another order's");
    rig.buy("bob", "k", 1);
    assert_eq!(replies(&rig.effects()), [(2, "queueing")]);
}

#[test]
fn a_copy_that_used_the_same_key_for_another_item_has_another_log() {
    let mut rig = Rig::live(5, 0);
    rig.buy("ann", "k", 1);
    rig.effects();
    let shipped = rig.disk.up().map(|(_, record)| record.entry.clone()).next();
    let Some(UpEntry::OrderPlaced(kettles)) = shipped else { panic!("{shipped:?}") };
    let mugs = UpEntry::OrderPlaced(OrderPlaced { sku: mug(), ..kettles });
    rig.connect();
    rig.effects();
    rig.welcome(doorbuster_proto::Welcome::Resume { up_taken: LogMark::default().then(&mugs) });
    let effects = rig.effects();
    assert_eq!(sent(&effects), [EdgeBody::LogDiffers], "its order of kettles is not in the ledger");
    assert_eq!(hung_up(&effects), Some(HangUpReason::AnotherLog));
}

#[test]
fn the_mark_of_a_log_outlives_a_restart() {
    let mut rig = Rig::live(5, 9);
    for shopper in ["ann", "bob", "cat"] {
        rig.buy(shopper, "k", 1);
    }
    rig.effects();
    rig.taken(2, &[(1, Verdict::Valid), (2, Verdict::Valid)]);
    rig.effects();
    for taken in [2, 3] {
        rig.crash();
        assert_eq!(hung_up(&rig.resume(taken)), None, "{taken}");
        assert_eq!(rig.edge.session_state(), SessionState::Live);
    }
}
