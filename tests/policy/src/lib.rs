//! The allocation policies side by side, under the same demand.
//!
//! A fleet of the real cores, an allocator's and many edges', over a network of fixed latencies and disks that never fail:
//! the same seed gives the same sale. What shoppers and units went through becomes [`Figures`]; those of many seeds become
//! a table, `policy.json` and plots.

mod arrivals;
mod figures;
mod goals;
mod plot;
mod replay;
mod report;
mod rows;
mod statistics;
mod trace;
mod workload;
mod world;

pub use figures::Figures;
pub use goals::{Goal, goals, verdict};
pub use plot::plots;
pub use replay::Replay;
pub use report::{json, table};
pub use rows::{Row, Scale, measure};
pub use statistics::Estimate;
pub use trace::{Trace, TraceError};
pub use workload::{Shape, Workload};
pub use world::simulate;
