//! The cores, driven: input → exact commands. No clock, no disk, no sleep.

#![allow(clippy::unwrap_used, reason = "a panic is how a test fails, in its helpers too")]

mod allocator;
mod edge;
