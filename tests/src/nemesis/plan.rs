//! What a run does, drawn from its seed before it begins.

use std::collections::BTreeMap;
use std::fmt;

use super::fault::{Fault, Role};
use crate::dice::Dice;
use crate::fleet::Member;

/// Edges of the fleet.
pub const EDGES: usize = 3;
/// Faults that are drawn for one run.
const FAULTS: usize = 9;
/// How long an edge sells on credit, cut off, before it loses its power or its disk.
const ALONE_MS: u64 = 700;
/// Credit of the runs that have any.
const CREDIT: u64 = 15;

/// What a run does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// What it was drawn from.
    pub seed: u64,
    /// Credit W of the sale.
    pub credit: u64,
    /// Units of the item that most want, and of the other one.
    pub supply: [u64; 2],
    /// The disk of the edge at this place is a small file system of its own, where the machine allows that.
    pub small_disk: usize,
    /// The faults, in the order in which they begin.
    pub steps: Vec<Step>,
    /// Syncs of logs say that they work, and do nothing: the run must fail.
    pub disks_lie: bool,
}

/// One fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    /// What.
    pub fault: Fault,
    /// Whom.
    pub member: Member,
    /// When it begins after the crowd came, in milliseconds.
    pub begins_ms: u64,
    /// When it is put right.
    pub ends_ms: u64,
}

/// A step begins, or is put right.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Moment {
    pub(super) at_ms: u64,
    pub(super) step: usize,
    pub(super) ends: bool,
}

impl Plan {
    /// The plan of a seed. No two faults meet one process at a time, but that an edge which has credit may be cut off from
    /// the allocator before it loses its power or its disk. Two processes may well have a fault each.
    pub fn of(seed: u64) -> Self {
        let mut dice = Dice::new(seed);
        let credit = if dice.chance(50) { CREDIT } else { 0 };
        let supply = *dice.one_of(&[[1_200, 400], [2_000, 700], [3_600, 1_200]]);
        let small_disk = usize::try_from(dice.below(EDGES as u64)).expect("it is small");
        let mut deck = Fault::ALL;
        for at in (1..deck.len()).rev() {
            deck.swap(at, usize::try_from(dice.below(at as u64 + 1)).expect("it is small"));
        }
        let mut free_at = BTreeMap::new();
        let mut begins_ms = 500;
        let mut steps = Vec::new();
        for (fault, role) in deck.into_iter().take(FAULTS) {
            let member = match role {
                Role::Allocator => Member::Allocator,
                Role::Edge => Member::Edge(usize::try_from(dice.below(EDGES as u64)).expect("it is small")),
            };
            begins_ms = free_at.get(&member).copied().unwrap_or(0).max(begins_ms);
            let is_alone = matches!((fault, role), (Fault::PowerCut | Fault::DiskLost, Role::Edge)) && credit > 0;
            if is_alone && dice.chance(75) {
                let ends_ms = begins_ms + ALONE_MS + 100;
                steps.push(Step { fault: Fault::Partition, member, begins_ms, ends_ms });
                begins_ms += ALONE_MS;
            }
            let ends_ms = begins_ms + dice.within(300..2_000);
            free_at.insert(member, ends_ms + 300);
            steps.push(Step { fault, member, begins_ms, ends_ms });
            begins_ms += dice.within(200..1_300);
        }
        Self { seed, credit, supply, small_disk, steps, disks_lie: false }
    }

    /// A plan whose disks lie: every process loses its power once, and what its log was promised is not there.
    pub fn of_lying_disks(seed: u64) -> Self {
        let members = std::iter::once(Member::Allocator).chain((0..EDGES).map(Member::Edge));
        let step = |(begins_ms, member)| {
            let ends_ms = begins_ms + 300;
            Step { fault: Fault::PowerCut, member, begins_ms, ends_ms }
        };
        let steps = (1_500..).step_by(600).zip(members).map(step).collect();
        Self { steps, disks_lie: true, ..Self::of(seed) }
    }

    /// Each step's begin and end, in order.
    pub(super) fn moments(&self) -> Vec<Moment> {
        let of = |(step, Step { begins_ms, ends_ms, .. }): (usize, &Step)| {
            [Moment { at_ms: *begins_ms, step, ends: false }, Moment { at_ms: *ends_ms, step, ends: true }]
        };
        let mut moments: Vec<_> = self.steps.iter().enumerate().flat_map(of).collect();
        moments.sort();
        moments
    }
}

impl Step {
    /// The part of the fleet that it meets.
    pub fn role(&self) -> Role {
        match self.member {
            Member::Allocator => Role::Allocator,
            Member::Edge(_) => Role::Edge,
        }
    }
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { seed, credit, supply, small_disk, .. } = self;
        write!(f, "seed {seed}: W = {credit}, supply {supply:?}, small disk at edge {}", small_disk + 1)?;
        if self.disks_lie {
            f.write_str(", disks lie")?;
        }
        for Step { fault, member, begins_ms, ends_ms } in &self.steps {
            let member = match member {
                Member::Allocator => "the allocator".to_owned(),
                Member::Edge(at) => format!("edge {}", at + 1),
            };
            write!(f, "\n  {begins_ms:>6} to {ends_ms:>6} ms: {fault} of {member}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_is_a_plan() {
        assert_eq!(Plan::of(7), Plan::of(7));
        assert_ne!(Plan::of(7), Plan::of(8));
    }

    #[test]
    fn no_process_that_is_down_has_another_fault() {
        for seed in 0..200 {
            let plan = Plan::of(seed);
            assert!(plan.steps.len() >= FAULTS);
            for (at, step) in plan.steps.iter().enumerate() {
                let later = plan.steps[at + 1..].iter().filter(|later| later.member == step.member);
                // The rest of a partition is no fault of a process that is down.
                let ends_ms = if step.fault == Fault::Partition { step.begins_ms } else { step.ends_ms };
                assert!(later.into_iter().all(|later| later.begins_ms > ends_ms), "{plan}");
            }
        }
    }
}
