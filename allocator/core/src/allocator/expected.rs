//! What page views say of the demand to come. Shortly before its start, the edges of a sale that expects demand by them are
//! weighed by how often their pages were looked at, once; it is as soft as the levels that told it.

use std::collections::BTreeMap;

use doorbuster_proto::{EdgeId, SaleId, Sku, SkuCode, Timestamp, Units};

use super::Allocator;
use crate::{EdgeSettings, ItemDefinition, Sale, SaleDefinition, SaleStage, VIEWS_COUNTED_MS, Weights};

/// What one edge tells of an item's views counts no more than this: sums of it are still numbers of units.
const VIEWS_MAX: u64 = 1 << 32;
/// A view is written as so many parts, for what the weights say is worth a view for each edge.
const VIEW_PARTS: u64 = 1_000;

/// What edges weigh, of each item of the sales whose views were counted up.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub(super) struct Expected(BTreeMap<SaleId, BTreeMap<SkuCode, Weights>>);

impl Expected {
    pub(super) fn weights(&self, sku: &Sku) -> Option<&Weights> {
        self.0.get(&sku.sale)?.get(&sku.code)
    }

    pub(super) fn forget(&mut self, sale: &SaleId) {
        self.0.remove(sale);
    }
}

impl Allocator {
    /// Counts up the views of every sale that starts soon. Where nobody has looked yet, or an edge has yet to tell, it tries
    /// again at the next heartbeat: what would be counted without that edge's views would take its stock away.
    pub(super) fn count_views(&mut self, now: Timestamp) {
        let sales = self.image.sales.values();
        let due = sales.filter(|sale| starts_soon(sale, now) && !self.expected.0.contains_key(&sale.definition.id));
        let due: Vec<_> = due.map(|sale| &sale.definition).collect();
        if due.is_empty() || !self.awaited.is_empty() || !self.have_all_told() {
            return;
        }
        let counted = due.into_iter().filter_map(|sale| Some((sale.id.clone(), self.weighed(sale)?)));
        for (id, weights) in counted.collect::<Vec<_>>() {
            self.to_look.extend(self.image.sales[&id].definition.skus());
            self.sights.sale_changed(&id);
            self.expected.0.insert(id, weights);
        }
    }

    /// Of a sale that is over nothing is expected any more.
    pub(super) fn forget_views(&mut self, sale: &SaleId) {
        self.expected.forget(sale);
        for watch in self.watches.values_mut() {
            watch.views.retain(|sku, _| sku.sale != *sale);
        }
    }

    /// Whether every edge that is there has told its levels, and so its views, since it said hello.
    fn have_all_told(&self) -> bool {
        let is_there = |edge: &EdgeId| self.last_link(edge).is_some();
        let has_told = |edge: &EdgeId| self.watches.get(edge).is_some_and(|watch| watch.has_told);
        self.settings.ids().filter(|edge| is_there(edge)).all(has_told)
    }

    /// What edges weigh for each item of a sale; `None` where nobody has looked at any.
    fn weighed(&self, sale: &SaleDefinition) -> Option<BTreeMap<SkuCode, Weights>> {
        let mut of_all: BTreeMap<EdgeId, u64> = BTreeMap::new();
        for sku in sale.skus() {
            for (edge, views) in self.views(&sku) {
                let sum = of_all.entry(edge).or_default();
                *sum = (*sum + views).min(VIEWS_MAX);
            }
        }
        let weights = |item: &ItemDefinition| {
            let views: BTreeMap<_, _> = self.views(&sale.sku(&item.sku)).collect();
            (item.sku.clone(), self.weights_by(item, if views.is_empty() { &of_all } else { &views }))
        };
        (!of_all.is_empty()).then(|| sale.items.iter().map(weights).collect())
    }

    /// By views, and by what the edges weigh otherwise, which is worth a view for each of them.
    fn weights_by(&self, item: &ItemDefinition, views: &BTreeMap<EdgeId, u64>) -> Weights {
        let edges: Vec<_> = self.settings.edges.iter().filter(|edge| item.is_placed(&edge.id)).collect();
        let weigh = |edge: &EdgeSettings| u64::from(item.weight(&edge.id, edge.weight));
        let all = edges.iter().map(|edge| weigh(edge)).sum::<u64>().max(1);
        let parts = |edge: &&EdgeSettings| {
            let expected = weigh(edge) * VIEW_PARTS * edges.len() as u64 / all;
            let viewed = views.get(&edge.id).copied().unwrap_or_default() * VIEW_PARTS;
            (edge.id.clone(), Units::new(viewed + expected).expect("it is below the most units"))
        };
        Weights::by_units(&edges.iter().map(parts).collect())
    }

    fn views(&self, sku: &Sku) -> impl Iterator<Item = (EdgeId, u64)> {
        self.watches.iter().filter_map(|(edge, watch)| Some((edge.clone(), (*watch.views.get(sku)?).min(VIEWS_MAX))))
    }
}

fn starts_soon(sale: &Sale, now: Timestamp) -> bool {
    let starts_at = sale.definition.starts_at;
    let is_soon = now < starts_at && starts_at.since_ms(now) <= VIEWS_COUNTED_MS;
    is_soon && sale.definition.by_page_views && sale.stage == SaleStage::Published
}
