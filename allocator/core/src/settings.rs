//! What the configuration tells the core.

use doorbuster_proto::{EdgeAddress, EdgeId};

use crate::Policy;

/// The allocator's settings.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Settings {
    /// The edges that may say hello. The allocator sorts them by name.
    pub edges: Vec<EdgeSettings>,
    /// Milliseconds without a word after which an edge that holds escrow is evicted; `None` leaves it to operators.
    pub evict_after_ms: Option<u64>,
    /// How stock is handed out and moved.
    pub policy: Policy,
    /// Whether edges are told when they need more, and where the stock is.
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
    pub(crate) fn knows(&self, edge: &EdgeId) -> bool {
        self.edge(edge).is_some()
    }

    /// What the configuration says of this edge.
    pub(crate) fn edge(&self, edge: &EdgeId) -> Option<&EdgeSettings> {
        self.number(edge).map(|number| &self.edges[number])
    }

    /// Where among the edges this one is.
    pub(crate) fn number(&self, edge: &EdgeId) -> Option<usize> {
        self.edges.binary_search_by(|known| known.id.cmp(edge)).ok()
    }

    /// Every edge's name.
    pub(crate) fn ids(&self) -> impl Iterator<Item = &EdgeId> {
        self.edges.iter().map(|edge| &edge.id)
    }

    /// Where edges serve shoppers.
    pub(crate) fn addresses(&self) -> Vec<EdgeAddress> {
        let address = |edge: &EdgeSettings| Some(EdgeAddress { edge: edge.id.clone(), shop: edge.shop.clone()? });
        self.edges.iter().filter_map(address).collect()
    }
}
