//! A disk whose records contradict each other is refused.

use doorbuster_edge_core::{Edge, Image, OrderStatus, RecoverError, Shelf};
use doorbuster_proto::{Epoch, Seq, UpEntry, Verdict};

use super::rig::*;

fn image() -> Image {
    let mut rig = Rig::live(10, 5);
    rig.buy("ann", "k", 2);
    rig.buy("bob", "k", 1);
    rig.effects();
    rig.disk
}

fn entry(seq: u64) -> (Epoch, Seq) {
    (Epoch(1), Seq(seq))
}

fn recover(change: impl FnOnce(&mut Image)) -> Result<Edge, RecoverError> {
    let mut image = image();
    change(&mut image);
    Edge::recover(identity(2), image)
}

#[test]
fn a_disk_that_was_left_in_order_is_taken_up() {
    let edge = recover(|_| {}).unwrap();
    let shelf = edge.balances().next().unwrap().1.clone();
    assert_eq!((shelf.on_hand, shelf.sold, shelf.granted), (units(7), units(3), units(10)));
}

#[test]
fn a_shelf_that_does_not_balance_is_refused() {
    let taken = recover(|image| image.shelves.get_mut(&kettle()).unwrap().on_hand = units(8));
    assert!(matches!(taken, Err(RecoverError::Shelf(..))), "{taken:?}");
}

#[test]
fn a_hole_in_the_log_is_refused() {
    let taken = recover(|image| drop(image.log.remove(&entry(1))));
    assert_eq!(taken.unwrap_err(), RecoverError::Gap(Epoch(1), Seq(1), Seq(2)));
}

#[test]
fn a_hole_in_what_the_ledger_has_taken_in_is_refused_too() {
    let mut rig = Rig::live(10, 5);
    rig.buy("ann", "k", 2);
    rig.buy("bob", "k", 1);
    rig.effects();
    rig.taken(2, &[(1, Verdict::Valid), (2, Verdict::OverLimit)]);
    rig.effects();
    let recover = |image: &Image| Edge::recover(identity(2), image.clone()).map(drop);
    assert_eq!(recover(&rig.disk), Ok(()));
    let mut holed = rig.disk.clone();
    holed.log.remove(&entry(1));
    assert_eq!(recover(&holed), Err(RecoverError::Gap(Epoch(1), Seq(1), Seq(2))));
    let mut short = rig.disk.clone();
    short.log.remove(&entry(2));
    assert_eq!(recover(&short), Err(RecoverError::Watermark(Seq(2), Seq(2))));
    let mut odd = rig.disk.clone();
    odd.statuses.insert(entry(3), OrderStatus::Paid);
    assert_eq!(recover(&odd), Err(RecoverError::Status(Epoch(1), Seq(3))));
}

#[test]
fn a_log_of_an_epoch_that_has_not_begun_is_refused() {
    let taken = recover(|image| {
        let record = image.log[&entry(1)].clone();
        image.log.insert((Epoch(2), Seq(1)), record);
    });
    assert_eq!(taken.unwrap_err(), RecoverError::LaterEpoch(Epoch(1), Epoch(2)));
}

#[test]
fn totals_that_do_not_follow_are_refused() {
    let taken = recover(|image| image.log.get_mut(&entry(1)).unwrap().sold = units(1));
    assert_eq!(taken.unwrap_err(), RecoverError::Totals(Seq(1), kettle()));
    let taken = recover(|image| {
        let shelf = Shelf { on_hand: units(6), granted: units(10), sold: units(4), ..Shelf::default() };
        image.shelves.insert(kettle(), shelf);
    });
    assert_eq!(taken.unwrap_err(), RecoverError::Totals(Seq(2), kettle()));
}

#[test]
fn an_order_that_is_placed_twice_is_refused() {
    let taken = recover(|image| {
        let first = image.log[&entry(1)].clone();
        image.log.get_mut(&entry(2)).unwrap().entry = first.entry;
        image.log.get_mut(&entry(2)).unwrap().sold = units(4);
        let shelf = Shelf { on_hand: units(6), granted: units(10), sold: units(4), ..Shelf::default() };
        image.shelves.insert(kettle(), shelf);
    });
    assert!(matches!(taken, Err(RecoverError::Order(..))), "{taken:?}");
}

#[test]
fn an_end_of_the_epoch_without_its_mark_is_refused() {
    let taken = recover(|image| image.log.get_mut(&entry(2)).unwrap().entry = UpEntry::EpochClosed);
    assert_eq!(taken.unwrap_err(), RecoverError::Closing);
    let taken = recover(|image| image.meta.epoch = None);
    assert_eq!(taken.unwrap_err(), RecoverError::NoEpoch);
}
