//! The up log: what an edge tells the ledger, once and in order.

use crate::{IdempotencyKey, OrderId, Seq, ShopperId, Sku, Timestamp, Units, Verdict};

/// An entry of the up log.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum UpEntry {
    /// Units left the shelf for a shopper.
    OrderPlaced(OrderPlaced),
    /// Units left the shelf for the pool.
    StockReturned {
        /// Of what.
        sku: Sku,
        /// How many, at least one.
        units: Units,
    },
    /// The edge sells nothing of this epoch any more: nothing follows.
    EpochClosed,
}

impl UpEntry {
    /// The order, where one was placed.
    pub fn order_placed(&self) -> Option<&OrderPlaced> {
        match self {
            Self::OrderPlaced(placed) => Some(placed),
            Self::StockReturned { .. } | Self::EpochClosed => None,
        }
    }
}

/// An order as its edge placed it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct OrderPlaced {
    /// The hash of (sale, shopper, key).
    pub order: OrderId,
    /// The shopper's key.
    pub key: IdempotencyKey,
    /// What was bought.
    pub sku: Sku,
    /// By whom.
    pub shopper: ShopperId,
    /// How many, at least one.
    pub units: Units,
    /// When, by the edge's clock.
    pub at: Timestamp,
}

/// One SKU's cumulative totals, from the epoch's start to a batch's last entry.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct UpTotal {
    /// Of what.
    pub sku: Sku,
    /// Units in `OrderPlaced`.
    pub sold: Units,
    /// Units in `StockReturned`.
    pub returned: Units,
}

/// Entries of the up log, without gaps.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct UpBatch {
    /// The number of the first entry.
    pub first: Seq,
    /// The entries, at most [`BATCH_ENTRIES_MAX`](crate::BATCH_ENTRIES_MAX).
    pub entries: Vec<UpEntry>,
    /// Totals at the last entry, of the SKUs that the entries touch.
    pub totals: Vec<UpTotal>,
    /// Up to here the edge has durably applied the verdicts; the ledger need not keep them.
    pub verdicts_taken: Seq,
    /// The tail of a fenced epoch: gives no credit.
    pub tail: bool,
}

/// One order's verdict, by the number of its entry.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct OrderVerdict {
    /// The entry.
    pub seq: Seq,
    /// The verdict.
    pub verdict: Verdict,
    /// Whether the order stands beyond the supply: its units are yet to come.
    pub backorder: bool,
}

/// The ledger's answer to a batch: the watermark, and the verdicts that the edge does not have yet.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct UpTaken {
    /// The ledger holds the log to here, durably.
    pub watermark: Seq,
    /// Verdicts of orders up to the watermark, in log order.
    pub verdicts: Vec<OrderVerdict>,
    /// Whether this is the mark of a tail, which gives no credit.
    pub tail: bool,
}
