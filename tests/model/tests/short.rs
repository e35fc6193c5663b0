//! Every configuration, as far as a minute goes: no invariant is broken, and the model gets where it is meant to get.

use std::collections::BTreeSet;

use doorbuster_model::{Invariant, Limit, all, explore, explore_all, named};

/// Of each configuration. Those that are smaller are explored to the end.
const STATES: usize = 40_000;
/// Configurations beside each other.
const BESIDE: usize = 2;

#[test]
fn every_configuration_keeps_the_invariants_and_together_they_see_every_outcome() {
    let reports = explore_all(Limit { states: STATES, time: None }, BESIDE);
    for report in &reports {
        println!("{report}");
    }
    let violated: Vec<_> = reports.iter().filter(|report| report.violation.is_some()).collect();
    assert!(violated.is_empty(), "an invariant is broken");
    let reached: BTreeSet<_> = reports.iter().flat_map(|report| report.reached.iter().copied()).collect();
    assert_eq!(reached, BTreeSet::from(["sold-out", "reclaimed", "quarantined", "returned"]));
    assert!(reports.iter().filter(|report| report.is_exhausted).count() >= 4, "some are explored to the end");
}

#[test]
fn an_exploration_is_the_same_twice() {
    let (homes, limit) = (named("homes").unwrap(), Limit { states: 5_000, time: None });
    assert_eq!(explore(&homes, limit), explore(&homes, limit));
}

#[test]
fn configurations_and_invariants_have_names_of_their_own() {
    let configurations: BTreeSet<_> = all().iter().map(|configuration| configuration.name).collect();
    assert_eq!(configurations.len(), all().len());
    let invariants: BTreeSet<_> = Invariant::ALL.iter().map(|invariant| invariant.name()).collect();
    assert_eq!(invariants.len(), Invariant::ALL.len());
}
