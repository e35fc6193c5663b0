//! How many orders there are, for the console; and what each edge sold, for the next sale.

use std::collections::BTreeMap;

use doorbuster_proto::{EdgeId, Sku, Units};

use crate::LedgerOrder;

/// Orders per SKU and per edge. Follows from the orders; never stored.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Counts {
    skus: BTreeMap<Sku, OfSku>,
    edges: BTreeMap<EdgeId, Count>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
struct OfSku {
    orders: Count,
    /// Units of its valid orders, by the edge that placed them.
    sold: BTreeMap<EdgeId, Units>,
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
        self.skus.get(sku).map(|of_sku| of_sku.orders).unwrap_or_default()
    }

    /// Units of the SKU's valid orders, by the edge that placed them, over all of its epochs. Whoever sold none is not named.
    pub fn sold_by_edge(&self, sku: &Sku) -> Option<&BTreeMap<EdgeId, Units>> {
        self.skus.get(sku).map(|of_sku| &of_sku.sold)
    }

    /// The orders that one edge placed.
    pub fn of_edge(&self, edge: &EdgeId) -> Count {
        self.edges.get(edge).copied().unwrap_or_default()
    }

    pub(super) fn add(&mut self, order: &LedgerOrder) {
        let count = |count: &mut Count, cancelled| {
            count.taken += 1;
            count.cancelled += cancelled;
        };
        self.change(order, count, Units::plus);
    }

    pub(super) fn remove(&mut self, order: &LedgerOrder) {
        let count = |count: &mut Count, cancelled| {
            count.taken -= 1;
            count.cancelled -= cancelled;
        };
        self.change(order, count, Units::minus);
    }

    fn change(&mut self, order: &LedgerOrder, count: impl Fn(&mut Count, u64), sell: fn(Units, Units) -> Units) {
        let cancelled = u64::from(order.is_cancelled());
        let of_sku = match self.skus.get_mut(&order.sku) {
            Some(of_sku) => of_sku,
            None => self.skus.entry(order.sku.clone()).or_default(),
        };
        count(&mut of_sku.orders, cancelled);
        if order.is_valid() {
            let sold = match of_sku.sold.get_mut(&order.edge) {
                Some(sold) => sold,
                None => of_sku.sold.entry(order.edge.clone()).or_default(),
            };
            *sold = sell(*sold, order.units);
            if sold.is_zero() {
                of_sku.sold.remove(&order.edge);
            }
        }
        match self.edges.get_mut(&order.edge) {
            Some(of_edge) => count(of_edge, cancelled),
            None => count(self.edges.entry(order.edge.clone()).or_default(), cancelled),
        }
    }
}
