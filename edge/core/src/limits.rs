//! What each shopper has of a sale, as far as this edge knows.

use std::collections::BTreeMap;

use doorbuster_proto::{SaleId, SaleRules, ShopperId, Sku, SkuCode, Units};

use crate::Order;

/// Units per (shopper, sale) and item, of the orders that count.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub(crate) struct Limits {
    held: BTreeMap<(ShopperId, SaleId), BTreeMap<SkuCode, Units>>,
}

impl Limits {
    pub(crate) fn add(&mut self, order: &Order) {
        let items = self.held.entry((order.shopper.clone(), order.sku.sale.clone())).or_default();
        let held = items.entry(order.sku.code.clone()).or_default();
        *held = held.plus(order.units);
    }

    pub(crate) fn remove(&mut self, order: &Order) {
        let holder = (order.shopper.clone(), order.sku.sale.clone());
        let items = self.held.get_mut(&holder).expect("an order that counts was added");
        let held = items.get_mut(&order.sku.code).expect("an order that counts was added");
        *held = held.minus(order.units);
        items.retain(|_, held| !held.is_zero());
        if items.is_empty() {
            self.held.remove(&holder);
        }
    }

    /// The limit that so many more units would pass, if any.
    pub(crate) fn passed(&self, rules: &SaleRules, shopper: &ShopperId, sku: &Sku, units: Units) -> Option<Units> {
        let none = BTreeMap::new();
        let items = self.held.get(&(shopper.clone(), sku.sale.clone())).unwrap_or(&none);
        let of_item = items.get(&sku.code).copied().unwrap_or_default();
        let of_sale: Units = items.values().copied().sum();
        let item_limit = rules.items.get(&sku.code).map(|item| item.limit);
        let over_item = item_limit.filter(|limit| of_item.plus(units) > *limit);
        over_item.or_else(|| (of_sale.plus(units) > rules.limit).then_some(rules.limit))
    }
}
