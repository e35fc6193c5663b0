//! What an operator may ask, and the answers.

use doorbuster_proto::{EdgeId, Epoch, OrderId, SaleId, SiteVersion, Sku, SkuCode, Units};

use crate::{ITEMS_MAX, SALES_MAX, SaleDefinition};

/// The shell's name for one request of an operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RequestId(pub u64);

/// A request of an operator.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Operator {
    /// Put a sale into the ledger and on the edges. The same definition again changes nothing.
    Publish(SaleDefinition),
    /// End a sale now.
    Close {
        /// Which sale.
        sale: SaleId,
    },
    /// Fence an edge's epoch.
    Evict {
        /// Which edge.
        edge: EdgeId,
    },
    /// Give up the quarantine of a fenced epoch.
    WriteOff {
        /// Which edge.
        edge: EdgeId,
        /// Which of its epochs.
        epoch: Epoch,
    },
    /// Grant and evict although not every edge has spoken in this term.
    ResumeGrants,
    /// Cancel an order; its units go to the pool.
    CancelOrder {
        /// Which order.
        order: OrderId,
    },
}

/// What a request did.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// It was so already.
    Unchanged,
    /// The sale is in the ledger.
    Published {
        /// The version of the site that shows it.
        site: SiteVersion,
    },
    /// The sale is closed.
    Closed,
    /// The epoch is fenced.
    Evicted {
        /// Which epoch.
        epoch: Epoch,
        /// Units that went to the pool at once.
        reclaimed: Units,
        /// Units that the edge may have sold.
        quarantined: Units,
    },
    /// The quarantine is written off.
    WrittenOff {
        /// Units given up; at most so many orders are concerned.
        units: Units,
    },
    /// Grants flow.
    Resumed,
    /// The order is cancelled.
    Cancelled,
}

/// Why a request was refused.
#[derive(Debug, Clone, PartialEq, Eq, Hash, thiserror::Error)]
pub enum Refusal {
    /// Another sale has this id.
    #[error("sale {sale} is known with another content")]
    SaleKnown {
        /// The sale.
        sale: SaleId,
    },
    /// A code belongs to one unsettled sale at a time.
    #[error("SKU {code} belongs to sale {sale}, which is not settled")]
    SkuTaken {
        /// The code.
        code: SkuCode,
        /// The sale that has it.
        sale: SaleId,
    },
    /// A placement names edges that the configuration does not.
    #[error("the configuration has no edge {}", names(.edges))]
    UnknownEdges {
        /// The edges.
        edges: Vec<EdgeId>,
    },
    /// The sale's end is past.
    #[error("sale {sale} would be over already")]
    AlreadyOver {
        /// The sale.
        sale: SaleId,
    },
    /// The ledger keeps at most so many sales that are not settled.
    #[error("at most {SALES_MAX} sales may be unsettled")]
    TooManySales,
    /// A sale has at most so many items.
    #[error("a sale has at most {ITEMS_MAX} items")]
    TooManyItems,
    /// No such sale.
    #[error("no sale {sale}")]
    UnknownSale {
        /// The sale.
        sale: SaleId,
    },
    /// No such edge.
    #[error("no edge {edge}")]
    UnknownEdge {
        /// The edge.
        edge: EdgeId,
    },
    /// The edge holds nothing that could be taken from it.
    #[error("edge {edge} has no live epoch")]
    NoLiveEpoch {
        /// The edge.
        edge: EdgeId,
    },
    /// The edge has no such epoch.
    #[error("edge {edge} has no epoch {epoch}")]
    UnknownEpoch {
        /// The edge.
        edge: EdgeId,
        /// The epoch.
        epoch: Epoch,
    },
    /// Only a fenced epoch has a quarantine; and one that is closed, of halted SKUs.
    #[error("epoch {epoch} of edge {edge} is not fenced, or is closed and has nothing in quarantine")]
    NotFenced {
        /// The edge.
        edge: EdgeId,
        /// The epoch.
        epoch: Epoch,
    },
    /// The term is new, and not every edge has spoken in it.
    #[error("waiting for {}: resume grants first, or let them say hello", names(.edges))]
    Waiting {
        /// The edges that have not spoken.
        edges: Vec<EdgeId>,
    },
    /// No such order.
    #[error("no order {order}")]
    UnknownOrder {
        /// The order.
        order: OrderId,
    },
    /// The order holds no units.
    #[error("order {order} holds no units")]
    NotCancellable {
        /// The order.
        order: OrderId,
    },
    /// The SKU is halted: nothing of it moves.
    #[error("SKU {sku} is halted")]
    Halted {
        /// The SKU.
        sku: Sku,
    },
}

fn names(edges: &[EdgeId]) -> String {
    edges.iter().map(EdgeId::as_str).collect::<Vec<_>>().join(", ")
}
