//! Where stock is, as the ledger told last, and where each edge serves shoppers.

use std::collections::BTreeMap;

use doorbuster_proto::{EdgeAddress, EdgeId, Sku, SkuGuidance};

/// For whoever asks where to go. Replaced at each heartbeat while something changes.
#[derive(Debug, Clone, Default)]
pub struct Guidance {
    of_sku: BTreeMap<Sku, SkuGuidance>,
    shops: BTreeMap<EdgeId, String>,
}

impl Guidance {
    /// What was told of a SKU.
    pub fn of(&self, sku: &Sku) -> Option<&SkuGuidance> {
        self.of_sku.get(sku)
    }

    /// Where an edge serves shoppers: a URL without a slash at its end.
    pub fn shop(&self, edge: &EdgeId) -> Option<&str> {
        self.shops.get(edge).map(String::as_str)
    }

    pub(super) fn tell(&mut self, told: Vec<SkuGuidance>, is_shown: impl Fn(&Sku) -> bool) {
        self.of_sku.extend(told.into_iter().map(|guidance| (guidance.sku.clone(), guidance)));
        self.of_sku.retain(|sku, _| is_shown(sku));
    }

    pub(super) fn tell_shops(&mut self, edges: Vec<EdgeAddress>) {
        self.shops = edges.into_iter().map(|at| (at.edge, at.shop)).collect();
    }
}
