//! Faults over real processes, while a crowd buys; then peace, and the judge.
//!
//! Owns the fleet of a run, the disks, clocks and links around it, and the plan of what goes wrong. Never looks into a
//! process: it knows what shoppers were told, what the operators' console says, and what is on the disks at the end.

mod disk;
mod fault;
mod inflict;
mod link;
mod operator;
mod plan;
mod report;
mod run;
mod small_disk;
mod victims;

pub use self::disk::{Behaviour, Disk, Loss, Syncs, build_library};
pub use self::fault::{Fault, Role};
pub use self::link::{Link, Passage};
pub use self::plan::{EDGES, Plan, Step};
pub use self::report::{Failure, Report};
pub use self::run::{run, run_plan};
