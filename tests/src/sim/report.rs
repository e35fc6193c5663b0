//! What happened in a world.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use super::faults::Fault;

/// The sums of one world; two runs of one seed give the same.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// Events that were handled.
    pub events: u64,
    /// Milliseconds that passed in the world.
    pub simulated_ms: u64,
    /// Faults of each kind.
    pub faults: BTreeMap<Fault, u64>,
    /// Purchases that were acknowledged.
    pub acknowledged: u64,
    /// Refusals that said "sold out".
    pub sold_out: u64,
    /// Orders that the ledger judged, and how many of them stand.
    pub orders: u64,
    /// Of them, those that stand.
    pub valid: u64,
    /// Epochs that were fenced.
    pub fenced: u64,
    /// Units that were in quarantine, at most at one time.
    pub quarantined_most: u64,
    /// A digest of all events, in order.
    pub trace: u64,
}

impl Report {
    /// Adds another world's sums; traces are not added.
    pub fn add(&mut self, other: &Self) {
        for (fault, times) in &other.faults {
            *self.faults.entry(*fault).or_default() += times;
        }
        self.events += other.events;
        self.simulated_ms += other.simulated_ms;
        self.acknowledged += other.acknowledged;
        self.sold_out += other.sold_out;
        self.orders += other.orders;
        self.valid += other.valid;
        self.fenced += other.fenced;
        self.quarantined_most = self.quarantined_most.max(other.quarantined_most);
    }

    /// Enters an event into the trace.
    pub(super) fn saw(&mut self, event: &impl std::fmt::Debug, now: u64) {
        let mut hash = DefaultHasher::new();
        (self.trace, now, format!("{event:?}")).hash(&mut hash);
        self.trace = hash.finish();
        self.events += 1;
    }

    pub(super) fn fault(&mut self, fault: Fault) {
        *self.faults.entry(fault).or_default() += 1;
    }
}
