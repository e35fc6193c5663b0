//! What each shopper has here: orders, and the units of a sale that count towards its limits.

use std::collections::BTreeMap;

use doorbuster_proto::{SaleRules, ShopperId, Sku, Units};

use crate::Order;
use crate::orders::{Orders, Slot};

/// One shopper, as far as this edge knows.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
struct Shopper {
    newest: Option<Slot>,
    /// Units of the orders that count; none is zero. As many as the limits let one shopper have.
    held: Vec<(Sku, Units)>,
}

/// All shoppers with orders, by the digest of their name: comparing two numbers is faster than two texts that lie elsewhere.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub(crate) struct Shoppers {
    by_digest: BTreeMap<u128, Shopper>,
}

impl Shoppers {
    /// The shoppers of these orders, which are told which came before which.
    pub(crate) fn recover(orders: &mut Orders) -> Self {
        let mut shoppers: Vec<(u128, Shopper)> = Vec::new();
        for (digest, slot) in orders.link_shoppers() {
            if shoppers.last().is_none_or(|(last, _)| *last != digest) {
                shoppers.push((digest, Shopper::default()));
            }
            let (_, shopper) = shoppers.last_mut().expect("it was found or added just now");
            shopper.enter(orders.at(slot), slot);
        }
        Self { by_digest: shoppers.into_iter().collect() }
    }

    /// The shopper's newest order.
    pub(crate) fn newest(&self, shopper: &ShopperId) -> Option<Slot> {
        self.by_digest.get(&shopper.digest())?.newest
    }

    /// Makes an order that counts its shopper's newest, and tells which was that before.
    pub(crate) fn enter(&mut self, order: &Order, slot: Slot) -> Option<Slot> {
        self.by_digest.entry(order.shopper.digest()).or_default().enter(order, slot)
    }

    /// The order counts from now on.
    pub(crate) fn add(&mut self, order: &Order) {
        self.by_digest.get_mut(&order.shopper.digest()).expect("it was entered").add(order);
    }

    /// The order counts no more.
    pub(crate) fn remove(&mut self, order: &Order) {
        self.by_digest.get_mut(&order.shopper.digest()).expect("it was entered").remove(order);
    }

    /// The limit that so many more units would pass, if any.
    pub(crate) fn passed(&self, rules: &SaleRules, shopper: &ShopperId, sku: &Sku, units: Units) -> Option<Units> {
        let held = self.by_digest.get(&shopper.digest()).map_or(&[][..], |shopper| &shopper.held);
        let of_sale: Units = held.iter().filter(|(of, _)| of.sale == sku.sale).map(|(_, units)| *units).sum();
        let of_item: Units = held.iter().filter(|(of, _)| of == sku).map(|(_, units)| *units).sum();
        let item_limit = rules.items.get(&sku.code).map(|item| item.limit);
        let over_item = item_limit.filter(|limit| of_item.plus(units) > *limit);
        over_item.or_else(|| (of_sale.plus(units) > rules.limit).then_some(rules.limit))
    }
}

impl Shopper {
    fn enter(&mut self, order: &Order, slot: Slot) -> Option<Slot> {
        if order.status.counts() {
            self.add(order);
        }
        self.newest.replace(slot)
    }

    fn add(&mut self, order: &Order) {
        match self.held.iter_mut().find(|(sku, _)| *sku == order.sku) {
            Some((_, held)) => *held = held.plus(order.units),
            None => self.held.push((order.sku.clone(), order.units)),
        }
    }

    fn remove(&mut self, order: &Order) {
        let at = self.held.iter().position(|(sku, _)| *sku == order.sku).expect("an order that counts was added");
        let held = self.held[at].1.minus(order.units);
        if held.is_zero() {
            self.held.swap_remove(at);
        } else {
            self.held[at].1 = held;
        }
    }
}
