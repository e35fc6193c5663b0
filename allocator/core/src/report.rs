//! The report of one sale: where every unit is.

use doorbuster_proto::{SaleId, SkuCode, Units};
use serde::Serialize;

use crate::SaleState;

/// One sale's balance sheet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Report {
    /// The sale.
    pub sale: SaleId,
    /// Its title.
    pub title: String,
    /// How far it has come: a report reads no clock, so a sale that has not closed is "open".
    pub state: SaleState,
    /// Its items.
    pub skus: Vec<SkuReport>,
    /// Whether the accounts of every item add up to its supply, its budget, and what is out beyond them.
    pub balanced: bool,
}

/// One item's balance sheet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SkuReport {
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
    pub escrow: Units,
    /// Units of valid orders.
    pub sold: Units,
    /// Units that fenced epochs may have sold.
    pub quarantine: Units,
    /// Units given up.
    pub written_off: Units,
}
