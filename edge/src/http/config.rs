//! What the shoppers' listener is told.

use std::net::SocketAddr;
use std::time::Duration;

use doorbuster_config::Table;

const KEYS: [&str; 6] =
    ["listen", "threads", "connections_max", "head_timeout_ms", "body_timeout_ms", "drain_timeout_ms"];

/// The shoppers' listener.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// Where it listens.
    pub listen: SocketAddr,
    /// Threads, each with a runtime and a socket of its own.
    pub threads: u32,
    /// Connections at a time, over all threads; more are told that it is too busy.
    pub connections_max: u32,
    /// How long a connection may take over a request's head, or do nothing.
    pub head_timeout: Duration,
    /// How long a request's body may take.
    pub body_timeout: Duration,
    /// How long the requests in hand may take at shutdown.
    pub drain_timeout: Duration,
}

impl Config {
    pub(crate) fn read(top: &Table<'_>) -> Option<Self> {
        let http = top.section("http", &KEYS)?;
        let listen = http.address("listen", "127.0.0.1:8080");
        let threads = http.number("threads", 1..=1_024, processors());
        let connections_max = http.number("connections_max", 1..=1_000_000, 16_384);
        let head_timeout = http.number("head_timeout_ms", 100..=600_000, 15_000).map(ms);
        let body_timeout = http.number("body_timeout_ms", 100..=600_000, 10_000).map(ms);
        let drain_timeout = http.number("drain_timeout_ms", 0..=600_000, 10_000).map(ms);
        Some(Self {
            listen: listen?,
            threads: threads?,
            connections_max: connections_max?,
            head_timeout: head_timeout?,
            body_timeout: body_timeout?,
            drain_timeout: drain_timeout?,
        })
    }
}

fn ms(number: u32) -> Duration {
    Duration::from_millis(number.into())
}

fn processors() -> u32 {
    let found = std::thread::available_parallelism().map_or(1, usize::from);
    u32::try_from(found.min(1_024)).expect("at most 1,024")
}
