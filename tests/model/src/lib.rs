//! The model checker over the real cores: every order in which two edges, an allocator, shoppers and a few faults can act.
//!
//! A state holds both edges' cores with their disks, the allocator's with its store, what is under way between them, what
//! shoppers were told, and how many faults are left. Its steps are what a shell or a network does; what the cores answer
//! is theirs. Every state is held against the invariants, each in a file of its own.
//!
//! What is left out, and why that loses nothing: a pause is a process that is not chosen for a while. What follows from an
//! input inside one process follows at once, because no other process can see the difference. What is under way on a
//! stream in one direction arrives together; a stream that breaks may do so after any message. Time stands still but for
//! timers, which have a budget as faults have. What this bounds (interleavings within a burst of messages, more faults,
//! more of everything) is the simulator's.

mod action;
mod all;
mod budget;
mod configuration;
mod disk;
mod explore;
mod history;
mod home;
mod invariants;
mod network;
mod nodes;
mod reached;
mod report;
mod shared;
mod shoppers;
mod words;
mod world;

pub use all::{all, named};
pub use configuration::Configuration;
pub use explore::{Limit, STATES_MAX, explore, explore_all};
pub use invariants::Invariant;
pub use report::{Counterexample, Report};
