//! What an exploration saw, and how it says so.

use std::collections::BTreeSet;
use std::fmt;

use crate::invariants::Invariant;

/// What an exploration saw.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// The configuration.
    pub configuration: &'static str,
    /// States that were come to, by whatever way.
    pub states: usize,
    /// Of them, different ones.
    pub unique: usize,
    /// Steps of the longest way.
    pub depth: usize,
    /// Whether there is no state that was not come to.
    pub is_exhausted: bool,
    /// What was come to of what a configuration may come to.
    pub reached: BTreeSet<&'static str>,
    /// The first violation.
    pub violation: Option<Counterexample>,
}

/// An invariant that does not hold, and how that came about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counterexample {
    /// Which invariant.
    pub invariant: Invariant,
    /// What was found.
    pub what: String,
    /// The steps, in words.
    pub trace: Vec<String>,
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { configuration, states, unique, depth, .. } = self;
        write!(f, "{configuration}: {states} states, {unique} different, depth {depth}")?;
        if self.is_exhausted {
            f.write_str(", all that there are")?;
        }
        if !self.reached.is_empty() {
            let reached: Vec<_> = self.reached.iter().copied().collect();
            write!(f, "; reached {}", reached.join(", "))?;
        }
        self.violation.as_ref().map_or(Ok(()), |violation| write!(f, "\n{violation}"))
    }
}

impl fmt::Display for Counterexample {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "violated: {}\n{}", self.invariant, self.what)?;
        self.trace.iter().zip(1..).try_for_each(|(step, number)| write!(f, "\n  {number}. {step}"))
    }
}
