//! The epochs of every edge: which disk holds which, how far its two logs have come, and what a hello means.

mod book;
mod hello;

pub use book::{Book, EpochHead, Phase, Total};
pub(crate) use hello::{Answer, judge, living_other};
