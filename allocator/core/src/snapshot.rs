//! The ledger as the console shows it. The field names are the console's contract.

use doorbuster_proto::{EdgeId, SaleId, SkuCode, Units};
use serde::Serialize;

/// Everything that the console shows, at one moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Snapshot {
    /// The moment.
    pub now_ms: u64,
    /// The allocator's term.
    pub term: u64,
    /// The ledger's commit.
    pub commit: u64,
    /// Edges that must speak before grants flow.
    pub waiting_for: Vec<EdgeId>,
    /// Every edge.
    pub edges: Vec<EdgeSnapshot>,
    /// Every sale.
    pub sales: Vec<SaleSnapshot>,
    /// The last alerts, oldest first.
    pub alerts: Vec<AlertSnapshot>,
}

/// One edge.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EdgeSnapshot {
    /// The edge.
    pub id: EdgeId,
    /// How it stands.
    pub state: EdgeState,
    /// Its last epoch; `None` before the first.
    pub epoch: Option<u64>,
    /// Milliseconds since it was last heard in this term.
    pub last_heard_ms_ago: Option<u64>,
    /// Orders that it placed.
    pub orders: u64,
    /// What its fenced epochs have in quarantine.
    pub quarantine: Vec<QuarantineSnapshot>,
}

/// What one fenced epoch has in quarantine, over all SKUs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct QuarantineSnapshot {
    /// The epoch.
    pub epoch: u64,
    /// Units of every SKU.
    pub units: Units,
}

/// How an edge stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum EdgeState {
    /// It has no confirmed epoch yet.
    New,
    /// It speaks.
    Live,
    /// It has a live epoch, but is silent.
    Away,
    /// Its last epoch is fenced, or closed.
    Fenced,
    /// Its last hello was refused.
    Refused,
}

/// One sale.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SaleSnapshot {
    /// The sale.
    pub id: SaleId,
    /// Its title.
    pub title: String,
    /// How far it has come.
    pub state: SaleState,
    /// First moment at which it sells.
    pub starts_at_ms: u64,
    /// First moment at which it sells no more.
    pub ends_at_ms: u64,
    /// Units per shopper.
    pub limit: Units,
    /// Credit W.
    pub credit: Units,
    /// Its items.
    pub skus: Vec<SkuSnapshot>,
}

/// How far a sale has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum SaleState {
    /// Not yet begun.
    Planned,
    /// Selling.
    Open,
    /// Over; units come back.
    Closed,
    /// Over, and live escrow and quarantine are zero.
    Settled,
}

/// One item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SkuSnapshot {
    /// Its code.
    pub sku: SkuCode,
    /// Its name.
    pub name: String,
    /// Units that there are.
    pub supply: Units,
    /// Units that may be sold beyond them.
    pub budget: Units,
    /// Units out beyond both, since they were lowered, that are to come back.
    pub debt: Units,
    /// Units out beyond both that were sold instead, or given up: cancellations bring them back.
    pub oversold: Units,
    /// Units that the allocator holds.
    pub pool: Units,
    /// Units that edges hold.
    pub escrow: Vec<EscrowSnapshot>,
    /// Units of valid orders.
    pub sold: Units,
    /// Units that live epochs may have sold and acknowledged beyond the ledger's knowledge.
    pub at_risk: Units,
    /// Units that fenced epochs may have sold.
    pub quarantine: Units,
    /// Units given up.
    pub written_off: Units,
    /// Whether pool and all live escrow are zero.
    pub sold_out: bool,
    /// Why nothing of it moves, where nothing does.
    pub halted: Option<String>,
    /// Orders taken in.
    pub orders: u64,
    /// Of them, cancelled.
    pub cancelled: u64,
}

/// What one epoch holds of one SKU.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EscrowSnapshot {
    /// The edge.
    pub edge: EdgeId,
    /// Its epoch.
    pub epoch: u64,
    /// The units.
    pub units: Units,
}

/// One alert.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AlertSnapshot {
    /// When.
    pub at_ms: u64,
    /// What happened.
    pub text: String,
}
