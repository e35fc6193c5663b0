//! What page views say of the demand to come. Shortly before its start, the edges of a sale that expects demand by them are
//! weighed by how often their pages were looked at, once; it is as soft as the levels that told it.

use std::collections::BTreeMap;

use doorbuster_proto::{EdgeId, SaleId, Sku, SkuCode, Timestamp, Units};

use super::Allocator;
use crate::{DemandByEdge, Sale, SaleDefinition, SaleStage, VIEWS_COUNTED_MS, Weights};

/// What one edge tells of an item's views counts no more than this: sums of it are still numbers of units.
const VIEWS_MAX: u64 = 1 << 32;

/// What edges weigh, of each item of the sales whose views were counted up.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub(super) struct Expected(BTreeMap<SaleId, BTreeMap<SkuCode, Weights>>);

impl Expected {
    pub(super) fn weights(&self, sku: &Sku) -> Option<&Weights> {
        self.0.get(&sku.sale)?.get(&sku.code)
    }
}

impl Allocator {
    /// Counts up the views of every sale that starts soon. Where nobody has looked yet, it tries again at the next heartbeat.
    pub(super) fn count_views(&mut self, now: Timestamp) {
        let sales = &self.image.sales;
        self.expected.0.retain(|id, _| sales.get(id).is_some_and(|sale| sale.stage == SaleStage::Published));
        let due =
            sales.values().filter(|sale| starts_soon(sale, now) && !self.expected.0.contains_key(&sale.definition.id));
        let counted: Vec<_> =
            due.filter_map(|sale| Some((sale.definition.id.clone(), self.weighed(&sale.definition)?))).collect();
        for (id, weights) in counted {
            self.to_place.extend(self.image.sales[&id].definition.skus());
            self.sights.sale_changed(&id);
            self.expected.0.insert(id, weights);
        }
    }

    /// What edges weigh for each item of a sale; `None` where nobody has looked at any.
    fn weighed(&self, sale: &SaleDefinition) -> Option<BTreeMap<SkuCode, Weights>> {
        let viewed = |sku: Sku| (sku.code.clone(), self.views(&sku).collect());
        let viewed: DemandByEdge = sale.skus().map(viewed).collect();
        let weights = || sale.items.iter().map(|item| (item.sku.clone(), viewed.weights(&item.sku))).collect();
        (!viewed.is_empty()).then(weights)
    }

    fn views(&self, sku: &Sku) -> impl Iterator<Item = (EdgeId, Units)> {
        let told = self.watches.iter().filter_map(|(edge, watch)| Some((edge.clone(), *watch.views.get(sku)?)));
        let as_units = |views: u64| Units::new(views.min(VIEWS_MAX)).expect("it is below the most units");
        told.map(move |(edge, views)| (edge, as_units(views)))
    }
}

fn starts_soon(sale: &Sale, now: Timestamp) -> bool {
    let starts_at = sale.definition.starts_at;
    let is_soon = now < starts_at && starts_at.since_ms(now) <= VIEWS_COUNTED_MS;
    is_soon && sale.definition.by_page_views && sale.stage == SaleStage::Published
}
