//! Doorbuster's proofs and its demo: real processes, a crowd of shoppers, and a judge of what they were told.
//!
//! Owns no part of the product: everything here speaks to the binaries as their users do, or reads their stores once
//! they have stopped.

pub mod allocator_bench;
pub mod audit;
pub mod bench;
pub mod checker;
pub mod console;
pub mod demo;
pub mod dice;
pub mod fleet;
pub mod nemesis;
pub mod prove;
pub mod sale_file;
pub mod shoppers;
pub mod sim;
pub mod until;
pub mod web;
