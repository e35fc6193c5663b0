//! What the shoppers' listener is told.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use doorbuster_config::Table;

use super::h1::Timeouts;
use super::trust::Trust;

const KEYS: [&str; 13] = [
    "listen",
    "threads",
    "connections_max",
    "h2c",
    "head_timeout_ms",
    "idle_timeout_ms",
    "body_timeout_ms",
    "write_timeout_ms",
    "handshake_timeout_ms",
    "drain_timeout_ms",
    "server_timing",
    "tls",
    "trust",
];

/// The shoppers' listener.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// Where it listens without encryption.
    pub listen: SocketAddr,
    /// Threads, each with a runtime and sockets of its own.
    pub threads: u32,
    /// Connections at a time, over all threads; more are told that it is too busy.
    pub connections_max: u32,
    /// Whether HTTP/2 is spoken without encryption too, by prior knowledge.
    pub h2c: bool,
    /// How long the parts of a connection's life may take.
    pub(in crate::http) timeouts: Timeouts,
    /// How long a handshake may take: TLS's, and the PROXY protocol's.
    pub handshake_timeout: Duration,
    /// How long the requests in hand may take at shutdown.
    pub drain_timeout: Duration,
    /// Whether answers say how long they took (`Server-Timing`).
    pub server_timing: bool,
    /// Encryption.
    pub tls: Option<TlsConfig>,
    /// Who is believed about whom it speaks for.
    pub trust: Trust,
}

/// Encryption of the shoppers' listener.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlsConfig {
    /// Where it listens for encrypted connections.
    pub listen: SocketAddr,
    /// The certificate with its chain, in PEM form.
    pub certificate: PathBuf,
    /// Its key, in PEM form.
    pub key: PathBuf,
    /// For how many seconds browsers are told to come by https alone; 0 for not at all (RFC 6797).
    pub hsts_max_age_s: u32,
}

impl Config {
    pub(crate) fn read(top: &Table<'_>) -> Option<Self> {
        let http = top.section("http", &KEYS)?;
        let listen = http.address("listen", "127.0.0.1:8080");
        let threads = http.number("threads", 1..=1_024, processors());
        let connections_max = http.number("connections_max", 1..=1_000_000, 16_384);
        let h2c = http.optional("h2c").map_or(Some(false), |field| field.switch());
        let timeouts = read_timeouts(&http);
        let handshake_timeout = http.number("handshake_timeout_ms", 100..=600_000, 10_000).map(ms);
        let drain_timeout = http.number("drain_timeout_ms", 0..=600_000, 10_000).map(ms);
        let server_timing = http.optional("server_timing").map_or(Some(false), |field| field.switch());
        let tls = http.optional("tls").map_or(Some(None), |_| TlsConfig::read(&http).map(Some));
        let trust = Trust::read(&http);
        Some(Self {
            listen: listen?,
            threads: threads?,
            connections_max: connections_max?,
            h2c: h2c?,
            timeouts: timeouts?,
            handshake_timeout: handshake_timeout?,
            drain_timeout: drain_timeout?,
            server_timing: server_timing?,
            tls: tls?,
            trust: trust?,
        })
    }
}

impl Config {
    /// Whether nothing differs but what a running listener can take over: trust, `Server-Timing`, the certificate, HSTS.
    pub(crate) fn listens_like(&self, other: &Self) -> bool {
        let listen = |config: &Self| config.tls.as_ref().map(|tls| tls.listen);
        let taken_over = Self {
            server_timing: other.server_timing,
            tls: other.tls.clone(),
            trust: other.trust.clone(),
            ..self.clone()
        };
        listen(self) == listen(other) && taken_over == *other
    }
}

impl TlsConfig {
    fn read(http: &Table<'_>) -> Option<Self> {
        let tls = http.section("tls", &["listen", "certificate", "key", "hsts_max_age_s"])?;
        let listen = tls.address("listen", "127.0.0.1:8443");
        let certificate = tls.required("certificate", "a path").and_then(|field| field.file_path());
        let key = tls.required("key", "a path").and_then(|field| field.file_path());
        let hsts_max_age_s = tls.number("hsts_max_age_s", 0..=63_072_000, 31_536_000);
        Some(Self { listen: listen?, certificate: certificate?, key: key?, hsts_max_age_s: hsts_max_age_s? })
    }
}

fn read_timeouts(http: &Table<'_>) -> Option<Timeouts> {
    let head = http.number("head_timeout_ms", 100..=600_000, 15_000).map(ms);
    let idle = http.number("idle_timeout_ms", 100..=3_600_000, 60_000).map(ms);
    let body = http.number("body_timeout_ms", 100..=600_000, 10_000).map(ms);
    let write = http.number("write_timeout_ms", 100..=600_000, 30_000).map(ms);
    Some(Timeouts { idle: idle?, head: head?, body: body?, write: write? })
}

fn ms(number: u32) -> Duration {
    Duration::from_millis(number.into())
}

fn processors() -> u32 {
    let found = std::thread::available_parallelism().map_or(1, usize::from);
    u32::try_from(found.min(1_024)).expect("at most 1,024")
}
