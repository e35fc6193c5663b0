//! What the operators' listener is told.

use std::net::SocketAddr;

use crate::config::Reader;

/// The operators' listener.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// Where it listens.
    pub listen: SocketAddr,
}

impl Config {
    pub(crate) fn read(from: &mut Reader) -> Option<Self> {
        Some(Self { listen: from.address("listen", "127.0.0.1:8081")? })
    }
}
