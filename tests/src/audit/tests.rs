//! Sound stores audit clean, whatever the moment; and every kind of forged record is found by its invariant's name.

mod histories;
mod planted;

use std::collections::BTreeSet;

use super::*;
use crate::sim;

const SEEDS: std::ops::Range<u64> = 0..60;
/// Moments in the rush, and the end.
const EVENTS: [u64; 4] = [300, 900, 2_000, u64::MAX];

/// What is on the disks at a moment. A disk that was set back, unnoticed so far, is none of a sound fleet.
fn stores(seed: u64, events: u64) -> Stores {
    let sim::Remains { ledger: image, journal, disks } = sim::remains(seed, events);
    let disks = disks.into_iter().zip(1..).filter(|(disk, _)| !disk.is_set_back);
    let disks = disks.map(|(disk, n)| Disk { name: format!("disk-{n}"), id: disk.id, image: disk.image });
    Stores { ledger: Ledger { image, journal }, disks: disks.collect() }
}

fn violations(stores: &Stores) -> Vec<(&'static str, String)> {
    let found = look(stores).into_iter();
    found.flat_map(|report| report.violations.into_iter().map(move |finding| (report.name, finding.what))).collect()
}

/// The first sound stores that have something.
fn sound_with(has: impl Fn(&Stores) -> bool) -> Stores {
    let all = SEEDS.flat_map(|seed| EVENTS.map(|events| (seed, events)));
    all.map(|(seed, events)| stores(seed, events)).find(has).expect("one of the worlds has it")
}

#[test]
fn whatever_the_moment_the_disks_of_a_sound_fleet_audit_clean() {
    for seed in SEEDS {
        for events in EVENTS {
            let stores = stores(seed, events);
            assert_eq!(violations(&stores), [], "seed {seed} after {events} events");
        }
    }
}

#[test]
fn the_words_of_every_journal_are_understood() {
    let mut kinds = BTreeSet::new();
    for seed in SEEDS {
        for record in stores(seed, u64::MAX).ledger.journal {
            let cause = Cause::of(&record);
            assert!(cause.is_some(), "seed {seed}: {record:?}");
            kinds.extend(format!("{cause:?}").split(['(', ' ']).nth(1).map(str::to_owned));
        }
    }
    for kind in ["Grant", "Entries", "Fence", "TailEnd", "WriteOff", "Cancellation", "Publish", "Supply", "Stage"] {
        assert!(kinds.iter().any(|found| found.starts_with(kind)), "{kind} in {kinds:?}");
    }
}

#[test]
fn a_fleet_without_its_disks_is_judged_by_the_ledger_alone() {
    let mut stores = stores(3, 2_000);
    stores.disks.clear();
    let reports = look(&stores);
    assert!(reports.iter().all(Report::holds));
    let notes: Vec<_> = reports.iter().flat_map(|report| &report.notes).collect();
    assert!(notes.iter().any(|note| note.contains("was not given")), "{notes:?}");
    assert_eq!(reports.iter().map(|report| report.number).collect::<Vec<_>>(), [1, 2, 3, 4, 5, 6, 7, 8]);
}
