//! What each edge sold of a sale: the demand that the next one may expect.

use std::collections::BTreeMap;

use doorbuster_proto::{EdgeId, SkuCode, Units};

use crate::Weights;

/// Units of valid orders by the edge that placed them, of each item of a sale that sold any.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SoldByEdge(BTreeMap<SkuCode, BTreeMap<EdgeId, Units>>);

impl SoldByEdge {
    /// Whether nothing was sold.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What edges weigh for an item: by the units of it that each sold, or of the whole sale where none of it was sold.
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

/// Items of which nothing was sold are left out.
impl FromIterator<(SkuCode, BTreeMap<EdgeId, Units>)> for SoldByEdge {
    fn from_iter<I: IntoIterator<Item = (SkuCode, BTreeMap<EdgeId, Units>)>>(items: I) -> Self {
        Self(items.into_iter().filter(|(_, sold)| !sold.is_empty()).collect())
    }
}
