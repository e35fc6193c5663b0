//! A new epoch: stored in one write, then confirmed; nothing of the one before is left but its orders.

use doorbuster_edge_core::{Command, HangUpReason, OrderStatus, SessionState};
use doorbuster_proto::{EdgeBody, Epoch, Verdict, Welcome};

use super::rig::*;

#[test]
fn an_epoch_is_confirmed_once_it_is_durable() {
    let mut rig = Rig::fresh();
    rig.connect();
    rig.effects();
    rig.welcome(Welcome::Begin { epoch: Epoch(1) });
    let commands = rig.commands();
    assert_eq!(sent(&commands), []);
    assert!(matches!(commands.last(), Some(Command::Persist { sync: true, .. })));
    assert_eq!(rig.edge.session_state(), SessionState::Greeting);
    rig.persisted();
    assert_eq!(sent(&rig.effects()), [EdgeBody::EpochStored { epoch: Epoch(1) }]);
    assert_eq!(rig.edge.session_state(), SessionState::Live);
}

#[test]
fn an_epoch_that_is_offered_again_is_confirmed_again() {
    let mut rig = Rig::fresh();
    rig.connect();
    rig.begin(1);
    for restart in [false, true] {
        if restart {
            rig.crash();
        } else {
            rig.disconnect();
        }
        rig.connect();
        rig.effects();
        rig.welcome(Welcome::Begin { epoch: Epoch(1) });
        assert_eq!(sent(&rig.effects()), [EdgeBody::EpochStored { epoch: Epoch(1) }]);
    }
}

#[test]
fn a_hello_waits_until_the_disk_knows_the_epoch() {
    let mut rig = Rig::fresh();
    rig.connect();
    rig.effects();
    rig.welcome(Welcome::Begin { epoch: Epoch(1) });
    rig.commands();
    rig.disconnect();
    rig.connect();
    assert_eq!(rig.commands(), []);
    rig.persisted();
    let effects = rig.effects();
    assert!(matches!(&sent(&effects)[..], [EdgeBody::Hello(_)]), "{effects:?}");
    let Command::Send(message) = &effects[0] else { panic!("{effects:?}") };
    assert_eq!(message.epoch, Some(Epoch(1)));
}

#[test]
fn a_new_epoch_resets_shelves_and_logs_and_keeps_the_orders() {
    let mut rig = Rig::live(10, 0);
    rig.buy("ann", "k", 1);
    rig.effects();
    rig.taken(1, &[(1, Verdict::Valid)]);
    let up_taken = rig.mark(1);
    rig.welcome(Welcome::Fenced { up_taken });
    rig.effects();
    rig.taken_as(2, &[], true);
    rig.begin(2);
    assert_eq!((rig.on_hand(), rig.disk.shelves.len(), rig.disk.up().count()), (0, 0, 0));
    assert_eq!(rig.status("ann", "k"), Some(OrderStatus::Reserved));
    rig.grant(1, 4);
    rig.buy("bob", "k", 1);
    let effects = rig.effects();
    assert_eq!((shipped_span(&effects), rig.on_hand()), (vec![(1, 1)], 3));
    rig.crash();
    assert_eq!((rig.on_hand(), rig.status("ann", "k")), (3, Some(OrderStatus::Reserved)));
}

#[test]
fn an_epoch_cannot_replace_one_that_still_has_stock() {
    let mut rig = Rig::live(10, 0);
    for epoch in [0, 2] {
        rig.disconnect();
        rig.connect();
        rig.effects();
        rig.welcome(Welcome::Begin { epoch: Epoch(epoch) });
        let effects = rig.effects();
        assert_eq!((alerts(&effects), hung_up(&effects)), (1, Some(HangUpReason::UnexpectedEpoch)));
    }
    assert_eq!(rig.on_hand(), 10);
}
