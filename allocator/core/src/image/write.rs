//! One mutation of the store, as data.

use doorbuster_proto::{Commit, DownEntry, EdgeId, Epoch, OrderId, Seq, Sku, Term, Units, Verdict};

use crate::{Account, EpochHead, JournalRecord, LedgerOrder, Sale, Total};

/// One row put, or a range of rows deleted. Puts hold absolute values: applied twice, they change nothing.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Write {
    /// The term that was taken.
    Term(Term),
    /// The commit that this batch is.
    Commit(Commit),
    /// Whether the ledger came from a backup, and waits for every edge.
    Restored(bool),
    /// A sale, by its id.
    Sale(Sale),
    /// A SKU is halted, for good.
    Halted {
        /// Which SKU.
        sku: Sku,
        /// Why.
        reason: String,
    },
    /// What is still out of a SKU beyond supply and budget, by SKU. Zero: the row may go.
    Debt {
        /// Of what.
        sku: Sku,
        /// How many.
        units: Units,
    },
    /// An account's balance, by (SKU, account). Zero: the row may go.
    Account {
        /// Of what.
        sku: Sku,
        /// Which account.
        account: Account,
        /// What it holds.
        units: Units,
    },
    /// An epoch's numbers, by (edge, epoch).
    Epoch {
        /// Whose.
        edge: EdgeId,
        /// Which.
        epoch: Epoch,
        /// The numbers.
        head: EpochHead,
    },
    /// An epoch's totals of one SKU, by (edge, epoch, SKU).
    Total {
        /// Whose.
        edge: EdgeId,
        /// Which epoch.
        epoch: Epoch,
        /// Of what.
        sku: Sku,
        /// The totals.
        total: Total,
    },
    /// An entry of the down log, by (edge, epoch, number).
    Down {
        /// Whose.
        edge: EdgeId,
        /// Which epoch.
        epoch: Epoch,
        /// Its number.
        seq: Seq,
        /// The entry.
        entry: DownEntry,
    },
    /// Entries of the down log, up to a number, go.
    DownTrimmed {
        /// Whose.
        edge: EdgeId,
        /// Which epoch.
        epoch: Epoch,
        /// The first that there is: those before it went earlier. So no two trims overlap, which a store that deletes by
        /// ranges may count on.
        first: Seq,
        /// The last number to go.
        through: Seq,
    },
    /// Orders of one up batch, by (edge, epoch, number of its last entry).
    OrdersTaken(OrdersTaken),
    /// An order that has changed since it was taken in, or whose id another had before, by its id.
    Order(LedgerOrder),
    /// The verdicts of one up batch, by (edge, epoch, number of its last entry).
    Verdicts {
        /// Whose.
        edge: EdgeId,
        /// Which epoch.
        epoch: Epoch,
        /// The number of the batch's last entry.
        last: Seq,
        /// The verdicts, in log order.
        verdicts: Vec<Judged>,
    },
    /// Verdicts of batches that end at a number or before it go.
    VerdictsTrimmed {
        /// Whose.
        edge: EdgeId,
        /// Which epoch.
        epoch: Epoch,
        /// The first that there is: those before it went earlier. So no two trims overlap, which a store that deletes by
        /// ranges may count on.
        first: Seq,
        /// The last number to go.
        through: Seq,
    },
    /// A record of the journal, by (commit, index). Appended, never read back by the core.
    Journal(JournalRecord),
}

/// The orders of one up batch, as they were taken in. Each is the first of its id: what becomes of it is [`Write::Order`].
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct OrdersTaken {
    /// The edge that placed them.
    pub edge: EdgeId,
    /// In which of its epochs.
    pub epoch: Epoch,
    /// The number of the batch's last entry.
    pub last: Seq,
    /// The orders, in log order.
    pub orders: Vec<LedgerOrder>,
}

/// The verdict of one order entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Judged {
    /// The entry's number.
    pub seq: Seq,
    /// The order.
    pub order: OrderId,
    /// The verdict.
    pub verdict: Verdict,
    /// Whether the order that the verdict speaks of stands, and is covered by the oversell budget alone.
    pub backorder: bool,
}

impl Write {
    pub(crate) fn total_sku(&self) -> Option<&Sku> {
        match self {
            Self::Total { sku, .. } => Some(sku),
            _ => None,
        }
    }
}
