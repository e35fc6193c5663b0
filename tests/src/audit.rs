//! The audit: the stores of an allocator and its edges, read while nobody writes them.
//!
//! Owns what stores alone can prove of the eight invariants, and the history of any unit, order and grant. Everything but
//! [`open`] is pure; nothing here ever changes a store.

mod finding;
mod history;
mod invariants;
mod journal;
mod open;
mod standing;
mod stores;
pub mod tell;
mod trace;

#[cfg(test)]
mod tests;

pub use self::finding::{Finding, Invariant, Report};
pub use self::history::{Event, History, Unknown, grant, order, units};
pub use self::invariants::look;
pub use self::journal::Cause;
pub use self::open::{Unusable, open};
pub use self::stores::{Disk, Ledger, Stores};
pub use self::trace::{Range, Step, Trace};
