//! The rules of a sale, as an edge needs them to sell.

use std::collections::BTreeMap;

use crate::{SaleId, SkuCode, Timestamp, Units};

/// One sale's window and limits.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct SaleRules {
    /// The sale.
    pub sale: SaleId,
    /// Its title, for people.
    pub title: String,
    /// First moment at which it sells.
    pub starts_at: Timestamp,
    /// First moment at which it sells no more.
    pub ends_at: Timestamp,
    /// Units per shopper, over the whole sale.
    pub limit: Units,
    /// Credit W: the most units of a SKU acknowledged beyond the allocator's watermark.
    pub credit: Units,
    /// What this edge sells of it.
    pub items: BTreeMap<SkuCode, ItemRules>,
}

/// One item's own rules.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ItemRules {
    /// Units of this item per shopper; at most the sale's limit.
    pub limit: Units,
    /// At this many units left on an edge, the page says "few left".
    pub few_left: Units,
}

impl SaleRules {
    /// Whether the sale sells at `now`.
    pub fn is_open(&self, now: Timestamp) -> bool {
        self.starts_at <= now && now < self.ends_at
    }
}
