//! What the operators' listener is told.

use std::net::SocketAddr;

use doorbuster_config::Table;

/// The operators' listener.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// Where it listens.
    pub listen: SocketAddr,
}

impl Config {
    pub(crate) fn read(top: &Table<'_>) -> Option<Self> {
        let admin = top.section("admin", &["listen"])?;
        Some(Self { listen: admin.address("listen", "127.0.0.1:8081")? })
    }
}
