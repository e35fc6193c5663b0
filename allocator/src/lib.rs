//! The allocator's service: hands stock out, keeps the ledger, publishes the pages, shows the console.
//!
//! All that matters is decided in `doorbuster-allocator-core`, on one thread; this crate is its shell: the network, the
//! disk, the clock, the pages.

pub mod admin;
pub mod backup;
pub mod cli;
pub mod config;
pub mod console;
pub mod grpc;
pub mod ledger;
pub mod publish;
pub mod service;
pub mod sites;
pub mod store;
