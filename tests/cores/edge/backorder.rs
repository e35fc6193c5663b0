//! Orders whose units are yet to come: told with the verdict, and kept.

use doorbuster_edge_core::{Answer, OrderStatus};
use doorbuster_proto::{AllocatorBody, DownEntry, OrderState, OrderVerdict, Seq, UpTaken, Verdict};

use super::rig::*;

fn taken(rig: &mut Rig, watermark: u64, verdicts: &[(u64, bool)]) {
    let verdict = |(seq, backorder): &(u64, bool)| OrderVerdict {
        seq: Seq(*seq),
        verdict: Verdict::Valid,
        backorder: *backorder,
    };
    let verdicts = verdicts.iter().map(verdict).collect();
    rig.hear(AllocatorBody::UpTaken(UpTaken { watermark: Seq(watermark), verdicts, tail: false }));
}

fn stands(rig: &Rig, shopper: &str) -> (OrderStatus, bool) {
    let view = rig.edge.order(&shopper.parse().unwrap(), order_id(shopper, "k")).unwrap();
    (view.status, view.backorder)
}

#[test]
fn an_order_on_backorder_is_acknowledged_as_such_and_stays_so() {
    let mut rig = Rig::live(10, 0);
    rig.buy("ann", "k", 1);
    rig.buy("bob", "k", 1);
    rig.effects();
    taken(&mut rig, 2, &[(1, false), (2, true)]);
    let effects = rig.effects();
    assert_eq!(replies(&effects), [(1, "reserved"), (2, "reserved")]);
    let Answer::Reserved(ann) = answer(&effects) else { panic!("{effects:?}") };
    assert!(!ann.backorder);
    assert_eq!(
        (stands(&rig, "ann"), stands(&rig, "bob")),
        ((OrderStatus::Reserved, false), (OrderStatus::Reserved, true))
    );
    rig.buy("eve", "k", 1);
    rig.effects();
    rig.crash();
    assert_eq!(
        (stands(&rig, "ann"), stands(&rig, "bob")),
        ((OrderStatus::Reserved, false), (OrderStatus::Reserved, true))
    );
}

#[test]
fn a_later_state_says_whether_it_still_is() {
    let mut rig = Rig::live(10, 0);
    rig.buy("ann", "k", 1);
    rig.effects();
    taken(&mut rig, 1, &[(1, true)]);
    rig.effects();
    let state = |state, backorder| DownEntry::OrderState { order: order_id("ann", "k"), state, backorder };
    rig.down(2, vec![state(OrderState::Paid, true)]);
    assert_eq!(stands(&rig, "ann"), (OrderStatus::Paid, true));
    rig.down(3, vec![state(OrderState::Cancelled, false)]);
    rig.effects();
    assert!(!stands(&rig, "ann").1);
}
