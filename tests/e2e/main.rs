//! End to end: the real processes, a real crowd, SIGKILL. One fleet at a time; nothing sleeps but to look again.

#![allow(clippy::unwrap_used, reason = "a panic is how a test fails, in its helpers too")]

mod audit;
mod backup;
mod bad_input;
mod beside;
mod checker;
mod clone;
mod closing;
mod credit;
mod crowd;
mod demo;
mod eviction;
mod expected;
mod guided;
mod http;
mod nemesis;
mod repeats;
mod room;
mod supply;
mod top_up;
mod world;
mod wrong_config;
mod wrong_sale;
