//! What the configuration tells the core.

use doorbuster_proto::{EdgeAddress, EdgeId};

use crate::Policy;

/// The allocator's settings.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Settings {
    /// The edges that may say hello.
    pub edges: Vec<EdgeSettings>,
    /// Milliseconds without a word after which an edge that holds escrow is evicted; `None` leaves it to operators.
    pub evict_after_ms: Option<u64>,
    /// How stock is handed out and moved.
    pub policy: Policy,
    /// Whether edges are told when to ask for more, and where the stock is.
    pub guides: bool,
}

/// What the configuration says of one edge.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct EdgeSettings {
    /// Its name.
    pub id: EdgeId,
    /// Where it serves shoppers: a URL without a slash at its end.
    pub shop: Option<String>,
    /// Its part of the demand that is expected, beside the others' weights. 0 for an edge that starts with nothing.
    pub weight: u32,
}

impl EdgeSettings {
    /// An edge of which no more is known than its name.
    pub fn named(id: EdgeId) -> Self {
        Self { id, shop: None, weight: 1 }
    }
}

impl Settings {
    /// Whether the configuration names this edge.
    pub fn knows(&self, edge: &EdgeId) -> bool {
        self.edge(edge).is_some()
    }

    /// What the configuration says of this edge.
    pub fn edge(&self, edge: &EdgeId) -> Option<&EdgeSettings> {
        self.edges.iter().find(|known| known.id == *edge)
    }

    /// Every edge's name.
    pub fn ids(&self) -> impl Iterator<Item = &EdgeId> {
        self.edges.iter().map(|edge| &edge.id)
    }

    /// Where edges serve shoppers.
    pub(crate) fn addresses(&self) -> Vec<EdgeAddress> {
        let address = |edge: &EdgeSettings| Some(EdgeAddress { edge: edge.id.clone(), shop: edge.shop.clone()? });
        let mut addresses: Vec<_> = self.edges.iter().filter_map(address).collect();
        addresses.sort_by(|one, other| one.edge.cmp(&other.edge));
        addresses
    }
}
