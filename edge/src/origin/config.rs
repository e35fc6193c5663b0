//! What origins are told: `[[origin]]`.

mod circuit;
mod servers;

use std::collections::BTreeSet;
use std::ops::RangeInclusive;
use std::time::Duration;

use doorbuster_config::{Field, Table};

use super::breaker::Circuit;

const KEYS: [&str; 13] = [
    "name",
    "urls",
    "host",
    "connect_timeout_ms",
    "response_timeout_ms",
    "idle_timeout_ms",
    "tunnel_timeout_ms",
    "wait_timeout_ms",
    "connections_max",
    "keep_alive_ms",
    "retries_max",
    "body_bytes_max",
    "circuit",
];
const ORIGINS_MAX: usize = 256;
const NAME: &str = "1 to 64 of a-z, 0-9 and '-'";
const TIMEOUT_MS: RangeInclusive<u32> = 10..=3_600_000;

/// One origin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OriginConfig {
    /// What sites call it.
    pub name: String,
    /// Its servers.
    pub servers: Vec<ServerConfig>,
    /// Which host it is told.
    pub host: HostPolicy,
    /// How long the parts of a request may take.
    pub timeouts: Timeouts,
    /// How long a request waits for its turn where all connections are in use.
    pub wait_timeout: Duration,
    /// Requests under way at a time, and so connections.
    pub connections_max: usize,
    /// How long a connection is kept that has nothing to do.
    pub keep_alive: Duration,
    /// How often a request may be sent again, where that is safe.
    pub retries_max: u32,
    /// The largest body of a request.
    pub body_bytes_max: u64,
    /// When a server is left alone.
    pub circuit: Circuit,
}

/// One server of an origin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerConfig {
    /// Host and, where it is not 80, port.
    pub authority: String,
    /// Its share, beside the others'.
    pub weight: u32,
    /// Whether it is asked only where no other can be.
    pub backup: bool,
}

/// Which host an origin is told in the field `Host`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HostPolicy {
    /// The one that the shopper asked for.
    Shopper,
    /// The one in the server's own URL.
    Origin,
}

/// How long the parts of a request may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timeouts {
    /// To connect.
    pub connect: Duration,
    /// From the last byte that the origin took to the head of its answer.
    pub response: Duration,
    /// Between two pieces of an answer's body.
    pub idle: Duration,
    /// For a WebSocket over which nothing goes in either direction.
    pub tunnel: Duration,
}

impl OriginConfig {
    /// Reads every section `[[origin]]`.
    pub fn read_all(top: &Table<'_>) -> Option<Vec<Self>> {
        let Some(list) = top.optional("origin") else { return Some(Vec::new()) };
        let mut taken = BTreeSet::new();
        list.each(0..=ORIGINS_MAX, |field| Self::read(&field.table(&KEYS)?, &mut taken))
    }

    fn read(origin: &Table<'_>, taken: &mut BTreeSet<String>) -> Option<Self> {
        let name = origin.required("name", NAME).and_then(|field| read_name(&field, taken));
        let servers = servers::read(origin);
        let policies = [("shopper", HostPolicy::Shopper), ("origin", HostPolicy::Origin)];
        let host = origin.optional("host").map_or(Some(HostPolicy::Shopper), |field| field.choice(&policies));
        let timeouts = Timeouts::read(origin);
        let wait_timeout = origin.number("wait_timeout_ms", 0..=60_000, 1_000).map(ms);
        let connections_max = origin.number("connections_max", 1..=65_536, 256);
        let keep_alive = origin.number("keep_alive_ms", 0..=3_600_000, 60_000).map(ms);
        let retries_max = origin.number("retries_max", 0..=10, 1);
        let body_bytes_max = origin.number("body_bytes_max", 0..=u32::MAX, 16 << 20);
        let circuit = circuit::read(origin);
        Some(Self {
            name: name?,
            servers: servers?,
            host: host?,
            timeouts: timeouts?,
            wait_timeout: wait_timeout?,
            connections_max: connections_max? as usize,
            keep_alive: keep_alive?,
            retries_max: retries_max?,
            body_bytes_max: body_bytes_max?.into(),
            circuit: circuit?,
        })
    }
}

impl ServerConfig {
    /// Host and port.
    pub(super) fn address(&self) -> String {
        let authority = &self.authority;
        let after_host = authority.rfind(']').map_or(authority.as_str(), |end| &authority[end..]);
        if after_host.contains(':') { authority.clone() } else { format!("{authority}:80") }
    }
}

impl Timeouts {
    fn read(origin: &Table<'_>) -> Option<Self> {
        let timeout = |key, otherwise| origin.number(key, TIMEOUT_MS, otherwise).map(ms);
        let connect = timeout("connect_timeout_ms", 1_000);
        let response = timeout("response_timeout_ms", 30_000);
        let idle = timeout("idle_timeout_ms", 30_000);
        let tunnel = timeout("tunnel_timeout_ms", 120_000);
        Some(Self { connect: connect?, response: response?, idle: idle?, tunnel: tunnel? })
    }
}

fn read_name(field: &Field<'_>, taken: &mut BTreeSet<String>) -> Option<String> {
    let name = field.text()?;
    let is_word = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    if !(1..=64).contains(&name.len()) || !name.bytes().all(is_word) {
        field.wrong(NAME);
        return None;
    }
    if !taken.insert(name.to_owned()) {
        field.wrong("a name that no other origin has");
        return None;
    }
    Some(name.to_owned())
}

fn ms(number: u32) -> Duration {
    Duration::from_millis(number.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    fn read(text: &str) -> Result<Vec<OriginConfig>, Vec<String>> {
        let read = |document: &Field<'_>| OriginConfig::read_all(&document.table(&["origin"])?);
        let read = doorbuster_config::parse(text, Path::new(""), read);
        read.map_err(|faults| faults.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn an_origin_needs_no_more_than_a_name_and_a_url() {
        assert_eq!(read(""), Ok(vec![]));
        let origins = read("[[origin]]\nname = \"app\"\nurls = [\"http://127.0.0.1:9000\"]").unwrap();
        let origin = &origins[0];
        assert_eq!((origin.name.as_str(), origin.host, origin.retries_max), ("app", HostPolicy::Shopper, 1));
        let server = ServerConfig { authority: "127.0.0.1:9000".to_owned(), weight: 1, backup: false };
        assert_eq!(origin.servers, [server]);
        assert_eq!(origin.circuit.failures, 5);
    }

    #[test]
    fn servers_have_weights_and_backups() {
        let origins = read(
            "[[origin]]\nname = \"app\"\nhost = \"origin\"\nurls = [\"http://a/\", { url = \"http://[::1]:81\", weight = 3 },\n\
             { url = \"http://b:82\", backup = true }]",
        );
        let servers = &origins.unwrap()[0].servers;
        assert_eq!(
            servers.iter().map(|one| (one.weight, one.backup)).collect::<Vec<_>>(),
            [(1, false), (3, false), (1, true)]
        );
        assert_eq!(servers.iter().map(ServerConfig::address).collect::<Vec<_>>(), ["a:80", "[::1]:81", "b:82"]);
    }

    #[test]
    fn every_fault_of_an_origin_is_told_with_its_path() {
        let text = "[[origin]]\nname = \"App\"\nurls = []\nhost = \"x\"\n[[origin]]\nname = \"a\"\n\
                    urls = [\"https://a\", \"http://a/x\", { url = \"http://a\", weight = 0 }]\nretries_max = 99\n\
                    circuit = { percent = 0 }\n[[origin]]\nname = \"a\"\nurls = [{ url = \"http://a\", backup = true }]";
        let url = "expected a URL such as \"http://127.0.0.1:9000\", without a path, found";
        assert_eq!(
            read(text).unwrap_err(),
            [
                "origin[0].name: expected 1 to 64 of a-z, 0-9 and '-', found \"App\"".to_owned(),
                "origin[0].urls: expected 1 to 64 entries, found a list of 0".to_owned(),
                "origin[0].host: expected \"shopper\" or \"origin\", found \"x\"".to_owned(),
                format!("origin[1].urls[0]: {url} \"https://a\""),
                format!("origin[1].urls[1]: {url} \"http://a/x\""),
                "origin[1].urls[2].weight: expected a whole number from 1 to 1000, found 0".to_owned(),
                "origin[1].retries_max: expected a whole number from 0 to 10, found 99".to_owned(),
                "origin[1].circuit.percent: expected a whole number from 1 to 100, found 0".to_owned(),
                "origin[2].name: expected a name that no other origin has, found \"a\"".to_owned(),
                "origin[2].urls: expected a server that is no backup, found a list of 1".to_owned(),
            ]
        );
    }
}
