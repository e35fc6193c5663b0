//! The edge's configuration: one TOML file, read and checked whole before a port or a disk is touched.
//!
//! Each part of the edge has its own `Config`; this one puts them together. Faults are collected, all of them, as
//! `path: expected …, found …`.

mod reader;

use std::path::{Path, PathBuf};

use doorbuster_proto::EdgeId;

pub use self::reader::{Fault, Reader, parse};
use crate::{admin, gate, http};

/// Where this edge runs: what is handy in a demonstration is refused in production.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Environment {
    /// Real shoppers.
    Production,
    /// A demonstration, or a test.
    Demo,
}

/// What the whole edge is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// The edge's name, as the allocator's configuration has it.
    pub edge: EdgeId,
    /// Where it runs.
    pub environment: Environment,
    /// The folder of the stock's store and the kept site.
    pub data: PathBuf,
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
}

/// The way to the allocator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkConfig {
    /// The address of the allocator's link listener, as a URL.
    pub allocator: String,
    /// A file with the secret that edges and allocator share.
    pub secret_file: Option<PathBuf>,
}

/// What is logged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogConfig {
    /// A filter, as `tracing` spells it; the environment variable `RUST_LOG` goes before it.
    pub level: String,
}

/// Why there is no configuration.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The file cannot be read.
    #[error("cannot read {path}")]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The file's content is not what it should be: every fault, a line each.
    #[error("{} is not a configuration:\n{}", path.display(), lines(faults))]
    Faults {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        faults: Vec<Fault>,
    },
}

impl Config {
    /// Reads and checks a file. Paths in it are relative to its folder.
    ///
    /// # Errors
    /// [`Error`] when the file cannot be read, or with all of its faults.
    pub fn load(path: &Path) -> Result<Self, Error> {
        let text = std::fs::read_to_string(path).map_err(|source| Error::Read { path: path.into(), source })?;
        let folder = path.parent().unwrap_or_else(|| Path::new(""));
        Self::parse(&text, folder).map_err(|faults| Error::Faults { path: path.into(), faults })
    }

    /// Checks a text. Paths in it are relative to `folder`.
    ///
    /// # Errors
    /// Every fault that was found.
    pub fn parse(text: &str, folder: &Path) -> Result<Self, Vec<Fault>> {
        parse(text, folder, Self::read)
    }

    fn read(from: &mut Reader) -> Option<Self> {
        let edge = from.required("edge", "an id: 1 to 64 of a-z, 0-9 and '-'", |v| v.as_str()?.parse().ok());
        let environment = from.optional("environment", "\"production\" or \"demo\"", environment);
        let environment = environment.map(|found| found.unwrap_or(Environment::Production));
        let data = from.required_path("data");
        let http = from.section("http", http::Config::read);
        let admin = from.section("admin", admin::Config::read);
        let link = from.section("link", LinkConfig::read);
        let login =
            from.section("login", |from| gate::Config::read(from, environment == Some(Environment::Production)));
        let log = from.section("log", LogConfig::read);
        Some(Self {
            edge: edge?,
            environment: environment?,
            data: data?,
            http: http?,
            admin: admin?,
            link: link?,
            login: login?,
            log: log?,
        })
    }
}

impl LinkConfig {
    fn read(from: &mut Reader) -> Option<Self> {
        let allocator =
            from.required("allocator", "a URL such as \"http://127.0.0.1:7000\"", |v| allocator(v.as_str()?));
        let secret_file = from.optional_path("secret_file");
        Some(Self { allocator: allocator?, secret_file: secret_file? })
    }
}

impl LogConfig {
    fn read(from: &mut Reader) -> Option<Self> {
        let level = from.optional("level", "a filter such as \"info\" or \"info,doorbuster_edge=debug\"", |v| {
            v.as_str().filter(|text| text.parse::<tracing_subscriber::EnvFilter>().is_ok()).map(str::to_owned)
        });
        Some(Self { level: level?.unwrap_or_else(|| "info".to_owned()) })
    }
}

fn environment(value: &toml::Value) -> Option<Environment> {
    match value.as_str()? {
        "production" => Some(Environment::Production),
        "demo" => Some(Environment::Demo),
        _ => None,
    }
}

fn allocator(text: &str) -> Option<String> {
    let uri: hyper::Uri = text.parse().ok()?;
    let fits = matches!(uri.scheme_str(), Some("http" | "https")) && uri.authority().is_some();
    (fits && matches!(uri.path_and_query().map(hyper::http::uri::PathAndQuery::as_str), None | Some("" | "/")))
        .then(|| text.to_owned())
}

fn lines(faults: &[Fault]) -> String {
    faults.iter().map(|fault| format!("  {fault}")).collect::<Vec<_>>().join("\n")
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
        assert_eq!(config.data, Path::new("/etc/doorbuster/d"));
    }

    #[test]
    fn the_example_is_right() {
        let example = include_str!("../../config/edge.toml");
        let config = Config::parse(example, Path::new("config")).unwrap();
        assert_eq!((config.edge.as_str(), config.login.demo), ("edge-1", true));
        assert_eq!(config.http.head_timeout.as_millis(), 15_000);
        assert_eq!(config.http.body_timeout.as_millis(), 10_000);
        assert_eq!((config.http.connections_max, config.login.token_lasts_s), (16_384, 43_200));
    }

    #[test]
    fn every_fault_is_told_at_once() {
        let found =
            faults("edge = \"Edge 1\"\ncolour = 1\n[http]\nlisten = 80\nthreads = 0\n[link]\nallocator = \"x\"\n");
        assert_eq!(
            found,
            [
                "edge: expected an id: 1 to 64 of a-z, 0-9 and '-', found \"Edge 1\"",
                "data: expected a path, found nothing",
                "http.listen: expected an address such as \"127.0.0.1:8080\", found 80",
                "http.threads: expected a whole number from 1 to 1024, found 0",
                "link.allocator: expected a URL such as \"http://127.0.0.1:7000\", found \"x\"",
                "login.token_key_file: expected a path, found nothing",
                "colour: expected no such field, found 1",
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
    fn a_section_that_is_no_section_is_a_fault() {
        assert_eq!(faults(&("http = 1\n".to_owned() + LEAST)), ["http: expected a section, found 1"]);
        assert!(faults("edge = ")[0].starts_with("line 1: expected TOML, found"));
    }
}
