//! A recall is a hint: what is above `keep` goes back.

use doorbuster_proto::{AllocatorBody, UpEntry};

use super::rig::*;

fn recall(rig: &mut Rig, keep: u64) -> Vec<UpEntry> {
    rig.hear(AllocatorBody::Recall { sku: kettle(), keep: units(keep) });
    shipped(&rig.effects()).into_iter().flat_map(|batch| batch.entries).collect()
}

fn returned(n: u64) -> UpEntry {
    UpEntry::StockReturned { sku: kettle(), units: units(n) }
}

#[test]
fn what_is_above_goes_back_through_the_log() {
    let mut rig = Rig::live(10, 0);
    assert_eq!(recall(&mut rig, 4), [returned(6)]);
    assert_eq!(recall(&mut rig, 4), []);
    assert_eq!(rig.on_hand(), 4);
    assert_eq!(recall(&mut rig, 0), [returned(4)]);
}

#[test]
fn a_return_leaves_only_when_it_is_durable() {
    let mut rig = Rig::live(10, 0);
    rig.hear(AllocatorBody::Recall { sku: kettle(), keep: units(4) });
    assert_eq!(shipped(&rig.commands()), []);
    rig.persisted();
    assert_eq!(shipped_span(&rig.commands()), [(1, 1)]);
}

#[test]
fn what_is_too_little_for_whoever_waits_goes_back() {
    let mut rig = Rig::live(1, 0);
    rig.buy("ann", "k", 2);
    assert_eq!(recall(&mut rig, 0), [returned(1)]);
    assert_eq!(rig.on_hand(), 0);
}

#[test]
fn a_recall_after_the_session_is_dropped() {
    let mut rig = Rig::live(10, 0);
    rig.disconnect();
    assert_eq!(recall(&mut rig, 0), []);
}
