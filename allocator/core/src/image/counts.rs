//! How many orders there are, for the console.

use std::collections::BTreeMap;

use doorbuster_proto::{EdgeId, Sku};

use crate::LedgerOrder;

/// Orders per SKU and per edge. Follows from the orders; never stored.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Counts {
    /// Orders of each SKU.
    pub skus: BTreeMap<Sku, Count>,
    /// Orders that each edge placed.
    pub edges: BTreeMap<EdgeId, Count>,
}

/// How many orders.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Count {
    /// All that were taken in.
    pub taken: u64,
    /// Of them, judged and without units.
    pub cancelled: u64,
}

impl Counts {
    /// The orders of one SKU.
    pub fn of_sku(&self, sku: &Sku) -> Count {
        self.skus.get(sku).copied().unwrap_or_default()
    }

    /// The orders that one edge placed.
    pub fn of_edge(&self, edge: &EdgeId) -> Count {
        self.edges.get(edge).copied().unwrap_or_default()
    }

    pub(super) fn add(&mut self, order: &LedgerOrder) {
        self.change(order, |count, cancelled| {
            count.taken += 1;
            count.cancelled += cancelled;
        });
    }

    pub(super) fn remove(&mut self, order: &LedgerOrder) {
        self.change(order, |count, cancelled| {
            count.taken -= 1;
            count.cancelled -= cancelled;
        });
    }

    fn change(&mut self, order: &LedgerOrder, step: impl Fn(&mut Count, u64)) {
        let cancelled = u64::from(order.is_cancelled());
        match self.skus.get_mut(&order.sku) {
            Some(count) => step(count, cancelled),
            None => step(self.skus.entry(order.sku.clone()).or_default(), cancelled),
        }
        match self.edges.get_mut(&order.edge) {
            Some(count) => step(count, cancelled),
            None => step(self.edges.entry(order.edge.clone()).or_default(), cancelled),
        }
    }
}
