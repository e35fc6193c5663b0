//! Where a fleet listens.

use serde::{Deserialize, Serialize};

use super::{Member, Ports};

/// The addresses of a fleet, as `addresses.json` has them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Addresses {
    /// The edges, in the order of their ids.
    pub edges: Vec<EdgeAddresses>,
    /// The allocator.
    pub allocator: AllocatorAddresses,
}

/// One edge's addresses.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EdgeAddresses {
    /// Its id.
    pub id: String,
    /// Its shop.
    pub shop: String,
    /// Its admin listener.
    pub admin: String,
}

/// The allocator's addresses.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AllocatorAddresses {
    /// The operators' console.
    pub console: String,
    /// Its admin listener.
    pub admin: String,
    /// Where the edges connect.
    pub grpc: String,
}

impl Addresses {
    /// Addresses for so many edges on these ports.
    pub fn on(ports: &Ports, edges: usize) -> Self {
        let mut urls = ports.iter().map(|port| format!("http://127.0.0.1:{port}"));
        let mut next = || urls.next().expect("as many ports were taken as the fleet needs");
        let allocator = AllocatorAddresses { grpc: next(), console: next(), admin: next() };
        let edge = |at| EdgeAddresses { id: format!("edge-{at}"), shop: next(), admin: next() };
        Self { edges: (1..=edges).map(edge).collect(), allocator }
    }

    /// The shops' addresses.
    pub fn shops(&self) -> Vec<String> {
        self.edges.iter().map(|edge| edge.shop.clone()).collect()
    }

    /// A process's admin listener.
    pub fn admin(&self, member: Member) -> &str {
        match member {
            Member::Allocator => &self.allocator.admin,
            Member::Edge(at) => &self.edges[at].admin,
        }
    }
}

/// The part of a URL that a listener is configured with.
pub(super) fn listen(url: &str) -> &str {
    url.strip_prefix("http://").unwrap_or(url)
}
