//! The HTTP/1.1 engine: one task a connection, on its thread's runtime (RFC 9112).
//!
//! Owns framing, keep-alive, pipelining and the time-outs of a connection; never knows what is asked or answered. What is
//! at hand is answered from the bytes of the head without a single allocation; an idle connection holds no buffer.

mod alarm;
mod answer;
mod body;
mod connection;
mod date;
mod encode;
mod exchange;
mod input;
mod output;
mod sheet;
mod stop;
mod taker;
#[cfg(test)]
mod tests;

use std::time::Duration;

pub(super) use self::connection::{End, serve};
pub(super) use self::output::Output;
pub(super) use self::sheet::Sheet;
pub(super) use self::stop::{Stop, Stopper};

/// How long the parts of a connection's life may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Timeouts {
    /// Between requests; up to twice that under load, since it is looked at only now and then.
    pub(super) idle: Duration,
    /// From a head's first byte to its last.
    pub(super) head: Duration,
    /// For a body that is read whole; and between two pieces of one that is handed on.
    pub(super) body: Duration,
    /// Between two pieces of an answer that the client takes.
    pub(super) write: Duration,
}
