//! What becomes of an order after its verdict.

use doorbuster_allocator_core::{CancelReason, Operator, Outcome, Refusal};
use doorbuster_proto::{DownEntry, OrderState};

use super::desk::{Desk, Out, down, hard, id_of, order};

#[test]
fn a_cancelled_order_gives_its_units_to_the_pool_and_its_edge_hears_of_it() {
    let mut desk = Desk::selling(&["one"], 20, 0);
    let mut peer = desk.join("one", 1);
    desk.up(&mut peer, vec![order("ann", 2)]);
    let outs = hard(desk.operator(Operator::CancelOrder { order: id_of("ann") }));
    let state = DownEntry::OrderState { order: id_of("ann"), state: OrderState::Cancelled, backorder: false };
    assert_eq!(outs, [Out::Done(Ok(Outcome::Cancelled)), down(&peer, 2, vec![state], &[])]);
    assert_eq!(desk.accounts(), [12, 8, 0, 0, 0]);
    assert_eq!(desk.core.order(id_of("ann")).unwrap().reason, Some(CancelReason::Operator));
}

#[test]
fn an_edge_where_it_was_repeated_hears_of_it_too() {
    let mut desk = Desk::selling(&["one", "two"], 40, 0);
    let (mut one, mut two) = (desk.join("one", 1), desk.join("two", 2));
    desk.up(&mut one, vec![order("ann", 2)]);
    desk.up(&mut two, vec![order("ann", 2)]);
    let outs = hard(desk.operator(Operator::CancelOrder { order: id_of("ann") }));
    let state = vec![DownEntry::OrderState { order: id_of("ann"), state: OrderState::Cancelled, backorder: false }];
    assert_eq!(outs[1..], [down(&one, 2, state.clone(), &[]), down(&two, 2, state, &[])]);
}

#[test]
fn an_order_is_cancelled_once() {
    let mut desk = Desk::selling(&["one"], 20, 0);
    let mut peer = desk.join("one", 1);
    desk.up(&mut peer, vec![order("ann", 2)]);
    let cancel = || Operator::CancelOrder { order: id_of("ann") };
    desk.operator(cancel());
    assert_eq!(desk.outcome(cancel()), Err(Refusal::NotCancellable { order: id_of("ann") }));
    let nobody = desk.outcome(Operator::CancelOrder { order: id_of("bob") });
    assert_eq!(nobody, Err(Refusal::UnknownOrder { order: id_of("bob") }));
}
