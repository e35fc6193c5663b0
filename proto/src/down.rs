//! The down log: what the allocator tells an edge, once and in order.

use crate::{OrderId, OrderState, SaleId, Seq, Sku, Units};

/// An entry of the down log.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum DownEntry {
    /// Units from the pool for the shelf.
    Grant {
        /// Of what.
        sku: Sku,
        /// How many, at least one.
        units: Units,
    },
    /// The ledger changed an order's state after its verdict. Moves no stock on the edge.
    OrderState {
        /// Which order.
        order: OrderId,
        /// Its state now.
        state: OrderState,
        /// Whether it stands beyond the supply: its units are yet to come.
        backorder: bool,
    },
    /// The sale is over: return what is left.
    SaleClosed {
        /// Which sale.
        sale: SaleId,
    },
}

/// One SKU's cumulative total, from the epoch's start to a batch's last entry.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct DownTotal {
    /// Of what.
    pub sku: Sku,
    /// Units granted.
    pub granted: Units,
}

/// Entries of the down log, without gaps.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct DownBatch {
    /// The number of the first entry.
    pub first: Seq,
    /// The entries, at most [`BATCH_ENTRIES_MAX`](crate::BATCH_ENTRIES_MAX).
    pub entries: Vec<DownEntry>,
    /// Totals at the last entry, of the SKUs that the entries touch.
    pub totals: Vec<DownTotal>,
}
