//! An order as the ledger keeps it.

use doorbuster_proto::{
    EdgeId, Epoch, IdempotencyKey, OrderId, OrderPlaced, OrderState, Seq, ShopperId, Sku, Timestamp, Units,
};

/// One order. The names of edges and items share their text with the rest of the ledger: a million orders fit in memory.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct LedgerOrder {
    /// The hash of (sale, shopper, key).
    pub id: OrderId,
    /// What was bought.
    pub sku: Sku,
    /// By whom.
    pub shopper: ShopperId,
    /// The shopper's key.
    pub key: IdempotencyKey,
    /// How many.
    pub units: Units,
    /// When, by the edge's clock.
    pub at: Timestamp,
    /// The edge that placed it.
    pub edge: EdgeId,
    /// In which of its epochs.
    pub epoch: Epoch,
    /// The entry of that epoch's up log.
    pub seq: Seq,
    /// What has become of it; `None` while its SKU is halted and it has no verdict.
    pub state: Option<OrderState>,
    /// Why it came to nothing, where it did.
    pub reason: Option<CancelReason>,
    /// Whether more units were sold than there are when it was taken in, its own included: the oversell budget alone covers
    /// it.
    pub backorder: bool,
}

/// Why an order came to nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CancelReason {
    /// The shopper would have more than the limit.
    OverLimit,
    /// The fenced epoch's quarantine was used up. Does not consume the order's id.
    NoUnit,
    /// The ledger knows no such SKU.
    UnknownSku,
    /// An operator cancelled it.
    Operator,
}

impl CancelReason {
    /// The reason in a word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::OverLimit => "over-limit",
            Self::NoUnit => "no-unit",
            Self::UnknownSku => "unknown-sku",
            Self::Operator => "operator",
        }
    }
}

impl LedgerOrder {
    /// Whether its units are the shopper's.
    pub fn is_valid(&self) -> bool {
        self.state.is_some_and(OrderState::is_valid)
    }

    /// Whether its shopper waits for units that are yet to come.
    pub fn is_on_backorder(&self) -> bool {
        self.backorder && self.is_valid()
    }

    /// Whether it was judged and holds nothing.
    pub fn is_cancelled(&self) -> bool {
        self.state.is_some_and(|state| !state.is_valid())
    }

    /// Whether the same (sale, shopper, key) again would be a repeat of it.
    pub fn consumes_id(&self) -> bool {
        self.reason != Some(CancelReason::NoUnit)
    }

    pub(crate) fn of(placed: OrderPlaced, edge: &EdgeId, epoch: Epoch, seq: Seq) -> Self {
        let OrderPlaced { order, key, sku, shopper, units, at } = placed;
        let (edge, state, reason, backorder) = (edge.clone(), None, None, false);
        Self { id: order, sku, shopper, key, units, at, edge, epoch, seq, state, reason, backorder }
    }

    pub(crate) fn judged(mut self, state: OrderState, reason: Option<CancelReason>) -> Self {
        self.state = Some(state);
        self.reason = reason;
        self
    }
}
