//! The owner of the ledger: one thread that alone drives the core, and the handles with which all others ask it.
//!
//! Takes all inputs that wait, hands them to the core, makes one write of what came of them, and only then sends.

mod figures;
mod handle;
mod input;
mod link;
mod owner;
mod peers;
mod publishing;
mod quiet;
mod rate;
mod requests;

pub use figures::{Figures, Shops};
pub use handle::{Failure, Ledger, Stopped};
pub use link::Link;
pub use owner::{Owner, Parts};
pub use publishing::Publishing;

/// The most inputs that wait for the owner; edges wait to hand theirs over, operators are told to come back.
pub const INPUTS_QUEUED_MAX: usize = 1_024;
/// The most messages that wait for one edge; past that it is hung up, and finds its place again with a hello.
pub const SENDS_QUEUED_MAX: usize = 1_024;
/// The least time between two snapshots.
pub const FIGURES_MS_MIN: u64 = 200;
/// Snapshots that nobody's request calls for take at most one part in so many of the owner's time.
pub const FIGURES_PART: u32 = 500;
/// But come so often at least: a process that stood still has not taken long over its snapshot.
pub const FIGURES_MS_MAX: u64 = 2_000;
