//! What a run came to.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;

use super::disk::Loss;
use super::fault::{Fault, Role};
use super::plan::Plan;
use super::victims::Done;
use crate::checker::{Facts, Violation};
use crate::shoppers::Outcome;

/// Violations that are printed of one run; the checker shows all of a kept folder.
const VIOLATIONS_SHOWN_MAX: usize = 30;

/// The sums of one run, or of many.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// Runs.
    pub runs: u64,
    /// Faults of each kind that were done.
    pub faults: BTreeMap<(Fault, Role), u64>,
    /// Intents of shoppers.
    pub intents: u64,
    /// Of them, acknowledged; some asked twice, and count twice.
    pub acknowledged: u64,
    /// Of them, those whose shopper does not know.
    pub unknown: u64,
    /// Orders that the judge compared: every one of the ledger.
    pub orders_checked: u64,
    /// Acknowledged orders that went with a disk, within the credit.
    pub lost_with_disks: u64,
    /// Processes that ended because their disk refused something, and were started again.
    pub ended_by_disk: u64,
    /// What power cuts took.
    pub loss: Loss,
}

/// A run that must not have gone so.
#[derive(Debug)]
pub struct Failure {
    /// What was done.
    pub plan: Plan,
    /// What ended the run before its time.
    pub reason: Option<anyhow::Error>,
    /// What the judge found on the disks.
    pub violations: Vec<Violation>,
    /// Logs, stores and what shoppers were told.
    pub folder: PathBuf,
}

impl Report {
    pub(super) fn of(done: &Done, facts: &Facts) -> Self {
        let count = |is: fn(&Outcome) -> bool| facts.told.iter().filter(|told| is(&told.outcome)).count() as u64;
        Self {
            runs: 1,
            faults: done.faults.clone(),
            intents: facts.told.len() as u64,
            acknowledged: count(Outcome::is_acknowledged),
            unknown: count(|outcome| *outcome == Outcome::Unknown),
            orders_checked: facts.ledger.len() as u64,
            lost_with_disks: facts.missing().count() as u64,
            ended_by_disk: done.ended_by_disk,
            loss: done.loss,
        }
    }

    /// Adds another's sums.
    pub fn add(&mut self, other: &Self) {
        self.runs += other.runs;
        for (kind, times) in &other.faults {
            *self.faults.entry(*kind).or_default() += times;
        }
        self.intents += other.intents;
        self.acknowledged += other.acknowledged;
        self.unknown += other.unknown;
        self.orders_checked += other.orders_checked;
        self.lost_with_disks += other.lost_with_disks;
        self.ended_by_disk += other.ended_by_disk;
        self.loss.bytes += other.loss.bytes;
        self.loss.names += other.loss.names;
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { runs, intents, acknowledged, unknown, orders_checked, lost_with_disks, ended_by_disk, loss, .. } =
            self;
        writeln!(f, "{runs} runs, {intents} intents: {acknowledged} acknowledged, {unknown} unknown")?;
        writeln!(f, "{orders_checked} orders checked; {lost_with_disks} went with a disk, within the credit")?;
        writeln!(f, "power cuts took {} unsynced bytes and {} unsynced names", loss.bytes, loss.names)?;
        write!(f, "{ended_by_disk} processes ended themselves when their disk failed; faults:")?;
        for ((fault, role), times) in &self.faults {
            write!(f, "\n  {fault} of {}: {times}", if *role == Role::Edge { "an edge" } else { "the allocator" })?;
        }
        Ok(())
    }
}

impl Failure {
    pub(super) fn before(plan: &Plan, reason: anyhow::Error) -> Self {
        let (plan, violations, folder) = (plan.clone(), Vec::new(), PathBuf::new());
        Self { plan, reason: Some(reason), violations, folder }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { plan, reason, violations, folder } = self;
        writeln!(f, "{plan}")?;
        if let Some(reason) = reason {
            writeln!(f, "the run failed: {reason:#}")?;
        }
        writeln!(f, "{} violations", violations.len())?;
        for violation in violations.iter().take(VIOLATIONS_SHOWN_MAX) {
            writeln!(f, "VIOLATION {violation}")?;
        }
        if let Some(more) = violations.len().checked_sub(VIOLATIONS_SHOWN_MAX).filter(|more| *more > 0) {
            writeln!(f, "and {more} more")?;
        }
        let lie = if plan.disks_lie { " DISKS_LIE=1" } else { "" };
        writeln!(f, "run this plan again: make prove NEMESIS=1 SEED={}{lie}", plan.seed)?;
        write!(f, "logs, stores and what shoppers were told are kept in {}", folder.display())
    }
}
