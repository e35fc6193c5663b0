//! The edge's configuration: one TOML file, read and checked whole before a port or a disk is touched.
//!
//! Each part of the edge has its own `Config`; this one puts them together.

use std::path::{Path, PathBuf};

use doorbuster_config::{Environment, Error, Fault, Field, LogConfig, Table};
use doorbuster_proto::EdgeId;
use hyper::http::uri::PathAndQuery;

use crate::http::LiveConfig;
use crate::origin::OriginConfig;
use crate::sites::{RestConfig, SiteConfig};
use crate::{access, admin, gate, http, limits};

const KEYS: [&str; 15] = [
    "edge",
    "environment",
    "data",
    "disk_reserve_mb",
    "park_ms_max",
    "http",
    "admin",
    "link",
    "login",
    "log",
    "site",
    "origin",
    "rest",
    "limits",
    "access_log",
];
const ALLOCATOR: &str = "a URL such as \"http://127.0.0.1:7000\"";

/// What the whole edge is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// The edge's name, as the allocator's configuration has it.
    pub edge: EdgeId,
    /// Where it runs.
    pub environment: Environment,
    /// The folder of the stock's store and the kept site.
    pub data: PathBuf,
    /// With less room on that folder's disk, in bytes, selling stops.
    pub reserve_bytes: u64,
    /// The longest, in milliseconds, that a request waits at an empty shelf.
    pub park_ms_max: u64,
    /// The shoppers' listener.
    pub http: http::Config,
    /// The operators' listener.
    pub admin: admin::Config,
    /// The way to the allocator.
    pub link: LinkConfig,
    /// Who may buy.
    pub login: gate::Config,
    /// What is logged.
    pub log: LogConfig,
    /// Where requests are logged, if they are.
    pub access_log: Option<access::Config>,
    /// What may change while the edge runs.
    pub live: LiveConfig,
}

/// The way to the allocator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkConfig {
    /// The address of the allocator's link listener, as a URL.
    pub allocator: String,
    /// A file with the secret that edges and allocator share.
    pub secret_file: Option<PathBuf>,
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
    let top = document.table(&KEYS)?;
    let edge = top.required("edge", "1 to 64 of a-z, 0-9 and '-'").and_then(|field| field.id());
    let environment = Environment::read(&top);
    let data = top.required("data", "a path").and_then(|field| field.file_path());
    let reserve_mb = top.number("disk_reserve_mb", 0..=u32::MAX, 256);
    let park_ms_max = top.number("park_ms_max", 0..=10_000, 800);
    let http = http::Config::read(&top);
    let admin = admin::Config::read(&top);
    let link = LinkConfig::read(&top);
    let login = gate::Config::read(&top, environment);
    let log = LogConfig::read(&top);
    let access_log = access::Config::read(&top);
    let live = read_live(&top);
    let apart = top.listeners_apart(&[
        ("http.listen", http.as_ref().map(|http| http.listen)),
        ("http.tls.listen", http.as_ref().and_then(|http| http.tls.as_ref()).map(|tls| tls.listen)),
        ("admin.listen", admin.as_ref().map(|admin| admin.listen)),
    ]);
    apart?;
    Some(Config {
        edge: edge?,
        environment: environment?,
        data: data?,
        reserve_bytes: u64::from(reserve_mb?) << 20,
        park_ms_max: park_ms_max?.into(),
        http: http?,
        admin: admin?,
        link: link?,
        login: login?,
        log: log?,
        access_log: access_log?,
        live: live?,
    })
}

fn read_live(top: &Table<'_>) -> Option<LiveConfig> {
    let origins = OriginConfig::read_all(top);
    let sites = SiteConfig::read_all(top, origins.as_deref());
    let rest = RestConfig::read(top, origins.as_deref());
    let limits = limits::Config::read(top);
    Some(LiveConfig { sites: sites?, origins: origins?, rest: rest?, limits: limits? })
}

impl LinkConfig {
    fn read(top: &Table<'_>) -> Option<Self> {
        let link = top.section("link", &["allocator", "secret_file"])?;
        let allocator = link.required("allocator", ALLOCATOR).and_then(|field| read_allocator(&field));
        let secret_file = link.optional("secret_file").map_or(Some(None), |field| field.file_path().map(Some));
        Some(Self { allocator: allocator?, secret_file: secret_file? })
    }
}

fn read_allocator(field: &Field<'_>) -> Option<String> {
    let url: hyper::Uri = field.parse(ALLOCATOR)?;
    let fits = matches!(url.scheme_str(), Some("http" | "https")) && url.authority().is_some();
    if !fits || !matches!(url.path_and_query().map(PathAndQuery::as_str), None | Some("" | "/")) {
        field.wrong(ALLOCATOR);
        return None;
    }
    Some(field.text()?.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    const LEAST: &str = "edge = \"edge-1\"\ndata = \"d\"\n[link]\nallocator = \"http://127.0.0.1:7000\"\n\
                         [login]\ntoken_key_file = \"key\"\n";

    fn faults(text: &str) -> Vec<String> {
        Config::parse(text, Path::new("")).unwrap_err().iter().map(ToString::to_string).collect()
    }

    #[test]
    fn the_least_configuration_binds_loopback_and_lets_nobody_in_by_name() {
        let config = Config::parse(LEAST, Path::new("/etc/doorbuster")).unwrap();
        assert!(config.http.listen.ip().is_loopback() && config.admin.listen.ip().is_loopback());
        assert_eq!((config.environment, config.login.demo), (Environment::Production, false));
        assert_eq!((config.data.as_path(), config.reserve_bytes), (Path::new("/etc/doorbuster/d"), 256 << 20));
    }

    #[test]
    fn the_example_is_right() {
        let example = include_str!("../../config/edge.toml");
        let config = Config::parse(example, Path::new("config")).unwrap();
        assert_eq!((config.edge.as_str(), config.login.demo), ("edge-1", true));
        assert_eq!(config.http.drain_timeout.as_millis(), 10_000);
        assert_eq!((config.http.connections_max, config.login.token_lasts_s), (16_384, 43_200));
    }

    #[test]
    fn every_fault_is_told_at_once() {
        let found =
            faults("edge = \"Edge 1\"\ncolour = 1\n[http]\nlisten = 80\nthreads = 0\n[link]\nallocator = \"x\"\n");
        assert_eq!(
            found,
            [
                "colour: expected no such field (there are edge, environment, data, disk_reserve_mb, park_ms_max, http, admin, link, login, \
                 log, site, origin, rest, limits, access_log), found 1",
                "edge: expected 1 to 64 of a-z, 0-9 and '-', found \"Edge 1\"",
                "data: expected a path, found nothing",
                "http.listen: expected an address such as \"127.0.0.1:8080\", found 80",
                "http.threads: expected a whole number from 1 to 1024, found 0",
                "link.allocator: expected a URL such as \"http://127.0.0.1:7000\", found \"x\"",
                "login.token_key_file: expected a path, found nothing",
            ]
        );
    }

    #[test]
    fn production_refuses_the_demonstration_login() {
        let demo = LEAST.to_owned() + "demo = true\n";
        assert_eq!(faults(&demo), ["login.demo: expected false in production, found true"]);
        assert!(Config::parse(&("environment = \"demo\"\n".to_owned() + &demo), Path::new("")).unwrap().login.demo);
    }

    #[test]
    fn no_two_listeners_have_one_address() {
        let text = LEAST.to_owned()
            + "[http]\nlisten = \"127.0.0.1:9\"\n[admin]\nlisten = \"127.0.0.1:9\"\n\
               [http.tls]\nlisten = \"0.0.0.0:9\"\ncertificate = \"c\"\nkey = \"k\"\n";
        assert_eq!(
            faults(&text),
            [
                "http.tls.listen: expected another address than http.listen, found 0.0.0.0:9",
                "admin.listen: expected another address than http.listen, found 127.0.0.1:9",
            ]
        );
    }

    #[test]
    fn a_section_that_is_no_section_is_a_fault() {
        assert_eq!(faults(&("http = 1\n".to_owned() + LEAST)), ["http: expected a table, found 1"]);
        assert!(faults("edge = ")[0].starts_with("line 1: expected valid TOML, found"));
    }
}
