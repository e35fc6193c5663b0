//! Who leads.

use doorbuster_edge_core::HangUpReason;
use doorbuster_proto::{Instance, Term};

use super::rig::*;

#[test]
fn a_higher_term_is_kept_on_the_disk() {
    let mut rig = Rig::live(10, 0);
    (rig.term, rig.instance) = (Term(4), Instance(9));
    rig.word(false);
    rig.effects();
    assert_eq!(rig.disk.meta.led_by, Some((Term(4), Instance(9))));
    rig.crash();
    rig.connect();
    assert_eq!(hello(&rig.effects()).led_by, Some((Term(4), Instance(9))));
}

#[test]
fn a_hello_tells_the_term_of_the_disk_and_not_of_the_memory() {
    let mut rig = Rig::live(10, 0);
    (rig.term, rig.instance) = (Term(4), Instance(9));
    rig.word(false);
    rig.disconnect();
    rig.connect();
    assert_eq!(hello(&rig.commands()).led_by, Some((Term(1), Instance(7))));
}

#[test]
fn a_lower_term_is_hung_up_on_and_changes_nothing() {
    let mut rig = Rig::live(10, 0);
    rig.term = Term(0);
    rig.grant(2, 5);
    let effects = rig.effects();
    assert_eq!((alerts(&effects), hung_up(&effects)), (1, Some(HangUpReason::LowerTerm)));
    assert_eq!(rig.on_hand(), 10);
}

#[test]
fn two_allocators_of_one_term_are_hung_up_on() {
    let mut rig = Rig::live(10, 0);
    rig.instance = Instance(8);
    rig.grant(2, 5);
    let effects = rig.effects();
    assert_eq!((alerts(&effects), hung_up(&effects)), (1, Some(HangUpReason::SecondInstance)));
    assert_eq!(rig.on_hand(), 10);
}
