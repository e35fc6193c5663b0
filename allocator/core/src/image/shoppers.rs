//! How many units each shopper has, counted over all edges.

use std::collections::BTreeMap;

use doorbuster_proto::{SaleId, Sku, SkuCode, Units};

use super::numbered::Numbered;
use crate::{LedgerOrder, Terms};

/// Units of valid orders per sale and shopper. Follows from the orders; never stored.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub(crate) struct Shoppers {
    /// By the digest of the shopper's name: a million names are searched without a look at one.
    baskets: BTreeMap<SaleId, Numbered<Basket>>,
}

/// What one shopper has of one sale: a handful of items, ordered by code so that equal baskets are equal.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
struct Basket(Vec<(SkuCode, Units)>);

impl Shoppers {
    /// Whether so many more units of the SKU would be more than the shopper with this digest may have.
    pub(crate) fn would_exceed(&self, shopper: u128, sku: &Sku, more: Units, terms: &Terms) -> bool {
        let basket = self.baskets.get(&sku.sale).and_then(|baskets| baskets.get(shopper));
        let (of_sale, of_sku) =
            basket.map_or((Units::ZERO, Units::ZERO), |basket| (basket.all(), basket.of(&sku.code)));
        of_sale.plus(more) > terms.sale_limit || of_sku.plus(more) > terms.limit
    }

    /// Has memory bring what a search for each of these shoppers of a sale, by digest, looks at.
    pub(super) fn read_ahead(&self, sale: &SaleId, shoppers: impl Iterator<Item = u128>) {
        if let Some(baskets) = self.baskets.get(sale) {
            baskets.read_ahead(shoppers);
        }
    }

    /// Adds an order of the shopper with this digest, if it is valid.
    pub(crate) fn add(&mut self, shopper: u128, order: &LedgerOrder) {
        if !order.is_valid() {
            return;
        }
        let baskets = match self.baskets.get_mut(&order.sku.sale) {
            Some(baskets) => baskets,
            None => self.baskets.entry(order.sku.sale.clone()).or_default(),
        };
        baskets.get_or_insert_with(shopper, Basket::default).add(&order.sku.code, order.units);
    }

    pub(crate) fn remove(&mut self, order: &LedgerOrder) {
        if !order.is_valid() {
            return;
        }
        let baskets = self.baskets.get_mut(&order.sku.sale).expect("a valid order is in a basket");
        let shopper = order.shopper.digest();
        let basket = baskets.get_mut(shopper).expect("a valid order is in a basket");
        basket.remove(&order.sku.code, order.units);
        if basket.0.is_empty() {
            baskets.remove(shopper);
        }
    }
}

impl Basket {
    fn all(&self) -> Units {
        self.0.iter().map(|(_, units)| *units).sum()
    }

    fn of(&self, code: &SkuCode) -> Units {
        self.0.iter().find(|(held, _)| held == code).map_or(Units::ZERO, |(_, units)| *units)
    }

    fn add(&mut self, code: &SkuCode, units: Units) {
        match self.0.binary_search_by(|(held, _)| held.cmp(code)) {
            Ok(at) => self.0[at].1 = self.0[at].1.plus(units),
            Err(at) => {
                self.0.reserve_exact(1);
                self.0.insert(at, (code.clone(), units));
            }
        }
    }

    fn remove(&mut self, code: &SkuCode, units: Units) {
        let at = self.0.binary_search_by(|(held, _)| held.cmp(code)).expect("a valid order is in its basket");
        self.0[at].1 = self.0[at].1.minus(units);
        if self.0[at].1.is_zero() {
            self.0.remove(at);
        }
    }
}
