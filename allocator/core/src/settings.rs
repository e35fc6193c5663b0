//! What the configuration tells the core.

use doorbuster_proto::EdgeId;

/// The allocator's settings.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Settings {
    /// The edges that may say hello.
    pub edges: Vec<EdgeId>,
    /// Milliseconds without a word after which an edge that holds escrow is evicted; `None` leaves it to operators.
    pub evict_after_ms: Option<u64>,
}

impl Settings {
    /// Whether the configuration names this edge.
    pub fn knows(&self, edge: &EdgeId) -> bool {
        self.edges.contains(edge)
    }
}
