//! What must hold in every state; each in a file of its own.

pub(crate) mod acknowledged;
mod conservation;
mod credit;
mod fences;
mod limit;
pub(crate) mod outcome;
mod oversell;
pub(crate) mod word;

use std::fmt;

use crate::world::World;

/// The invariants. The first seven by their numbers in the protocol's list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Invariant {
    /// 1. Every unit is in exactly one place.
    Conservation,
    /// 2. Units of valid orders are at most the supply.
    Oversell,
    /// 3. An acknowledged order is not lost, and with W = 0 and its home working not cancelled for the limit.
    Acknowledged,
    /// 4. One outcome for one key; an order is applied once.
    OneOutcome,
    /// 5. Acknowledged beyond the ledger's knowledge is at most W, and so is quarantine.
    Credit,
    /// 6. Epochs and terms only grow; nothing of a fenced epoch is credited.
    Fences,
    /// 7. Nobody has more valid units than the limit.
    Limit,
    /// "Sold out" is not said against newer news.
    Word,
    /// The cores' own assertions.
    Cores,
}

impl Invariant {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::Conservation,
        Self::Oversell,
        Self::Acknowledged,
        Self::OneOutcome,
        Self::Credit,
        Self::Fences,
        Self::Limit,
        Self::Word,
        Self::Cores,
    ];

    /// The name in reports, and in what mutants expect.
    pub fn name(self) -> &'static str {
        match self {
            Self::Conservation => "conservation",
            Self::Oversell => "oversell",
            Self::Acknowledged => "acknowledged",
            Self::OneOutcome => "one-outcome",
            Self::Credit => "credit",
            Self::Fences => "fences",
            Self::Limit => "limit",
            Self::Word => "word",
            Self::Cores => "cores",
        }
    }
}

impl fmt::Display for Invariant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// An invariant that does not hold.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Violation {
    pub(crate) invariant: Invariant,
    pub(crate) what: String,
}

/// What an invariant says: nothing, or what is wrong.
pub(crate) type Found = Result<(), String>;

type Look = fn(&World) -> Found;

/// Looks at all of them. Where one step breaks several, the one that says most is told: an order that is applied twice
/// also moves units twice.
pub(crate) fn look(world: &World) -> Result<(), Violation> {
    let all: [(Invariant, Look); 8] = [
        (Invariant::OneOutcome, outcome::look),
        (Invariant::Conservation, conservation::look),
        (Invariant::Oversell, oversell::look),
        (Invariant::Acknowledged, acknowledged::look),
        (Invariant::Credit, credit::look),
        (Invariant::Fences, fences::look),
        (Invariant::Limit, limit::look),
        (Invariant::Word, word::look),
    ];
    all.into_iter().try_for_each(|(invariant, look)| look(world).map_err(|what| Violation { invariant, what }))
}
