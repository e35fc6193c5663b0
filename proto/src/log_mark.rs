//! Where a log ends, with a digest of what came before: whoever holds two copies of a disk has two logs with the same numbers.

use crate::{OrderId, Seq, Sku, Units, UpEntry};

/// The end of an up log. Two logs with the same mark have the same entries.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct LogMark {
    /// The number of the last entry.
    pub seq: Seq,
    /// The digest of all entries to there.
    pub digest: LogDigest,
}

/// A digest of a log, entry by entry. It tells logs apart that went different ways; it is no seal against forgery.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct LogDigest(pub u64);

impl LogMark {
    /// The mark once this entry has followed.
    #[must_use]
    pub fn then(self, entry: &UpEntry) -> Self {
        Self { seq: self.seq.next(), digest: self.digest.then(entry) }
    }
}

impl LogDigest {
    /// The digest once this entry has followed.
    #[must_use]
    pub fn then(self, entry: &UpEntry) -> Self {
        match entry {
            UpEntry::OrderPlaced(placed) => self.then_order(placed.order, &placed.sku, placed.units),
            UpEntry::StockReturned { sku, units } => self.then_return(sku, *units),
            UpEntry::EpochClosed => self.then_close(),
        }
    }

    /// The same of an order. Its id is a digest of sale, shopper and key, which may stand for another SKU on a copy.
    #[must_use]
    pub fn then_order(self, order: OrderId, sku: &Sku, units: Units) -> Self {
        self.word(1).bytes(&order.0).sku(sku).word(units.get())
    }

    /// The same of a return.
    #[must_use]
    pub fn then_return(self, sku: &Sku, units: Units) -> Self {
        self.word(2).sku(sku).word(units.get())
    }

    /// The same of the end of the epoch.
    #[must_use]
    pub fn then_close(self) -> Self {
        self.word(3)
    }

    fn sku(self, sku: &Sku) -> Self {
        self.bytes(sku.sale.as_str().as_bytes()).bytes(sku.code.as_str().as_bytes())
    }

    fn bytes(self, bytes: &[u8]) -> Self {
        let mut digest = self.word(bytes.len() as u64);
        for chunk in bytes.chunks(8) {
            let mut word = [0; 8];
            word[..chunk.len()].copy_from_slice(chunk);
            digest = digest.word(u64::from_le_bytes(word));
        }
        digest
    }

    /// The finalizer of `SplitMix64` (Steele, Lea and Flood 2014) over what is there and the word.
    fn word(self, word: u64) -> Self {
        let mixed = (self.0 ^ word).wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        Self(mixed ^ (mixed >> 31))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn sku(code: &str) -> Sku {
        Sku { sale: "s".parse().unwrap(), code: code.parse().unwrap() }
    }

    fn returned(code: &str, units: u64) -> UpEntry {
        UpEntry::StockReturned { sku: sku(code), units: Units::new(units).unwrap() }
    }

    #[test]
    fn logs_that_went_different_ways_have_different_digests() {
        let (one, two, other) = (returned("a", 1), returned("a", 2), returned("b", 1));
        let logs: [&[&UpEntry]; 7] =
            [&[], &[&one], &[&two], &[&other], &[&one, &two], &[&two, &one], &[&one, &UpEntry::EpochClosed]];
        let digest = |log: &[&UpEntry]| log.iter().fold(LogMark::default(), |mark, entry| mark.then(entry)).digest.0;
        let digests: BTreeSet<u64> = logs.iter().map(|log| digest(log)).collect();
        assert_eq!(digests.len(), logs.len());
    }

    #[test]
    fn an_order_counts_by_its_id_its_sku_and_its_units() {
        let digest = |id: u8, code, units| {
            LogDigest::default().then_order(OrderId([id; 16]), &sku(code), Units::new(units).unwrap())
        };
        assert_ne!(digest(1, "a", 1), digest(2, "a", 1));
        assert_ne!(digest(1, "a", 1), digest(1, "b", 1));
        assert_ne!(digest(1, "a", 1), digest(1, "a", 2));
    }
}
