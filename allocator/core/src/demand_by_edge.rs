//! Where shoppers asked for what: the demand that a sale may expect.

use std::collections::BTreeMap;

use doorbuster_proto::{EdgeId, SkuCode, Units};

use crate::Weights;

/// Of each item of a sale, how much each edge's shoppers asked for: units that it sold, or views of its page.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DemandByEdge(BTreeMap<SkuCode, BTreeMap<EdgeId, Units>>);

impl DemandByEdge {
    /// Whether nothing was asked for.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What edges weigh for an item: by what was asked for of it, or of the whole sale where nothing was of this item.
    pub fn weights(&self, code: &SkuCode) -> Weights {
        self.0.get(code).map_or_else(|| Weights::by_units(&self.of_all()), Weights::by_units)
    }

    fn of_all(&self) -> BTreeMap<EdgeId, Units> {
        let mut all: BTreeMap<EdgeId, Units> = BTreeMap::new();
        for (edge, units) in self.0.values().flatten() {
            let sum = all.entry(edge.clone()).or_default();
            *sum = sum.plus(*units);
        }
        all
    }
}

/// Items of which nothing was asked for are left out.
impl FromIterator<(SkuCode, BTreeMap<EdgeId, Units>)> for DemandByEdge {
    fn from_iter<I: IntoIterator<Item = (SkuCode, BTreeMap<EdgeId, Units>)>>(items: I) -> Self {
        Self(items.into_iter().filter(|(_, asked)| !asked.is_empty()).collect())
    }
}
