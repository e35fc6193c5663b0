//! What the judge finds.

use std::fmt;

use super::facts::Facts;
use super::rules;

/// The rule that was broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// An acknowledged order is not in the ledger, or not valid there.
    LostOrder,
    /// A valid order is in the ledger that nobody was told of.
    UnclaimedOrder,
    /// An order is in the ledger twice.
    DoubleOrder,
    /// One key had two outcomes.
    TwoOutcomes,
    /// The ledger's order is not the one that the shopper meant.
    AlteredOrder,
    /// A shopper has more units than the limit.
    OverLimit,
    /// The accounts of a SKU do not add up to its supply and budget.
    Unbalanced,
    /// The account "sold" is not the sum of the valid orders.
    SoldUnexplained,
    /// A shopper was told "sold out" while units were left.
    EarlySoldOut,
    /// A shelf is not what the ledger has as the edge's escrow.
    ShelfMismatch,
    /// An edge shows an order as the shopper's that is not valid in the ledger.
    EdgeDisagrees,
    /// An edge answered with something that is no answer of the API.
    BadAnswer,
    /// Units are out where all has come to rest.
    NotSettled,
    /// An order waits for the ledger's word where all has come to rest.
    Undecided,
}

/// A broken rule, and the evidence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// Which rule.
    pub kind: Kind,
    /// What was found, in a sentence.
    pub evidence: String,
}

impl Kind {
    /// The rule's name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::LostOrder => "lost-order",
            Self::UnclaimedOrder => "unclaimed-order",
            Self::DoubleOrder => "double-order",
            Self::TwoOutcomes => "two-outcomes",
            Self::AlteredOrder => "altered-order",
            Self::OverLimit => "over-limit",
            Self::Unbalanced => "unbalanced",
            Self::SoldUnexplained => "sold-unexplained",
            Self::EarlySoldOut => "early-sold-out",
            Self::ShelfMismatch => "shelf-mismatch",
            Self::EdgeDisagrees => "edge-disagrees",
            Self::BadAnswer => "bad-answer",
            Self::NotSettled => "not-settled",
            Self::Undecided => "undecided",
        }
    }

    pub(super) fn found(self, evidence: impl Into<String>) -> Violation {
        Violation { kind: self, evidence: evidence.into() }
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.kind.as_str(), self.evidence)
    }
}

/// Applies every rule; no violation is a clean sale.
pub fn judge(facts: &Facts) -> Vec<Violation> {
    rules::ALL.iter().flat_map(|rule| rule(facts)).collect()
}

/// As [`judge`], of a settled sale whose processes had nothing left to tell each other when they were stopped.
pub fn judge_at_rest(facts: &Facts) -> Vec<Violation> {
    let at_rest = rules::AT_REST.iter().flat_map(|rule| rule(facts));
    judge(facts).into_iter().chain(at_rest).collect()
}
