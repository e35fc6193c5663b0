//! The allocator's configuration: read and checked whole, before a port or the disk is touched.

mod edges;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use doorbuster_allocator_core::{EdgeSettings, Policy};
use doorbuster_config::{Environment, Error, Fault, Field, LogConfig, Table};
use doorbuster_proto::EdgeId;

use crate::grpc::Secret;
use crate::publish::Edges;

/// The most edges that one allocator serves.
pub const EDGES_MAX: usize = 1_024;
/// How long an edge may be silent before it is evicted, where nothing else is configured.
pub const EVICT_AFTER_MS: u64 = 30_000;
/// Longer than an edge at rest may have been silent (2 s, and half a second until it is taken in) when the last one to speak
/// counts as silent too (3.5 s): an allocator that has lost its network evicts nobody.
const EVICT_AFTER_MS_MIN: u64 = 8_000;
const EVICT_AFTER_MS_MAX: u64 = 86_400_000;

/// Everything that `allocator.toml` says.
#[derive(Debug)]
pub struct Config {
    /// The folder of the ledger.
    pub data: PathBuf,
    /// Where it runs, for logs and metrics.
    pub environment: Environment,
    /// Where edges connect.
    pub grpc: GrpcConfig,
    /// Where operators' browsers connect. A loopback address.
    pub console: SocketAddr,
    /// Where probes and the metrics' scraper connect.
    pub admin: SocketAddr,
    /// The edges that may connect.
    pub edges: BTreeMap<EdgeId, EdgeSettings>,
    /// By what items are placed on them.
    pub traits: Edges,
    /// Milliseconds without a word after which an edge that holds stock is evicted; `None` leaves it to operators.
    pub evict_after_ms: Option<u64>,
    /// How stock is handed out and moved.
    pub policy: Policy,
    /// What is logged.
    pub log: LogConfig,
}

/// Where edges connect, and how they prove that they may.
#[derive(Debug)]
pub struct GrpcConfig {
    /// The address.
    pub listen: SocketAddr,
    /// The shared secret.
    pub secret: Option<Secret>,
}

impl Config {
    /// Reads and checks a file. Paths in it are relative to its folder.
    ///
    /// # Errors
    /// [`Error`], with every fault of the file.
    pub fn load(path: &Path) -> Result<Self, Error> {
        doorbuster_config::load(path, read)
    }

    /// Checks a text. Paths in it are relative to `folder`.
    ///
    /// # Errors
    /// Every fault of the text.
    pub fn parse(text: &str, folder: &Path) -> Result<Self, Vec<Fault>> {
        doorbuster_config::parse(text, folder, read)
    }
}

/// Every part is read before any `?` ends the reading: all faults are found in one go.
fn read(document: &Field<'_>) -> Option<Config> {
    let top = document.table(&[
        "data",
        "environment",
        "grpc",
        "console",
        "admin",
        "evict_after_ms",
        "policy",
        "edge",
        "log",
    ])?;
    let data = top.required("data", "the ledger's folder").and_then(|field| field.file_path());
    let environment = Environment::read(&top);
    let grpc = top.required("grpc", "a table with listen").and_then(|field| read_grpc(&field));
    let console = listener(&top, "console").and_then(|(field, listen)| loopback_only(&field, listen));
    let admin = listener(&top, "admin").map(|(_, listen)| listen);
    let edges = top.required("edge", "one [[edge]] or more").and_then(|field| edges::read(&field));
    let evict_after_ms = read_evict_after(&top);
    let policy = read_policy(&top, edges.as_ref().map(|(edges, _)| edges));
    let log = LogConfig::read(&top);
    let apart = top.listeners_apart(&[
        ("grpc.listen", grpc.as_ref().map(|grpc| grpc.listen)),
        ("console.listen", console),
        ("admin.listen", admin),
    ]);
    let (edges, traits) = edges.unzip();
    apart?;
    Some(Config {
        data: data?,
        environment: environment?,
        grpc: grpc?,
        console: console?,
        admin: admin?,
        edges: edges?,
        traits: traits?,
        policy: policy?,
        evict_after_ms: Some(evict_after_ms?).filter(|ms| *ms != 0),
        log: log?,
    })
}

fn read_grpc(field: &Field<'_>) -> Option<GrpcConfig> {
    let table = field.table(&["listen", "secret_file"])?;
    let listen = address(&table);
    let secret_file = table.optional("secret_file");
    let secret = secret_file.as_ref().map(read_secret);
    let (at, listen) = listen?;
    if secret_file.is_none() && !listen.ip().is_loopback() {
        at.wrong("a loopback address, or a secret_file beside it");
        return None;
    }
    match secret {
        None => Some(GrpcConfig { listen, secret: None }),
        Some(secret) => Some(GrpcConfig { listen, secret: Some(secret?) }),
    }
}

/// 0 for never. An edge whose allocator is silent hangs up and comes back within seconds: patience shorter than that evicts the living.
fn read_evict_after(top: &Table<'_>) -> Option<u64> {
    let Some(field) = top.optional("evict_after_ms") else { return Some(EVICT_AFTER_MS) };
    let ms = field.number(0..=u64::MAX)?;
    if ms != 0 && !(EVICT_AFTER_MS_MIN..=EVICT_AFTER_MS_MAX).contains(&ms) {
        let expected = format!("0 for never, or a whole number from {EVICT_AFTER_MS_MIN} to {EVICT_AFTER_MS_MAX}");
        field.wrong(expected);
        return None;
    }
    Some(ms)
}

/// A policy that guides shoppers from edge to edge needs to know where each edge serves them.
fn read_policy(top: &Table<'_>, edges: Option<&BTreeMap<EdgeId, EdgeSettings>>) -> Option<Policy> {
    let Some(field) = top.optional("policy") else { return Some(Policy::default()) };
    let Some(policy) = Policy::parse(field.text()?) else {
        field.wrong(format!("one of {}", Policy::ALL.map(Policy::as_str).join(", ")));
        return None;
    };
    let without_shop = edges.into_iter().flatten().find(|(_, edge)| edge.shop.is_none());
    if let Some((id, _)) = without_shop.filter(|_| policy == Policy::AdaptiveOneEdge) {
        field.wrong(format!("another policy, or a shop of \"{id}\" too: this one guides shoppers from edge to edge"));
        return None;
    }
    Some(policy)
}

fn read_secret(field: &Field<'_>) -> Option<Secret> {
    let expected = "a file with one line of 16 to 256 visible ASCII characters";
    let path = field.file_path()?;
    let unread = |error| field.wrong_as(expected, format!("{}: {error}", path.display()));
    let text = std::fs::read_to_string(&path).map_err(unread);
    let secret = Secret::new(text.ok()?.trim_end());
    if secret.is_none() {
        field.wrong_as(expected, "something else in it");
    }
    secret
}

fn listener<'a>(top: &Table<'a>, name: &str) -> Option<(Field<'a>, SocketAddr)> {
    let table = top.required(name, "a table with listen")?.table(&["listen"])?;
    address(&table)
}

fn address<'a>(table: &Table<'a>) -> Option<(Field<'a>, SocketAddr)> {
    let expected = "an address such as \"127.0.0.1:7000\"";
    let field = table.required("listen", expected)?;
    let listen = field.parse(expected)?;
    Some((field, listen))
}

/// The console has no log-in: whoever reaches it may close a sale.
fn loopback_only(field: &Field<'_>, listen: SocketAddr) -> Option<SocketAddr> {
    if listen.ip().is_loopback() {
        return Some(listen);
    }
    field.wrong("a loopback address: the console has no log-in");
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_configuration_is_right() {
        let config = Config::parse(include_str!("../../config/allocator.toml"), Path::new("config")).unwrap();
        assert_eq!((config.edges.len(), config.environment), (3, Environment::Demo));
        assert_eq!(config.data, Path::new("config/../data/allocator"));
        assert_eq!(config.console, "127.0.0.1:7001".parse().unwrap());
        assert_eq!(config.evict_after_ms, Some(EVICT_AFTER_MS));
    }

    #[test]
    fn every_fault_is_told_at_once() {
        let text = r#"
            data = 7
            colour = "red"
            [grpc]
            listen = "0.0.0.0:7000"
            [console]
            listen = "0.0.0.0:7001"
            [log]
            level = "loud"
            [[edge]]
            id = "Edge 1"
            shop = "ftp://x"
            region = "Old World"
            tags = ["fast", "fast"]
            [[edge]]
            id = "a"
            [[edge]]
            id = "a"
        "#;
        let faults = Config::parse(text, Path::new("")).unwrap_err();
        let paths: Vec<&str> = faults.iter().map(|fault| fault.path.as_str()).collect();
        assert_eq!(
            paths,
            [
                "colour",
                "data",
                "grpc.listen",
                "console.listen",
                "admin",
                "edge[0].shop",
                "edge[0].region",
                "edge[0].tags[1]",
                "edge[0].id",
                "edge[2].id",
                "log.level"
            ]
        );
        assert_eq!(faults[0].to_string().find("colour: expected no such field"), Some(0));
    }

    #[test]
    fn patience_is_bounded_or_endless() {
        let shipped = include_str!("../../config/allocator.toml");
        let with = |line: &str| Config::parse(&format!("{line}\n{shipped}"), Path::new(""));
        assert_eq!(with("evict_after_ms = 0").unwrap().evict_after_ms, None);
        assert_eq!(with("evict_after_ms = 8000").unwrap().evict_after_ms, Some(8_000));
        let short = with("evict_after_ms = 7999").unwrap_err();
        assert_eq!(
            short[0].to_string(),
            "evict_after_ms: expected 0 for never, or a whole number from 8000 to 86400000, found 7999"
        );
    }

    #[test]
    fn a_policy_that_guides_needs_every_edges_shop() {
        let shipped = include_str!("../../config/allocator.toml");
        let policy = |name: &str, text: &str| {
            Config::parse(&format!("policy = {name:?}\n{text}"), Path::new("")).map(|config| config.policy)
        };
        let without_shop = shipped.replacen("shop = ", "# shop = ", 1);
        assert_eq!(policy("adaptive-one-edge", shipped), Ok(Policy::AdaptiveOneEdge));
        assert_eq!(policy("central", &without_shop), Ok(Policy::Central));
        let faults = policy("adaptive-one-edge", &without_shop).unwrap_err();
        assert_eq!((faults.len(), faults[0].path.as_str()), (1, "policy"));
        assert!(faults[0].expected.contains("a shop of \"edge-1\" too"), "{}", faults[0]);
        assert_eq!(policy("greedy", shipped).unwrap_err()[0].path, "policy");
    }

    #[test]
    fn an_edges_shop_is_an_address_that_paths_can_follow() {
        let shipped = include_str!("../../config/allocator.toml");
        let with = |shop: &str| Config::parse(&shipped.replace("http://127.0.0.1:7101", shop), Path::new(""));
        let shop = |text: &str| with(text).unwrap().edges.into_values().find_map(|edge| edge.shop).unwrap();
        assert_eq!(shop("https://shop.example/e2"), "https://shop.example/e2");
        assert_eq!(shop("https://shop.example/e2/"), "https://shop.example/e2");
        for bad in ["shop.example/e2", "https://shop.example/e2?a=b", "https://shop.example/e2#a", "ftp://shop.example"]
        {
            let faults = with(bad).unwrap_err();
            assert_eq!((faults.len(), faults[0].path.as_str()), (1, "edge[0].shop"), "{bad}");
        }
    }

    #[test]
    fn no_two_listeners_have_one_address() {
        let shipped = include_str!("../../config/allocator.toml").replace(":7002\"", ":7000\"");
        let faults = Config::parse(&shipped, Path::new("")).unwrap_err();
        let told = "admin.listen: expected another address than grpc.listen, found 127.0.0.1:7000";
        assert_eq!((faults.len(), faults[0].to_string().as_str()), (1, told));
    }

    #[test]
    fn what_is_no_toml_says_so() {
        let faults = Config::parse("data = ", Path::new("")).unwrap_err();
        assert_eq!((faults[0].path.as_str(), faults[0].expected.as_str()), ("line 1", "valid TOML"));
    }

    #[test]
    fn a_public_grpc_listener_needs_a_secret() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("secret");
        let shipped = include_str!("../../config/allocator.toml");
        let listens = "listen = \"127.0.0.1:7000\"";
        let public = shipped.replace(listens, "listen = \"[::]:7000\"");
        let secret = shipped.replace(listens, "listen = \"[::]:7000\"\nsecret_file = \"secret\"");
        let parse = |text: &str| Config::parse(text, folder.path());
        assert_eq!(parse(&public).unwrap_err()[0].path, "grpc.listen");
        assert_eq!(parse(&secret).unwrap_err()[0].path, "grpc.secret_file");
        std::fs::write(&file, "short").unwrap();
        assert_eq!(parse(&secret).unwrap_err()[0].path, "grpc.secret_file");
        std::fs::write(&file, "a-long-enough-secret\n").unwrap();
        assert!(parse(&secret).unwrap().grpc.secret.is_some());
    }
}
