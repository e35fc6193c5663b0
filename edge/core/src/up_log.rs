//! The edge's end of the up log: entries from the watermark to the tail.

use std::collections::{BTreeMap, VecDeque};

use doorbuster_proto::{BATCH_ENTRIES_MAX, LogDigest, LogMark, Seq, Sku, Units, UpEntry, UpTotal};

use crate::UP_BATCHES_IN_FLIGHT_MAX;
use crate::orders::{Orders, Slot};

/// An entry, with its SKU's totals from the epoch's start to here.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct UpRecord {
    /// The entry.
    pub entry: UpEntry,
    /// Units of this SKU in orders placed, this one included.
    pub sold: Units,
    /// Units of this SKU given back, these included.
    pub returned: Units,
}

impl UpRecord {
    /// What the entry touches.
    pub fn sku(&self) -> Option<&Sku> {
        match &self.entry {
            UpEntry::OrderPlaced(order) => Some(&order.sku),
            UpEntry::StockReturned { sku, .. } => Some(sku),
            UpEntry::EpochClosed => None,
        }
    }
}

/// An entry as it is kept: an order's content is the order's.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Logged {
    pub(crate) entry: LoggedEntry,
    pub(crate) sold: Units,
    pub(crate) returned: Units,
    /// Of the log to here.
    pub(crate) digest: LogDigest,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum LoggedEntry {
    Placed(Slot),
    Returned { sku: Sku, units: Units },
    Closed,
}

impl Logged {
    pub(crate) fn order(&self) -> Option<Slot> {
        if let LoggedEntry::Placed(slot) = self.entry { Some(slot) } else { None }
    }

    fn sku<'a>(&'a self, orders: &'a Orders) -> Option<&'a Sku> {
        match &self.entry {
            LoggedEntry::Placed(slot) => Some(&orders.at(*slot).sku),
            LoggedEntry::Returned { sku, .. } => Some(sku),
            LoggedEntry::Closed => None,
        }
    }

    fn entry(&self, orders: &Orders) -> UpEntry {
        match &self.entry {
            LoggedEntry::Placed(slot) => UpEntry::OrderPlaced(orders.at(*slot).placed()),
            LoggedEntry::Returned { sku, units } => UpEntry::StockReturned { sku: sku.clone(), units: *units },
            LoggedEntry::Closed => UpEntry::EpochClosed,
        }
    }

    /// The entry as it goes to the disk.
    pub(crate) fn record(&self, orders: &Orders) -> UpRecord {
        UpRecord { entry: self.entry(orders), sold: self.sold, returned: self.returned }
    }
}

/// The log of one epoch.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub(crate) struct UpLog {
    /// Those beyond the watermark, without gaps.
    entries: VecDeque<Logged>,
    /// The ledger holds the log to here.
    watermark: LogMark,
    /// Sent in this session to here.
    shipped: Seq,
    /// The last numbers of the batches that this session sent and the ledger has not answered.
    unanswered: VecDeque<Seq>,
}

impl UpLog {
    pub(crate) fn recover(entries: VecDeque<Logged>, watermark: LogMark) -> Self {
        Self { entries, watermark, shipped: watermark.seq, unanswered: VecDeque::new() }
    }

    pub(crate) fn tail(&self) -> Seq {
        Seq(self.watermark.seq.0 + self.in_flight())
    }

    /// Sent in this session to here.
    pub(crate) fn shipped(&self) -> Seq {
        self.shipped
    }

    pub(crate) fn watermark(&self) -> Seq {
        self.watermark.seq
    }

    /// The digest of the log to its tail.
    pub(crate) fn digest(&self) -> LogDigest {
        self.entries.back().map_or(self.watermark.digest, |last| last.digest)
    }

    /// Whether this log has that mark: at its watermark, or beyond.
    pub(crate) fn has_mark(&self, mark: LogMark) -> bool {
        mark == self.watermark || self.entry(mark.seq).is_some_and(|entry| entry.digest == mark.digest)
    }

    pub(crate) fn entry(&self, seq: Seq) -> Option<&Logged> {
        self.entries.get(self.index(seq)?)
    }

    /// The entries from `first` on, which is beyond the watermark.
    pub(crate) fn from(&self, first: Seq) -> impl Iterator<Item = (Seq, &Logged)> {
        let at = self.index(first).expect("it is beyond the watermark").min(self.entries.len());
        (first.0..).map(Seq).zip(self.entries.range(at..))
    }

    /// Entries that the ledger has not taken in.
    pub(crate) fn in_flight(&self) -> u64 {
        self.entries.len() as u64
    }

    /// `digest` is that of the log with this entry.
    pub(crate) fn append(&mut self, entry: LoggedEntry, digest: LogDigest, sold: Units, returned: Units) -> Seq {
        self.entries.push_back(Logged { entry, sold, returned, digest });
        self.tail()
    }

    /// Moves the watermark, and hands out the entries that it newly covers.
    pub(crate) fn take_through(&mut self, watermark: Seq) -> Vec<Logged> {
        assert!(watermark >= self.watermark.seq && watermark <= self.tail(), "a watermark lies in the log");
        let covered = self.index(watermark.next()).expect("it is beyond the watermark before");
        let digest = covered.checked_sub(1).map_or(self.watermark.digest, |last| self.entries[last].digest);
        self.watermark = LogMark { seq: watermark, digest };
        self.shipped = self.shipped.max(watermark);
        self.unanswered.retain(|last| *last > watermark);
        self.entries.drain(..covered).collect()
    }

    /// A session resumes: everything beyond what the ledger holds is sent again.
    pub(crate) fn rewind(&mut self, up_taken: Seq) {
        self.shipped = up_taken;
        self.unanswered.clear();
    }

    /// The next batch to send, of durable entries only.
    pub(crate) fn next_batch(&mut self, durable: Seq, orders: &Orders) -> Option<(Seq, Vec<UpEntry>, Vec<UpTotal>)> {
        if self.shipped >= durable || self.unanswered.len() >= UP_BATCHES_IN_FLIGHT_MAX {
            return None;
        }
        let first = self.shipped.next();
        let count = usize::try_from(durable.0 - self.shipped.0).unwrap_or(usize::MAX).min(BATCH_ENTRIES_MAX);
        let mut totals: BTreeMap<&Sku, (Units, Units)> = BTreeMap::new();
        let mut entries = Vec::with_capacity(count);
        for (_, logged) in self.from(first).take(count) {
            entries.push(logged.entry(orders));
            if let Some(sku) = logged.sku(orders) {
                totals.insert(sku, (logged.sold, logged.returned));
            }
        }
        let totals = totals.into_iter().map(|(sku, (sold, returned))| UpTotal { sku: sku.clone(), sold, returned });
        let totals = totals.collect();
        self.shipped = Seq(self.shipped.0 + entries.len() as u64);
        self.unanswered.push_back(self.shipped);
        Some((first, entries, totals))
    }

    /// Where an entry is; `None` where the watermark covers it.
    fn index(&self, seq: Seq) -> Option<usize> {
        usize::try_from(seq.0.checked_sub(self.watermark.seq.next().0)?).ok()
    }
}
