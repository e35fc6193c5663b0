//! 7. Nobody has more valid units of a sale, or of an item, than the limit, whatever the edges.

use std::collections::BTreeMap;

use crate::audit::finding::Found;
use crate::audit::stores::Stores;

pub(super) const NOT_SHOWN: &str = "one person behind several shoppers' names";
const ADVICE: &str = "The ledger never judges so: it was changed, or this is a fault of the program. Cancel the newest of the \
shopper's orders at the console if the rule must hold, and report it with the ledger's folder.";

pub(super) fn look(stores: &Stores, found: &mut Found) {
    let ledger = &stores.ledger.image;
    let mut of_sale: BTreeMap<_, u64> = BTreeMap::new();
    let mut of_item: BTreeMap<_, u64> = BTreeMap::new();
    for order in ledger.orders.values().filter(|order| order.is_valid()) {
        *of_sale.entry((&order.sku.sale, &order.shopper)).or_default() += order.units.get();
        *of_item.entry((&order.sku, &order.shopper)).or_default() += order.units.get();
    }
    for ((sale, shopper), units) in of_sale {
        let limit = ledger.sales.get(sale).map(|sale| sale.definition.limit.get());
        if let Some(limit) = limit.filter(|limit| units > *limit) {
            found.wrong(format!("{shopper} has {units} units of sale {sale}, and the limit is {limit}"), ADVICE);
        }
    }
    for ((sku, shopper), units) in of_item {
        let limit = ledger.stock.get(sku).map(|stock| stock.terms.limit.get());
        if let Some(limit) = limit.filter(|limit| units > *limit) {
            found.wrong(format!("{shopper} has {units} units of {sku}, and its limit is {limit}"), ADVICE);
        }
    }
}
