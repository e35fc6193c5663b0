//! The edge's end of the up log: entries from the watermark to the tail.

use std::collections::{BTreeMap, VecDeque};

use doorbuster_proto::{BATCH_ENTRIES_MAX, Seq, Sku, Units, UpEntry, UpTotal};

use crate::UP_BATCHES_IN_FLIGHT_MAX;

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

/// The log of one epoch.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub(crate) struct UpLog {
    entries: BTreeMap<Seq, UpRecord>,
    tail: Seq,
    /// The ledger holds the log to here.
    watermark: Seq,
    /// Sent in this session to here.
    shipped: Seq,
    /// The last numbers of the batches that this session sent and the ledger has not answered.
    unanswered: VecDeque<Seq>,
}

impl UpLog {
    pub(crate) fn recover(entries: BTreeMap<Seq, UpRecord>, watermark: Seq) -> Self {
        let tail = entries.keys().next_back().copied().unwrap_or(watermark);
        Self { entries, tail, watermark, shipped: watermark, unanswered: VecDeque::new() }
    }

    pub(crate) fn tail(&self) -> Seq {
        self.tail
    }

    pub(crate) fn watermark(&self) -> Seq {
        self.watermark
    }

    pub(crate) fn entry(&self, seq: Seq) -> Option<&UpRecord> {
        self.entries.get(&seq)
    }

    pub(crate) fn from(&self, first: Seq) -> impl Iterator<Item = (&Seq, &UpRecord)> {
        self.entries.range(first..)
    }

    /// Entries that the ledger has not taken in.
    pub(crate) fn in_flight(&self) -> u64 {
        self.tail.0 - self.watermark.0
    }

    pub(crate) fn append(&mut self, record: UpRecord) -> Seq {
        self.tail = self.tail.next();
        self.entries.insert(self.tail, record);
        self.tail
    }

    /// Moves the watermark, and hands out the entries that it newly covers.
    pub(crate) fn take_through(&mut self, watermark: Seq) -> BTreeMap<Seq, UpRecord> {
        assert!(watermark >= self.watermark && watermark <= self.tail, "a watermark lies in the log");
        let rest = self.entries.split_off(&watermark.next());
        self.watermark = watermark;
        self.shipped = self.shipped.max(watermark);
        self.unanswered.retain(|last| *last > watermark);
        std::mem::replace(&mut self.entries, rest)
    }

    /// A session resumes: everything beyond what the ledger holds is sent again.
    pub(crate) fn rewind(&mut self, up_taken: Seq) {
        self.shipped = up_taken;
        self.unanswered.clear();
    }

    /// The next batch to send, of durable entries only.
    pub(crate) fn next_batch(&mut self, durable: Seq) -> Option<(Seq, Vec<UpEntry>, Vec<UpTotal>)> {
        if self.shipped >= durable || self.unanswered.len() >= UP_BATCHES_IN_FLIGHT_MAX {
            return None;
        }
        let first = self.shipped.next();
        let mut totals = BTreeMap::new();
        let mut entries = Vec::new();
        for record in self.entries.range(first..=durable).map(|(_, record)| record).take(BATCH_ENTRIES_MAX) {
            entries.push(record.entry.clone());
            if let Some(sku) = record.sku() {
                totals.insert(sku.clone(), (record.sold, record.returned));
            }
            self.shipped = self.shipped.next();
        }
        self.unanswered.push_back(self.shipped);
        let totals = totals.into_iter().map(|(sku, (sold, returned))| UpTotal { sku, sold, returned });
        Some((first, entries, totals.collect()))
    }
}
