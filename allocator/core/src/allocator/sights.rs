//! What the policy saw of each SKU, kept from one look to the next. What an edge told of a SKU is taken anew only where it
//! has changed, and what concerns the edge alone once for all SKUs: a look costs what has changed, and not what there is.

mod look;

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use doorbuster_proto::{SaleId, Sku};

use super::heard::Heard;
use crate::SkuView;

/// The views, and what has changed since each. Edges go by their numbers in the settings. It all follows from the rest of the
/// allocator: two that differ in it alone are equal, and a copy begins without.
#[derive(Debug, Default)]
pub(super) struct Sights {
    views: BTreeMap<Sku, Sight>,
    /// What concerns an edge and no SKU, by number.
    links: Vec<LinkSight>,
    /// Edges of which that has changed.
    stale: BTreeSet<usize>,
}

/// A SKU as it was seen last.
#[derive(Debug, Clone)]
struct Sight {
    view: Arc<SkuView>,
    /// Beside each edge of the view.
    parts: Vec<Part>,
    /// Where in the view each edge is, by number.
    places: Vec<Option<usize>>,
    /// Edges of which something has changed that concerns this SKU.
    stale: BTreeSet<usize>,
}

/// What is kept of an edge beside its part of a view.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Part {
    /// `None` of an edge that the configuration does not name any more: it has no link.
    number: Option<usize>,
    /// What it told last: its demand ages from one look to the next.
    heard: Option<Heard>,
}

/// Whether an edge may be granted to, and how far away it is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct LinkSight {
    ready: bool,
    round_trip_ms: Option<u64>,
}

impl Sights {
    /// What an edge has of a SKU, or told of it, is not what it was.
    pub(super) fn pair_changed(&mut self, edge: usize, sku: &Sku) {
        if let Some(sight) = self.views.get_mut(sku) {
            sight.stale.insert(edge);
        }
    }

    /// Whether an edge can be granted to, or how far away it is, is not what it was.
    pub(super) fn link_changed(&mut self, edge: usize) {
        self.stale.insert(edge);
    }

    /// Another life of an edge's escrow is its last, or nothing is known of its shelves.
    pub(super) fn edge_changed(&mut self, edge: usize) {
        self.stale.insert(edge);
        self.views.values_mut().for_each(|sight| {
            sight.stale.insert(edge);
        });
    }

    /// What a sale sells, or where, is not what it was.
    pub(super) fn sale_changed(&mut self, sale: &SaleId) {
        self.views.retain(|sku, _| sku.sale != *sale);
    }

    /// The number of each edge of a SKU's view, in its order.
    pub(super) fn numbers(&self, sku: &Sku) -> impl Iterator<Item = Option<usize>> {
        self.views.get(sku).into_iter().flat_map(|sight| &sight.parts).map(|part| part.number)
    }

    pub(super) fn forget(&mut self) {
        *self = Self::default();
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
