//! What the store holds is enough.

use doorbuster_allocator_core::{Account, Allocator, Image, Operator, RecoverError, Settings};
use doorbuster_proto::{Instance, OrderState, UpEntry};

use super::desk::{Desk, id_of, order, units};

#[test]
fn a_ledger_that_does_not_add_up_is_not_led() {
    let mut desk = Desk::selling(&["one"], 10, 0);
    desk.store.stock.values_mut().for_each(|stock| _ = stock.accounts.insert(Account::Sold, units(1)));
    let refused = Allocator::recover(Settings::default(), Instance(9), desk.store);
    assert!(matches!(refused, Err(RecoverError::Damaged(_))));
}

#[test]
fn an_empty_store_is_a_fresh_ledger() {
    let core = Allocator::recover(Settings::default(), Instance(1), Image::default()).unwrap();
    assert_eq!(core.poll_timeout(), None);
}

#[test]
fn a_batch_that_was_not_written_never_happened() {
    let mut desk = Desk::selling(&["one"], 20, 0);
    let mut peer = desk.join("one", 1);
    let before = peer.clone();
    let batch = peer.batch(vec![order("ann", 1)]);
    desk.core.handle_message(peer.connection, peer.message(doorbuster_proto::EdgeBody::Up(batch)), desk.now);
    let lost = desk.core.next_command();
    assert!(lost.is_some());
    desk.restart();
    let mut again = before.again(2);
    again.up_tail = peer.up_tail;
    desk.hello(&again);
    assert_eq!(desk.core.order(id_of("ann")), None);
    again.up_tail = before.up_tail;
    desk.up(&mut again, vec![order("ann", 1)]);
    assert_eq!(desk.core.order(id_of("ann")).unwrap().state, Some(OrderState::Reserved));
}

#[test]
fn a_fence_survives_a_restart() {
    let mut desk = Desk::selling(&["one"], 20, 3);
    let peer = desk.join("one", 1);
    desk.operator(Operator::Evict { edge: peer.edge.clone() });
    desk.restart();
    let mut peer = peer.again(2);
    desk.hello(&peer);
    desk.up(&mut peer, vec![order("ann", 1), UpEntry::EpochClosed]);
    assert_eq!(desk.accounts(), [19, 0, 1, 0, 0]);
}
