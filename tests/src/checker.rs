//! The judge: facts in, violations out.
//!
//! Owns the rules that a sale's books and its shoppers' memories must obey together. The rules are pure; only
//! [`gather`] reads stores, and only of processes that have stopped.

mod facts;
mod gather;
mod rules;
mod verdict;

#[cfg(test)]
mod tests;

pub use self::facts::{Account, EdgeFacts, EdgeOrder, Facts, LedgerOrder, Limits};
pub use self::gather::gather;
pub use self::verdict::{Kind, Violation, judge, judge_at_rest};
