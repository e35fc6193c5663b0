//! Who gets how much: pure functions from what is known about one SKU to the moves to make.

mod even;

use doorbuster_proto::{EdgeId, Timestamp, Units};

pub use even::even_shares;

/// What a policy knows of one SKU that may be granted.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct SkuView {
    /// The moment.
    pub now: Timestamp,
    /// Supply and budget.
    pub issued: Units,
    /// What the allocator holds.
    pub pool: Units,
    /// The edges that sell it, by id.
    pub edges: Vec<EdgeView>,
}

/// What a policy knows of one SKU on one edge.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct EdgeView {
    /// The edge.
    pub edge: EdgeId,
    /// Whether it may be granted to: its epoch is confirmed, and it speaks.
    pub ready: bool,
    /// Units granted in its epoch.
    pub granted: Units,
    /// The last grant's units.
    pub last_grant: Units,
    /// Shelf and waiting, where the edge has told them since its last grant arrived.
    pub level: Option<(Units, Units)>,
    /// When it was last asked to return some.
    pub recalled_at: Option<Timestamp>,
}

/// One thing to do about one SKU.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Move {
    /// Units from the pool for an edge.
    Grant {
        /// Which edge.
        edge: EdgeId,
        /// How many, at least one.
        units: Units,
    },
    /// A request to an edge to return what it can spare.
    Recall {
        /// Which edge.
        edge: EdgeId,
        /// What may stay.
        keep: Units,
    },
}
