//! One intent to buy, and what became of it.

use serde::{Deserialize, Serialize};

/// What a shopper means to buy, under one idempotency key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Intent {
    /// The sale.
    pub sale: String,
    /// The shopper's name.
    pub shopper: String,
    /// The idempotency key.
    pub key: String,
    /// What.
    pub sku: String,
    /// How many units.
    pub units: u64,
}

/// What the shopper knows in the end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "outcome")]
pub enum Outcome {
    /// It was told that the order is its own.
    Acknowledged {
        /// The order's id.
        order: String,
    },
    /// It was told no.
    Refused {
        /// The problem's type: `sold-out`, `over` …
        reason: String,
    },
    /// It gave up; an order may stand.
    Unknown,
    /// It gave up while queueing, and every request was answered: no order stands.
    Queueing,
}

/// One line of the shoppers' log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    /// What it meant to buy.
    #[serde(flatten)]
    pub intent: Intent,
    /// What became of it.
    #[serde(flatten)]
    pub outcome: Outcome,
    /// The shop that answered last.
    pub edge: String,
    /// Requests made.
    pub requests: u32,
    /// Requests that got no answer.
    pub lost: u32,
    /// Answers that said that an order waits for the ledger's word.
    #[serde(default)]
    pub pending: u32,
    /// When the last answer came, in milliseconds since the Unix epoch.
    pub at_ms: u64,
}

impl Outcome {
    /// Whether the shopper was refused for this reason.
    pub fn is_refused(&self, because: &str) -> bool {
        matches!(self, Self::Refused { reason } if reason == because)
    }

    /// Whether the shopper was told that the order is its own.
    pub fn is_acknowledged(&self) -> bool {
        matches!(self, Self::Acknowledged { .. })
    }
}
