//! The long proof: model, mutants, simulated worlds and real processes, each for its part of some minutes; and what was
//! seen, as one JSON.

mod proof;
mod storeys;

pub use self::proof::Proof;
pub use self::storeys::{attack, explore, mutate, simulate};
