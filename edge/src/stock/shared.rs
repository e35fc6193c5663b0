//! What the owner publishes, and everyone else reads.

use std::sync::atomic::{AtomicBool, AtomicUsize};

use arc_swap::ArcSwap;
use doorbuster_edge_core::Edge;
use doorbuster_proto::EdgeId;
use fastbloom::AtomicBloomFilter;

use super::board::Board;
use super::figures::Figures;
use super::guidance::Guidance;
use super::meters::Meters;

/// So many orders the filter is made for; with more, it says "perhaps" more often.
const ORDERS_EXPECTED: usize = 1_000_000;
/// How often the filter says "perhaps" to an order that is not here.
const FALSE_POSITIVES: f64 = 0.01;

/// One owner's published state.
pub(super) struct Shared {
    pub(super) board: ArcSwap<Board>,
    pub(super) edge: EdgeId,
    pub(super) guidance: ArcSwap<Guidance>,
    pub(super) figures: ArcSwap<Figures>,
    /// All orders placed here, and some that were not.
    pub(super) known: AtomicBloomFilter,
    /// Purchases that the owner has not taken yet.
    pub(super) queued: AtomicUsize,
    /// Takes no more requests.
    pub(super) draining: AtomicBool,
    pub(super) meters: Meters,
}

impl Shared {
    pub(super) fn of(edge: &Edge) -> Self {
        let known = AtomicBloomFilter::with_false_pos(FALSE_POSITIVES).expected_items(ORDERS_EXPECTED);
        edge.all_orders().for_each(|order| {
            known.insert(&order.id.0);
        });
        Self {
            edge: edge.name().clone(),
            board: ArcSwap::default(),
            guidance: ArcSwap::default(),
            figures: ArcSwap::from_pointee(Figures::of(edge)),
            known,
            queued: AtomicUsize::new(0),
            draining: AtomicBool::new(false),
            meters: Meters::default(),
        }
    }
}
