//! What the policy saw of each SKU, kept from one look to the next. An edge's part is taken anew only where something about
//! the edge has changed since: a look costs what has changed, and not what there is.

use std::collections::BTreeMap;
use std::hash::{Hash, Hasher};
use std::ops::Bound::{Excluded, Unbounded};
use std::sync::Arc;

use doorbuster_proto::{EdgeId, SaleId, Sku, Timestamp};

use super::Allocator;
use crate::{Account, EdgeView, ItemDefinition, SaleStage, SkuView};

/// The views, and which edges have changed since each. It all follows from the rest of the allocator: two that differ in it
/// alone are equal, and a copy begins without.
#[derive(Debug, Default)]
pub(super) struct Sights {
    /// With the number of the last change that each has seen.
    views: BTreeMap<Sku, (u64, Arc<SkuView>)>,
    /// Numbers the changes.
    last: u64,
    /// The last change that any view has seen.
    seen: u64,
    /// Each edge's last change, and the edges by it.
    of_edge: BTreeMap<EdgeId, u64>,
    edges: BTreeMap<u64, EdgeId>,
}

impl Sights {
    /// Something about the edge is not what it was.
    pub(super) fn changed(&mut self, edge: &EdgeId) {
        // Nobody has looked since it changed last.
        if self.last > self.seen && self.edges.get(&self.last) == Some(edge) {
            return;
        }
        self.last += 1;
        match self.of_edge.get_mut(edge) {
            Some(at) => {
                self.edges.remove(&std::mem::replace(at, self.last));
            }
            None => {
                self.of_edge.insert(edge.clone(), self.last);
            }
        }
        self.edges.insert(self.last, edge.clone());
    }

    /// What a sale sells, or where, is not what it was.
    pub(super) fn sale_changed(&mut self, sale: &SaleId) {
        self.views.retain(|sku, _| sku.sale != *sale);
    }

    fn changed_since(&self, seen: u64) -> impl Iterator<Item = &EdgeId> {
        self.edges.range((Excluded(seen), Unbounded)).map(|(_, edge)| edge)
    }
}

impl Clone for Sights {
    fn clone(&self) -> Self {
        Self::default()
    }
}

impl PartialEq for Sights {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Sights {}

impl Hash for Sights {
    fn hash<H: Hasher>(&self, _: &mut H) {}
}

impl Allocator {
    /// What the policy may know of a SKU; `None` where nothing of it may move.
    pub(super) fn sku_view(&mut self, sku: &Sku, now: Timestamp) -> Option<Arc<SkuView>> {
        let kept = self.sights.views.remove(sku);
        let frame = self.frame(sku, now)?;
        let mut view = match kept {
            Some((seen, view)) => self.refreshed(sku, seen, view),
            None => Arc::new(SkuView { edges: self.edge_views(sku), ..frame.clone() }),
        };
        let current = Arc::make_mut(&mut view);
        *current = SkuView { edges: std::mem::take(&mut current.edges), ..frame };
        let last = self.sights.last;
        self.sights.seen = last;
        self.sights.views.insert(sku.clone(), (last, view.clone()));
        Some(view)
    }

    /// Whether what is kept of every SKU is what a look from scratch would find: for checks.
    ///
    /// # Errors
    /// What differs.
    pub fn check_sights(&self) -> Result<(), String> {
        self.sights.views.iter().try_for_each(|(sku, (seen, view))| {
            let mut edges = view.edges.clone();
            for edge in self.sights.changed_since(*seen) {
                edges.retain(|view| view.edge != *edge);
            }
            let fresh = self.edge_views(sku);
            let stale = edges.iter().find(|edge| !fresh.contains(edge));
            let is_whole = view.edges.len() == fresh.len();
            match stale {
                None if is_whole => Ok(()),
                stale => Err(format!("{sku}: the policy would see {stale:?}, and there are {fresh:?}")),
            }
        })
    }

    /// The view with the parts of the edges that have changed.
    fn refreshed(&self, sku: &Sku, seen: u64, mut view: Arc<SkuView>) -> Arc<SkuView> {
        let edges = &mut Arc::make_mut(&mut view).edges;
        for edge in self.sights.changed_since(seen) {
            if let Ok(at) = edges.binary_search_by(|view| view.edge.cmp(edge)) {
                // What it weighs changes with the sale alone, and then nothing is kept.
                edges[at] = self.edge_view(sku, edge.clone(), edges[at].weight);
            }
        }
        view
    }

    /// The view without its edges; `None` where nothing of the SKU may move.
    fn frame(&self, sku: &Sku, now: Timestamp) -> Option<SkuView> {
        let sale = self.image.sales.get(&sku.sale)?;
        let stock = self.image.stock.get(sku)?;
        let is_open = sale.stage == SaleStage::Published && now < sale.ends_at && stock.halted.is_none();
        let (starts_at, ends_at) = (sale.definition.starts_at, sale.ends_at);
        let (issued, pool, debt) = (stock.issued(), stock.balance(&Account::Pool), stock.owed());
        is_open.then_some(SkuView { now, starts_at, ends_at, issued, pool, debt, edges: Vec::new() })
    }

    fn edge_views(&self, sku: &Sku) -> Vec<EdgeView> {
        let item = self.image.sales.get(&sku.sale).and_then(|sale| sale.definition.item(&sku.code));
        let Some(item) = item else { return Vec::new() };
        let configured = |edge: &EdgeId| self.settings.edge(edge).map_or(1, |edge| edge.weight);
        let view = |edge: EdgeId| {
            let weight = item.weight(&edge, configured(&edge));
            self.edge_view(sku, edge, weight)
        };
        self.placement(item).into_iter().map(view).collect()
    }

    fn placement(&self, item: &ItemDefinition) -> Vec<EdgeId> {
        let all = || self.settings.ids().cloned().collect();
        let mut edges = item.edges.clone().unwrap_or_else(all);
        edges.sort();
        edges.dedup();
        edges
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edge(name: &str) -> EdgeId {
        name.parse().unwrap()
    }

    #[test]
    fn an_edge_that_changes_again_and_again_has_changed_once_since_a_look() {
        let mut sights = Sights::default();
        for name in ["a", "b", "b", "a", "a"] {
            sights.changed(&edge(name));
        }
        assert_eq!(sights.changed_since(0).collect::<Vec<_>>(), [&edge("b"), &edge("a")]);
        sights.seen = sights.last;
        assert_eq!(sights.changed_since(sights.seen).count(), 0);
        sights.changed(&edge("a"));
        assert_eq!(sights.changed_since(sights.seen).collect::<Vec<_>>(), [&edge("a")]);
    }
}
