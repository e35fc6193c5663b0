//! The journal: every command of the ledger, with who and why.

use doorbuster_proto::{Commit, Sku, Timestamp, Units};

use crate::Account;

/// Units that went from one account to another.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Transfer {
    /// Of what.
    pub sku: Sku,
    /// From where.
    pub from: Account,
    /// To where.
    pub to: Account,
    /// How many.
    pub units: Units,
}

/// One command. Written once, never changed, never read back by the core.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct JournalRecord {
    /// The commit that it belongs to.
    pub commit: Commit,
    /// Its place in that commit, from 0.
    pub index: u32,
    /// When.
    pub at: Timestamp,
    /// Who: an edge and its epoch, the operator, the policy, the clock.
    pub who: String,
    /// Why: the log entries, the request, the evidence.
    pub why: String,
    /// What it moved: one for each SKU and pair of accounts. The orders behind it are rows of their own.
    pub transfers: Vec<Transfer>,
}
