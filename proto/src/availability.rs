//! The word that a shopper reads about a SKU.

use std::fmt;

/// Whether a SKU can be had, as pages and API say it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Availability {
    /// The sale has not begun.
    NotStarted,
    /// Units are on this edge's shelf.
    Available,
    /// Units are on this edge's shelf, but few.
    FewLeft,
    /// None here now, and the ledger has not said "sold out".
    Queueing,
    /// No unit is left anywhere.
    SoldOut,
    /// The sale has ended.
    Over,
}

impl Availability {
    /// Every word: a page has one variant for each.
    pub const ALL: [Self; 6] =
        [Self::NotStarted, Self::Available, Self::FewLeft, Self::Queueing, Self::SoldOut, Self::Over];

    /// The word as pages, API and metrics spell it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NotStarted => "not-started",
            Self::Available => "available",
            Self::FewLeft => "few-left",
            Self::Queueing => "queueing",
            Self::SoldOut => "sold-out",
            Self::Over => "over",
        }
    }

    /// The word that a text spells.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|word| word.as_str() == text)
    }
}

impl fmt::Display for Availability {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
