//! Conditional requests (RFC 9110, 13): what a client already has, and what it insists on.
//!
//! Owns the order of the conditions (13.2.2). Never knows what the answer looks like.

mod entity_tag;
mod outcome;

pub use self::outcome::{Outcome, Validators, evaluate, range_applies};
