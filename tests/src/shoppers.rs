//! Honest shoppers: each means to buy something once, and repeats itself until it knows whether it did.
//!
//! Owns what the shoppers were told; the judge in [`checker`](crate::checker) reads it.

mod arrivals;
mod crowd;
mod intent;
mod log;
mod shopper;

pub use self::arrivals::Arrivals;
pub use self::crowd::{Crowd, Progress};
pub use self::intent::{Intent, Outcome, Told};
pub use self::log::{Log, read_log};
pub use self::shopper::{Patience, Shopper};
