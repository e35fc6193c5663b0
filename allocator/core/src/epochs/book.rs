//! One epoch of one edge, as the ledger keeps it.

use std::collections::BTreeMap;

use doorbuster_proto::{DiskId, DownBatch, DownEntry, DownTotal, LogDigest, LogMark, OrderVerdict, Seq, Sku, Units};

use crate::Judged;

/// One life of an edge's escrow.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Book {
    /// Its numbers.
    pub head: EpochHead,
    /// Both logs' cumulative totals.
    pub totals: BTreeMap<Sku, Total>,
    /// Entries of the down log that the edge has not confirmed.
    pub down: BTreeMap<Seq, DownEntry>,
    /// Verdicts that the edge has not confirmed, by the last entry of the batch that they belong to.
    pub verdicts: BTreeMap<Seq, Vec<Judged>>,
}

/// The numbers of an epoch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct EpochHead {
    /// The store that holds it.
    pub disk: DiskId,
    /// How far it has come.
    pub phase: Phase,
    /// Whether the edge ever said that it stored it.
    pub confirmed: bool,
    /// Whether an operator gave up what it had in quarantine.
    pub written_off: bool,
    /// The ledger holds the up log to here.
    pub up_taken: Seq,
    /// The digest of the up log to there.
    pub up_digest: LogDigest,
    /// The edge holds the verdicts to here, durably.
    pub verdicts_taken: Seq,
    /// Last entry of the down log.
    pub down_tail: Seq,
    /// The edge holds the down log to here, durably.
    pub down_taken: Seq,
}

/// How far an epoch has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Phase {
    /// The edge was told to store it; nothing is granted before it has.
    Offered,
    /// It may be granted to, and sells.
    Live,
    /// It gives no credit any more; its tail is awaited.
    Fenced,
    /// Its tail is taken in.
    Closed,
    /// Closed, and another disk has taken the edge's place.
    Retired,
}

/// One SKU's totals over both logs of an epoch, from its start.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Total {
    /// Units granted.
    pub granted: Units,
    /// The last grant's units.
    pub last_grant: Units,
    /// Units in `OrderPlaced`.
    pub sold: Units,
    /// Units in `StockReturned`.
    pub returned: Units,
}

impl Total {
    /// Units granted that were not sold or given back, as far as the ledger has heard.
    pub fn stock(&self) -> Units {
        self.granted.saturating_sub(self.sold).saturating_sub(self.returned)
    }
}

impl EpochHead {
    /// Where the ledger's end of the up log is.
    pub fn up_mark(&self) -> LogMark {
        LogMark { seq: self.up_taken, digest: self.up_digest }
    }
}

impl Phase {
    /// Whether it may still hold escrow.
    pub fn is_unfenced(self) -> bool {
        matches!(self, Self::Offered | Self::Live)
    }
}

impl Book {
    /// An epoch that was just offered to a disk.
    pub fn offered(disk: DiskId) -> Self {
        let zero = Seq(0);
        let head = EpochHead {
            disk,
            phase: Phase::Offered,
            confirmed: false,
            written_off: false,
            up_taken: zero,
            up_digest: LogDigest::default(),
            verdicts_taken: zero,
            down_tail: zero,
            down_taken: zero,
        };
        Self::new(head)
    }

    /// An epoch with these numbers, and nothing in its logs.
    pub fn new(head: EpochHead) -> Self {
        Self { head, totals: BTreeMap::new(), down: BTreeMap::new(), verdicts: BTreeMap::new() }
    }

    /// The SKU's totals.
    pub fn total(&self, sku: &Sku) -> Total {
        self.totals.get(sku).copied().unwrap_or_default()
    }

    /// Verdicts of entries after `from`, in log order.
    pub(crate) fn verdicts_after(&self, from: Seq) -> Vec<OrderVerdict> {
        let rows = self.verdicts.range(from.next()..).flat_map(|(_, row)| row);
        rows.filter(|judged| judged.seq > from)
            .map(|judged| OrderVerdict { seq: judged.seq, verdict: judged.verdict, backorder: judged.backorder })
            .collect()
    }

    /// The next entries after `sent`, at most `entries_max`, with the totals at the last of them.
    pub(crate) fn down_batch(&self, sent: Seq, entries_max: usize) -> Option<DownBatch> {
        let first = sent.next();
        let entries: Vec<_> = self.down.range(first..).take(entries_max).map(|(_, entry)| entry.clone()).collect();
        let last = Seq(sent.0 + entries.len() as u64);
        (!entries.is_empty()).then(|| DownBatch { first, totals: self.down_totals(&entries, last), entries })
    }

    fn down_totals(&self, entries: &[DownEntry], last: Seq) -> Vec<DownTotal> {
        let mut granted: BTreeMap<&Sku, Units> = BTreeMap::new();
        for (sku, _) in entries.iter().filter_map(grant) {
            granted.insert(sku, self.total(sku).granted);
        }
        for (sku, units) in self.down.range(last.next()..).filter_map(|(_, entry)| grant(entry)) {
            if let Some(total) = granted.get_mut(sku) {
                *total = total.minus(units);
            }
        }
        granted.into_iter().map(|(sku, granted)| DownTotal { sku: sku.clone(), granted }).collect()
    }

    /// What the grants on their way, to this entry, are of.
    pub(crate) fn granted_through(&self, through: Seq) -> impl Iterator<Item = &Sku> {
        self.down.range(..=through).filter_map(|(_, entry)| grant(entry)).map(|(sku, _)| sku)
    }

    /// Units of this SKU in grants that the edge has not confirmed.
    pub(crate) fn in_flight(&self, sku: &Sku) -> Units {
        self.down.values().filter_map(grant).filter(|(granted, _)| *granted == sku).map(|(_, units)| units).sum()
    }
}

fn grant(entry: &DownEntry) -> Option<(&Sku, Units)> {
    match entry {
        DownEntry::Grant { sku, units } => Some((sku, *units)),
        DownEntry::OrderState { .. } | DownEntry::SaleClosed { .. } => None,
    }
}
