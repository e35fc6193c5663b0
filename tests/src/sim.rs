//! A deterministic world: the real cores of an allocator and of its edges, over a simulated network, disks and clocks.
//!
//! One thread, one seed, one queue of events: the same seed gives the same run. Faults come while the sale runs, and stop;
//! then everything must come to rest. The invariants are looked at all the way, each in a file of its own.

mod allocator;
mod disk;
mod edge;
mod faults;
mod invariants;
mod network;
mod plan;
mod process;
mod remains;
mod report;
mod shoppers;
mod world;

pub use self::faults::Fault;
pub use self::invariants::Violation;
pub use self::plan::{Plan, Sabotage};
pub use self::remains::{DiskRemains, Remains, remains};
pub use self::report::Report;

use self::world::World;

/// Runs a seed's world to its end.
///
/// # Errors
/// The first [`Violation`].
pub fn run(seed: u64) -> Result<Report, Violation> {
    World::new(Plan::of(seed)).run()
}

/// Runs a seed's world with something made wrong.
///
/// # Errors
/// The first [`Violation`]: what is hoped for.
pub fn run_sabotaged(seed: u64, sabotage: Sabotage) -> Result<Report, Violation> {
    World::new(Plan { sabotage: Some(sabotage), ..Plan::of(seed) }).run()
}
