//! 2. Units of valid orders are at most what was issued (supply and budget, and what was out when they were lowered), and exactly what the account "sold" holds.

use std::collections::BTreeMap;

use doorbuster_allocator_core::Account;
use doorbuster_proto::Sku;

use crate::audit::finding::Found;
use crate::audit::stores::Stores;

pub(super) const NOT_SHOWN: &str = "units handed over outside of Doorbuster";
const OVERSOLD: &str = "Fulfil no order of this SKU before somebody has looked. `audit --units` shows where its units went; \
orders beyond the supply have to be cancelled at the console, newest first.";
const UNEXPLAINED: &str = "Stop the allocator and keep its folder: orders and accounts are written in one commit, so one of \
them was damaged or changed. Restore the last backup, audit it, and compare.";

pub(super) fn look(stores: &Stores, found: &mut Found) {
    let ledger = &stores.ledger.image;
    let mut ordered: BTreeMap<&Sku, u64> = ledger.stock.keys().map(|sku| (sku, 0)).collect();
    for order in ledger.orders.values().filter(|order| order.is_valid()) {
        *ordered.entry(&order.sku).or_default() += order.units.get();
    }
    for (sku, ordered) in ordered {
        let Some(stock) = ledger.stock.get(sku) else {
            found.wrong(format!("{ordered} units of {sku} are ordered, which no sale in the ledger sells"), OVERSOLD);
            continue;
        };
        let (issued, sold) = (stock.issued().get(), stock.balance(&Account::Sold).get());
        if ordered > issued {
            found.wrong(format!("{sku}: valid orders have {ordered} units, and {issued} were issued"), OVERSOLD);
        }
        let oversold = stock.debt.saturating_sub(stock.owed());
        if !oversold.is_zero() {
            found.note(format!(
                "{sku}: {oversold} units were sold or given up before the lowered supply reached their edges"
            ));
        }
        if ordered != sold {
            found.wrong(
                format!("{sku}: valid orders have {ordered} units, and the account \"sold\" {sold}"),
                UNEXPLAINED,
            );
        }
    }
}
