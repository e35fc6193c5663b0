//! What an audit finds, and what is to be done about it.

use serde::Serialize;

/// One of the eight invariants.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Invariant {
    /// 1. Every unit is in exactly one place.
    Conservation,
    /// 2. Units of valid orders are at most supply and budget.
    Oversell,
    /// 3. An acknowledged order is in the ledger.
    Acknowledged,
    /// 4. One outcome for one key; an order is applied once.
    Outcome,
    /// 5. Acknowledged beyond the ledger's knowledge are at most W units.
    Credit,
    /// 6. Epochs and terms only grow; a fenced epoch is credited nothing but its quarantine.
    Fences,
    /// 7. Nobody has more than the limit.
    Limit,
    /// 8. At rest every unit is pool, sold or written off, and every order has a verdict.
    Rest,
}

/// One thing that is not as it must be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What was found, and where.
    pub what: String,
    /// What to do about it.
    pub advice: &'static str,
}

/// What was seen of one invariant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Report {
    /// Its number in the design.
    pub number: u8,
    /// Its name.
    pub name: &'static str,
    /// Where it does not hold.
    pub violations: Vec<Finding>,
    /// What is not wrong, and worth knowing.
    pub notes: Vec<String>,
    /// The part of it that stores cannot show.
    pub not_shown: &'static str,
}

impl Invariant {
    /// Its number in the design.
    pub fn number(self) -> u8 {
        self as u8 + 1
    }

    /// Its name, the same as in the simulator.
    pub fn name(self) -> &'static str {
        match self {
            Self::Conservation => "conservation",
            Self::Oversell => "no oversell",
            Self::Acknowledged => "acknowledged",
            Self::Outcome => "one outcome",
            Self::Credit => "credit",
            Self::Fences => "fences",
            Self::Limit => "limit",
            Self::Rest => "at rest",
        }
    }
}

impl Report {
    /// Whether nothing speaks against it.
    pub fn holds(&self) -> bool {
        self.violations.is_empty()
    }
}

/// Collects what one invariant finds.
#[derive(Debug, Default)]
pub(super) struct Found {
    violations: Vec<Finding>,
    notes: Vec<String>,
}

impl Found {
    pub(super) fn wrong(&mut self, what: impl Into<String>, advice: &'static str) {
        self.violations.push(Finding { what: what.into(), advice });
    }

    pub(super) fn note(&mut self, note: impl Into<String>) {
        self.notes.push(note.into());
    }

    pub(super) fn report(self, invariant: Invariant, not_shown: &'static str) -> Report {
        let Self { violations, notes } = self;
        Report { number: invariant.number(), name: invariant.name(), violations, notes, not_shown }
    }
}
