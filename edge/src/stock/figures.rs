//! The balances, as operators and metrics read them.

use std::collections::BTreeMap;

use doorbuster_edge_core::{Edge, SessionState, Shelf};
use doorbuster_proto::{Epoch, Sku, Term};

/// One moment of the stock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Figures {
    /// What the session with the allocator allows.
    pub session: SessionState,
    /// The epoch of the stock.
    pub epoch: Option<Epoch>,
    /// The highest term seen.
    pub term: Option<Term>,
    /// The stock, per SKU.
    pub balances: BTreeMap<Sku, Shelf>,
    /// Entries of the up log that the ledger has not taken in.
    pub up_in_flight: u64,
    /// Whether the disk has room for more orders.
    pub has_room: bool,
}

impl Figures {
    pub(super) fn of(edge: &Edge) -> Self {
        Self {
            session: edge.session_state(),
            epoch: edge.meta().epoch,
            term: edge.meta().led_by.map(|(term, _)| term),
            balances: edge.balances().map(|(sku, shelf)| (sku.clone(), shelf.clone())).collect(),
            up_in_flight: edge.up_in_flight(),
            has_room: edge.has_room(),
        }
    }
}
