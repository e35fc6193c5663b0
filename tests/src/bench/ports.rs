//! Loopback ports for servers that want to be told theirs.

use std::net::{Ipv4Addr, SocketAddr};

use crate::fleet::Ports;

/// A port that nobody held a moment ago.
#[derive(Debug, Clone, Copy)]
pub struct Port(u16);

impl Port {
    /// Takes one.
    ///
    /// # Errors
    /// There is none.
    pub fn take() -> anyhow::Result<Self> {
        Ports::one().map(Self)
    }

    /// On loopback.
    pub fn address(self) -> SocketAddr {
        SocketAddr::from((Ipv4Addr::LOCALHOST, self.0))
    }
}
