//! What the edge's configuration has beyond a demo's: a site, TLS, HTTP/2 without TLS.

use std::net::SocketAddr;
use std::path::PathBuf;

use toml::{Table, Value, toml};

use super::tls::{Certificate, HOST};

/// More than any row opens.
const CONNECTIONS_MAX: i64 = 32_768;
/// As long as nginx keeps a connection that does nothing.
const IDLE_TIMEOUT_MS: i64 = 600_000;

/// The bench's own settings of the edge.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The folder of the site.
    pub pages: PathBuf,
    /// Where TLS listens.
    pub tls: SocketAddr,
    /// Its certificate.
    pub certificate: Certificate,
}

impl Settings {
    /// Puts them into a configuration.
    pub fn change(&self, config: &mut Table) {
        let http = config.entry("http").or_insert_with(|| Table::new().into());
        if let Some(http) = http.as_table_mut() {
            http.insert("connections_max".into(), CONNECTIONS_MAX.into());
            http.insert("idle_timeout_ms".into(), IDLE_TIMEOUT_MS.into());
            http.insert("h2c".into(), true.into());
            http.insert("tls".into(), self.tls().into());
        }
        config.insert("site".into(), Value::Array(vec![self.site().into()]));
    }

    fn tls(&self) -> Table {
        let listen = self.tls.to_string();
        let certificate = self.certificate.certificate.display().to_string();
        let key = self.certificate.key.display().to_string();
        toml! {
            listen = listen
            certificate = certificate
            key = key
        }
    }

    fn site(&self) -> Table {
        let root = self.pages.display().to_string();
        toml! {
            host = HOST
            root = root
        }
    }
}
