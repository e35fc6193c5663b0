//! What becomes of a purchase.

use doorbuster_edge_core::{
    Answer, CancelledBecause, Command, IN_FLIGHT_UNITS_MAX, OrderStatus, OrderView, Refusal, Waiter,
};
use doorbuster_proto::{
    DownEntry, EdgeBody, OrderPlaced, OrderState, Seq, Timestamp, UpBatch, UpEntry, UpTotal, Verdict,
};

use super::rig::*;

#[test]
fn an_order_is_written_whole_then_shipped_and_acknowledged_by_the_verdict() {
    let mut rig = Rig::live(10, 0);
    rig.buy("ann", "k", 2);
    let commands = rig.commands();
    let [Command::Persist { writes, sync: true, .. }] = &commands[..] else {
        panic!("expected one synced write, found {commands:?}");
    };
    assert_eq!(writes.len(), 2, "stock and log entry, which is the order, in one write: {writes:?}");
    rig.persisted();
    let placed = OrderPlaced {
        order: order_id("ann", "k"),
        key: "k".parse().unwrap(),
        sku: kettle(),
        shopper: "ann".parse().unwrap(),
        units: units(2),
        at: START,
    };
    let batch = UpBatch {
        first: Seq(1),
        entries: vec![UpEntry::OrderPlaced(placed)],
        totals: vec![UpTotal { sku: kettle(), sold: units(2), returned: units(0) }],
        verdicts_taken: Seq(0),
        tail: false,
    };
    assert_eq!(sent(&rig.effects()), [EdgeBody::Up(batch)]);
    rig.taken(1, &[(1, Verdict::Valid)]);
    let status = OrderStatus::Reserved;
    let view =
        OrderView { id: order_id("ann", "k"), sku: kettle(), units: units(2), at: START, status, backorder: false };
    assert_eq!(rig.effects(), [Command::Reply { waiter: Waiter(1), answer: Answer::Reserved(view) }]);
}

#[test]
fn the_rules_refuse_before_the_stock_is_looked_at() {
    let mut rig = Rig::live(0, 0);
    let mut unknown = purchase("ann", "k", 1);
    unknown.sku = "lamp".parse().unwrap();
    rig.edge.handle_purchase(Waiter(9), unknown, rig.now);
    assert_eq!(replies(&rig.effects()), [(9, "unknown sku")]);
    rig.now = Timestamp(START.0 - 1);
    rig.buy("ann", "k", 1);
    assert_eq!(answer(&rig.effects()), Answer::Refused(Refusal::NotStarted { starts_at: START }));
    rig.now = START;
    rig.buy("ann", "k", 3);
    assert_eq!(answer(&rig.effects()), Answer::Refused(Refusal::LimitReached { limit: units(2) }));
    rig.now = END;
    rig.buy("ann", "k", 1);
    assert_eq!(replies(&rig.effects()), [(3, "over")]);
}

#[test]
fn a_sale_that_has_ended_stays_ended_when_the_clock_goes_back() {
    let mut rig = Rig::live(10, 5);
    rig.now = END;
    rig.buy("ann", "k", 1);
    rig.now = START;
    rig.buy("ann", "k", 1);
    assert_eq!(replies(&rig.effects()), [(1, "over"), (2, "over")]);
}

#[test]
fn an_item_has_a_limit_and_the_sale_has_one_over_all_items() {
    let mut rig = Rig::live(10, 9);
    rig.down(2, vec![doorbuster_proto::DownEntry::Grant { sku: mug(), units: units(9) }]);
    rig.buy("ann", "k1", 2);
    assert_eq!(replies(&rig.effects()), [(1, "reserved")]);
    rig.buy("ann", "k2", 1);
    assert_eq!(answer(&rig.effects()), Answer::Refused(Refusal::LimitReached { limit: units(2) }));
    let mut mugs = purchase("ann", "k3", 2);
    mugs.sku = mug().code;
    rig.edge.handle_purchase(Waiter(9), mugs, rig.now);
    assert_eq!(answer(&rig.effects()), Answer::Refused(Refusal::LimitReached { limit: units(3) }));
}

#[test]
fn a_repeat_waits_with_the_first_and_hears_the_same() {
    let mut rig = Rig::live(10, 0);
    rig.buy("ann", "k", 1);
    rig.commands();
    rig.buy("ann", "k", 1);
    assert_eq!(rig.commands(), [], "nothing more is placed while the first is on its way to the disk");
    rig.persisted();
    rig.buy("ann", "k", 1);
    rig.effects();
    rig.taken(1, &[(1, Verdict::Valid)]);
    assert_eq!(replies(&rig.effects()), [(1, "reserved"), (2, "reserved"), (3, "reserved")]);
    rig.buy("ann", "k", 1);
    assert_eq!(replies(&rig.effects()), [(4, "reserved")]);
    assert_eq!(rig.on_hand(), 9);
}

#[test]
fn a_repeat_is_answered_also_after_the_end_and_when_sold_out() {
    let mut rig = Rig::live(1, 1);
    rig.buy("ann", "k", 1);
    rig.effects();
    rig.word(true);
    rig.buy("ann", "k", 1);
    rig.buy("bob", "k", 1);
    assert_eq!(replies(&rig.effects()), [(2, "reserved"), (3, "sold out")]);
    rig.now = END;
    rig.buy("ann", "k", 1);
    assert_eq!(replies(&rig.effects()), [(4, "reserved")]);
}

#[test]
fn a_key_means_one_purchase() {
    let mut rig = Rig::live(10, 5);
    rig.buy("ann", "k", 1);
    rig.effects();
    rig.buy("ann", "k", 2);
    rig.buy("bob", "k", 2);
    assert_eq!(replies(&rig.effects()), [(2, "key reused"), (3, "reserved")]);
}

#[test]
fn a_key_that_means_another_purchase_elsewhere_is_refused_and_stays_free_for_that_one() {
    let mut rig = Rig::live(10, 0);
    rig.buy("ann", "k", 2);
    rig.effects();
    rig.taken(1, &[(1, Verdict::KeyReused)]);
    rig.buy("ann", "k", 2);
    assert_eq!(replies(&rig.effects()), [(1, "key reused"), (2, "key reused")]);
    let reserved = DownEntry::OrderState { order: order_id("ann", "k"), state: OrderState::Reserved, backorder: false };
    rig.down(2, vec![reserved]);
    rig.effects();
    let refused = OrderStatus::Cancelled(CancelledBecause::KeyReused);
    assert_eq!(rig.status("ann", "k"), Some(refused), "the state is the other purchase's");

    rig.buy("ann", "k", 1);
    assert_eq!(shipped_span(&rig.effects()), [(2, 2)], "the refused order takes no slot of the limit");
    rig.taken(2, &[(2, Verdict::Repeat(OrderState::Reserved))]);
    rig.buy("ann", "k", 1);
    rig.buy("ann", "k", 2);
    assert_eq!(replies(&rig.effects()), [(3, "reserved"), (4, "reserved"), (5, "key reused")]);
    rig.crash();
    assert_eq!(rig.status("ann", "k"), Some(OrderStatus::Reserved));
}

#[test]
fn an_order_over_the_limit_elsewhere_is_refused_and_a_repeat_too() {
    let mut rig = Rig::live(10, 0);
    rig.buy("ann", "k", 1);
    rig.effects();
    rig.taken(1, &[(1, Verdict::OverLimit)]);
    rig.buy("ann", "k", 1);
    assert_eq!(replies(&rig.effects()), [(1, "limit reached"), (2, "limit reached")]);
    assert_eq!(rig.on_hand(), 9, "its unit is the pool's now");
    rig.buy("ann", "another", 2);
    rig.effects();
    rig.taken(2, &[(2, Verdict::Valid)]);
    assert_eq!(replies(&rig.effects()), [(3, "reserved")], "what was cancelled takes no slot");
}

#[test]
fn placing_ahead_of_the_ledger_has_a_bound() {
    let mut rig = Rig::live(2 * IN_FLIGHT_UNITS_MAX, 0);
    for shopper in 0..IN_FLIGHT_UNITS_MAX / 2 {
        rig.buy(&format!("shopper-{shopper}"), "k", 2);
    }
    rig.buy("late", "k", 1);
    assert_eq!(replies(&rig.effects()), [(IN_FLIGHT_UNITS_MAX / 2 + 1, "queueing")]);
}

#[test]
fn a_shopper_sees_only_their_own_orders_newest_first() {
    let mut rig = Rig::live(10, 9);
    rig.buy("ann", "k1", 1);
    rig.advance_ms(5);
    rig.buy("bob", "k1", 1);
    rig.buy("ann", "k2", 1);
    rig.effects();
    let of = |shopper: &str| rig.edge.orders(&shopper.parse().unwrap()).map(|order| order.id).collect::<Vec<_>>();
    assert_eq!(of("ann"), [order_id("ann", "k2"), order_id("ann", "k1")]);
    assert_eq!(rig.edge.order(&"bob".parse().unwrap(), order_id("ann", "k1")), None);
}
