//! What an operator may ask, and the answers.

use doorbuster_proto::{EdgeId, Epoch, OrderId, SaleId, SiteVersion, Sku, SkuCode, Units};

use crate::{Change, ITEMS_MAX, SALES_MAX, SaleDefinition};

/// The shell's name for one request of an operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RequestId(pub u64);

/// A request of an operator.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Operator {
    /// Put a sale into the ledger and on the edges. The same definition again changes nothing; of a sale that sells, some of
    /// it may change.
    Publish(SaleDefinition),
    /// The same of a sale whose pages have changed, whatever else has.
    Republish(SaleDefinition),
    /// Set an item's supply, its oversell budget, or both, while it sells.
    SetSupply {
        /// Which item.
        sku: Sku,
        /// Units that there are; `None` leaves it as it is.
        supply: Option<Units>,
        /// Units that may be sold beyond them; `None` leaves it as it is.
        budget: Option<Units>,
    },
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
        /// What is not as it was, where the sale sold already.
        changes: Vec<Change>,
    },
    /// The item's supply and budget are these.
    SupplySet {
        /// Units that there are.
        supply: Units,
        /// Units that may be sold beyond them.
        budget: Units,
        /// Units that are to come back from edges.
        debt: Units,
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
    /// Another sale has this id, which does not sell any more.
    #[error("sale {sale} is known with another content, and is over")]
    SaleKnown {
        /// The sale.
        sale: SaleId,
    },
    /// Promises of a sale that sells would change.
    #[error("sale {sale} is on: {}", listed(.differences))]
    MayNotChange {
        /// The sale.
        sale: SaleId,
        /// What would change.
        differences: Vec<Difference>,
    },
    /// The sale sells nothing of that name.
    #[error("sale {} sells no {}", sku.sale, sku.code)]
    UnknownSku {
        /// What it does not sell.
        sku: Sku,
    },
    /// The sale is over.
    #[error("sale {sale} is over")]
    Over {
        /// The sale.
        sale: SaleId,
    },
    /// Fewer units than nobody can take back.
    #[error(
        "SKU {sku}: expected supply and budget of at least {} in all ({sold} sold, {quarantine} in quarantine, \
         {written_off} written off), found {found}",
        sold.plus(*quarantine).plus(*written_off)
    )]
    BelowSold {
        /// The SKU.
        sku: Sku,
        /// Units sold.
        sold: Units,
        /// Units that fenced epochs may have sold.
        quarantine: Units,
        /// Units given up.
        written_off: Units,
        /// What supply and budget would be.
        found: Units,
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

/// Something that may not change while a sale sells.
#[derive(Debug, Clone, PartialEq, Eq, Hash, thiserror::Error)]
#[error("{path}: expected {expected}, found {found}")]
pub struct Difference {
    /// Where in the sale.
    pub path: String,
    /// As it is.
    pub expected: String,
    /// As it would be.
    pub found: String,
}

fn listed(differences: &[Difference]) -> String {
    differences.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}

fn names(edges: &[EdgeId]) -> String {
    edges.iter().map(EdgeId::as_str).collect::<Vec<_>>().join(", ")
}
