//! Nothing leaves before it is durable.

use doorbuster_edge_core::{ACKNOWLEDGE_MS_MAX, Answer, Command, OrderStatus, PENDING_RETRY_MS, WAITERS_PER_ORDER_MAX};
use doorbuster_proto::Verdict;

use super::rig::*;

#[test]
fn credit_acknowledges_only_what_is_durable() {
    let mut rig = Rig::live(10, 5);
    rig.buy("ann", "k", 1);
    let before = rig.commands();
    assert_eq!((replies(&before), shipped(&before)), (vec![], vec![]));
    rig.persisted();
    let after = rig.commands();
    assert_eq!((replies(&after), shipped_span(&after)), (vec![(1, "reserved")], vec![(1, 1)]));
    assert_eq!(rig.status("ann", "k"), Some(OrderStatus::Reserved));
}

#[test]
fn an_order_is_shown_once_it_is_durable() {
    let mut rig = Rig::live(10, 0);
    rig.buy("ann", "k", 1);
    rig.commands();
    let shown = |rig: &Rig| rig.edge.orders(&"ann".parse().unwrap()).count();
    assert_eq!((rig.status("ann", "k"), shown(&rig)), (None, 0));
    rig.persisted();
    assert_eq!((rig.status("ann", "k"), shown(&rig)), (Some(OrderStatus::Pending), 1));
}

#[test]
fn requests_pile_up_for_the_next_write_while_one_runs() {
    let mut rig = Rig::live(10, 5);
    rig.buy("ann", "k", 1);
    rig.commands();
    rig.buy("bob", "k", 1);
    rig.buy("eve", "k", 1);
    assert!(rig.commands().iter().all(|command| !matches!(command, Command::Persist { .. })));
    rig.persisted();
    let commands = rig.commands();
    assert_eq!(replies(&commands), [(1, "reserved")]);
    assert!(matches!(commands.last(), Some(Command::Persist { sync: true, .. })), "{commands:?}");
    rig.persisted();
    assert_eq!(replies(&rig.commands()), [(2, "reserved"), (3, "reserved")]);
}

#[test]
fn whoever_waits_too_long_hears_pending_and_may_wait_again() {
    let mut rig = Rig::live(10, 0);
    rig.buy("ann", "k", 1);
    rig.effects();
    rig.advance_ms(ACKNOWLEDGE_MS_MAX - 1);
    rig.edge.handle_timeout(rig.now);
    assert_eq!(replies(&rig.effects()), []);
    rig.advance_ms(1);
    rig.edge.handle_timeout(rig.now);
    let effects = rig.effects();
    let Answer::Pending { order, retry_after_ms: PENDING_RETRY_MS } = answer(&effects) else { panic!("{effects:?}") };
    assert_eq!((order.id, order.status), (order_id("ann", "k"), OrderStatus::Pending));
    rig.buy("ann", "k", 1);
    assert_eq!(replies(&rig.effects()), []);
    rig.taken(1, &[(1, Verdict::Valid)]);
    assert_eq!(replies(&rig.effects()), [(2, "reserved")]);
}

#[test]
fn the_end_of_the_session_tells_those_beyond_the_credit_that_it_is_pending() {
    let mut rig = Rig::live(10, 1);
    rig.buy("ann", "k", 1);
    rig.buy("bob", "k", 1);
    assert_eq!(replies(&rig.effects()), [(1, "reserved")]);
    rig.disconnect();
    assert_eq!(replies(&rig.effects()), [(2, "pending")]);
    rig.buy("bob", "k", 1);
    assert_eq!(replies(&rig.effects()), [(3, "pending")]);
}

#[test]
fn an_order_on_its_way_to_the_disk_when_the_session_ends_is_answered_once_it_is_there() {
    let mut rig = Rig::live(10, 0);
    rig.buy("ann", "k", 1);
    rig.commands();
    rig.disconnect();
    assert_eq!(replies(&rig.commands()), []);
    rig.persisted();
    assert_eq!(replies(&rig.commands()), [(1, "pending")]);
    rig.connect();
    rig.effects();
    let up_taken = rig.mark(0);
    rig.welcome(doorbuster_proto::Welcome::Resume { up_taken });
    assert_eq!(shipped_span(&rig.effects()), [(1, 1)]);
}

#[test]
fn so_many_wait_for_one_order_and_no_more() {
    let mut rig = Rig::live(10, 0);
    for _ in 0..=WAITERS_PER_ORDER_MAX {
        rig.buy("ann", "k", 1);
    }
    let last = WAITERS_PER_ORDER_MAX as u64 + 1;
    assert_eq!(replies(&rig.effects()), [(last, "queueing")], "not durable yet: nothing to show");
    rig.buy("ann", "k", 1);
    assert_eq!(replies(&rig.effects()), [(last + 1, "pending")]);
}
