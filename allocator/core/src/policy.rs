//! Who gets how much: pure functions from what is known about one SKU to the moves to make.
//!
//! [`Policy::Adaptive`] is what a sale should run on. The others are the field's usual answers: to compare with, and for
//! whoever wants them. Never reads the ledger, and keeps nothing from one decision to the next.

mod adaptive;
mod central;
mod debt;
mod on_demand;
mod predictive;
mod split;
mod static_split;
mod threshold;
mod view;

use std::fmt;

use doorbuster_proto::Units;

use self::adaptive::Tail;
pub use view::{EdgeView, Move, Rate, SkuView, Told};

/// How stock is handed out and moved.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Policy {
    /// By each edge's demand, with a part kept back; what is left at the end is gathered in the pool.
    #[default]
    Adaptive,
    /// The same, but what is left at the end is gathered on one edge, and shoppers are guided there.
    AdaptiveOneEdge,
    /// All of it by the edges' weights, and of what is added later; nothing moves after, and what comes back stays in the pool.
    Static,
    /// By weights with a fifth kept back, for fixed top-ups of who runs empty. No recalls.
    StaticWithBuffer,
    /// Even shares of half the supply; fixed top-ups at a fixed low-water mark, from the pool, then from the richest edge.
    Threshold,
    /// All of it by weights, once; who runs empty gets half of what the richest has (a bounded counter).
    OnDemand,
    /// All of it by forecast demand, redistributed ahead of it.
    Predictive,
    /// Nothing is kept on edges: every purchase asks the allocator.
    Central,
}

impl Policy {
    /// Every policy.
    pub const ALL: [Self; 8] = [
        Self::Adaptive,
        Self::AdaptiveOneEdge,
        Self::Static,
        Self::StaticWithBuffer,
        Self::Threshold,
        Self::OnDemand,
        Self::Predictive,
        Self::Central,
    ];

    /// Its name in configurations and reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Adaptive => "adaptive",
            Self::AdaptiveOneEdge => "adaptive-one-edge",
            Self::Static => "static",
            Self::StaticWithBuffer => "static-with-buffer",
            Self::Threshold => "threshold",
            Self::OnDemand => "on-demand",
            Self::Predictive => "predictive",
            Self::Central => "central",
        }
    }

    /// The policy of this name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|policy| policy.as_str() == name)
    }

    /// The moves that are due, in order. Grants never exceed the pool. A debt is every policy's first concern.
    pub fn moves(self, view: &SkuView) -> Vec<Move> {
        if !view.debt.is_zero() {
            return debt::moves(view);
        }
        match self {
            Self::Adaptive => adaptive::moves(view, Tail::Pool),
            Self::AdaptiveOneEdge => adaptive::moves(view, Tail::OneEdge),
            Self::Static => static_split::moves(view),
            Self::StaticWithBuffer => static_split::moves_with_buffer(view),
            Self::Threshold => threshold::moves(view),
            Self::OnDemand => on_demand::moves(view),
            Self::Predictive => predictive::moves(view),
            Self::Central => central::moves(view),
        }
    }

    /// The low-water mark of each edge of the view, in its order: a shelf at or below it needs more.
    pub fn low_water(self, view: &SkuView) -> Vec<Units> {
        let of = |edge: &EdgeView| match self {
            Self::Threshold => threshold::low_water(edge),
            Self::Predictive => predictive::low_water(edge),
            _ => Units::ZERO,
        };
        match self {
            Self::Adaptive | Self::AdaptiveOneEdge => adaptive::low_water(view),
            _ => view.edges.iter().map(of).collect(),
        }
    }

    /// Whether it looks at demand and round trips: what no policy reads is not kept.
    pub fn reads_demand(self) -> bool {
        matches!(self, Self::Adaptive | Self::AdaptiveOneEdge | Self::Predictive)
    }
}

impl fmt::Display for Policy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
