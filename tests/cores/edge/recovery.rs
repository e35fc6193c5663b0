//! A disk whose records contradict each other is refused.

use doorbuster_edge_core::{Edge, Image, RecoverError, Shelf};
use doorbuster_proto::{Epoch, Seq, UpEntry};

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
    assert_eq!(taken.unwrap_err(), RecoverError::Gap(Seq(1), Seq(2)));
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
