//! The ledger's orders against the shoppers' memory and their limits.

use std::collections::{BTreeMap, BTreeSet};

use doorbuster_proto::{IdempotencyKey, OrderId, SaleId, ShopperId, SkuCode};

use crate::checker::facts::{Facts, LedgerOrder};
use crate::checker::verdict::{Kind, Violation};
use crate::shoppers::{Intent, Outcome, Told};

/// An order is in the ledger once, and its id is the hash of what it is for.
pub(super) fn no_order_twice(facts: &Facts) -> Vec<Violation> {
    let mut seen = BTreeSet::new();
    let mut found = Vec::new();
    for order in &facts.ledger {
        if !seen.insert(order.order) {
            found.push(Kind::DoubleOrder.found(format!("order {} is in the ledger twice", order.order)));
        }
        if order.order != OrderId::of(&order.sku.sale, &order.shopper, &order.key) {
            let (id, shopper, key) = (order.order, &order.shopper, &order.key);
            found.push(Kind::AlteredOrder.found(format!("order {id} is not the hash of {shopper} and key {key}")));
        }
    }
    found
}

/// Valid units of a shopper, over the sale and of each item, are within the limits.
pub(super) fn nobody_is_over_a_limit(facts: &Facts) -> Vec<Violation> {
    let mut of_sale: BTreeMap<(&SaleId, &ShopperId), u64> = BTreeMap::new();
    let mut of_item: BTreeMap<(&SaleId, &ShopperId, &SkuCode), u64> = BTreeMap::new();
    for LedgerOrder { sku, shopper, units, .. } in facts.valid() {
        *of_sale.entry((&sku.sale, shopper)).or_default() += units;
        *of_item.entry((&sku.sale, shopper, &sku.code)).or_default() += units;
    }
    let over_sale = of_sale.into_iter().filter_map(|((sale, shopper), units)| {
        let limit = facts.limits.get(sale)?.sale;
        let evidence = || format!("{shopper} has {units} units in {sale}, where the limit is {limit}");
        (units > limit).then(|| Kind::OverLimit.found(evidence()))
    });
    let over_item = of_item.into_iter().filter_map(|((sale, shopper, code), units)| {
        let limit = *facts.limits.get(sale)?.items.get(code)?;
        let evidence = || format!("{shopper} has {units} units of {sale}/{code}, where the limit is {limit}");
        (units > limit).then(|| Kind::OverLimit.found(evidence()))
    });
    over_sale.chain(over_item).collect()
}

/// What a shopper was told is its own is in the ledger. Of each SKU as much may be missing as went with lost disks, on credit.
pub(super) fn every_acknowledged_order_is_known(facts: &Facts) -> Vec<Violation> {
    let mut missing: BTreeMap<(&str, &str), BTreeMap<&str, &Told>> = BTreeMap::new();
    for told in facts.missing() {
        let Outcome::Acknowledged { order } = &told.outcome else { continue };
        missing.entry((&told.intent.sale, &told.intent.sku)).or_default().insert(order, told);
    }
    let mut found = Vec::new();
    for ((sale, sku), orders) in missing {
        let units: u64 = orders.values().map(|told| told.intent.units).sum();
        let explained = facts.lost_units_max(sale);
        if units <= explained {
            continue;
        }
        let of_all = format!("{units} units of {sale}/{sku} are missing, lost disks explain {explained}");
        let lost = |(order, told): (&str, &Told)| {
            let shopper = &told.intent.shopper;
            Kind::LostOrder.found(format!("{shopper} was told of order {order}, the ledger knows none; {of_all}"))
        };
        found.extend(orders.into_iter().map(lost));
    }
    found
}

/// What a shopper was told is its own is valid, and is what the shopper meant.
pub(super) fn every_acknowledged_order_stands(facts: &Facts) -> Vec<Violation> {
    let ledger: BTreeMap<String, &LedgerOrder> =
        facts.ledger.iter().map(|order| (order.order.to_string(), order)).collect();
    let check = |told: &Told| {
        let Outcome::Acknowledged { order } = &told.outcome else { return None };
        let Intent { shopper, key, sku, units, .. } = &told.intent;
        let found = ledger.get(order)?;
        if !found.is_valid() {
            let state = found.state;
            return Some(Kind::LostOrder.found(format!("{shopper} was told of order {order}, which is {state:?}")));
        }
        let same = found.shopper.as_str() == shopper && found.sku.code.as_str() == sku && found.units == *units;
        (!same || found.key.as_str() != key).then(|| {
            let LedgerOrder { shopper: whose, sku: what, units: many, .. } = found;
            let meant = format!("{shopper} bought {units} of {sku}");
            Kind::AlteredOrder.found(format!("order {order}: {meant}, the ledger has {many} of {what} for {whose}"))
        })
    };
    facts.told.iter().filter_map(check).collect()
}

/// Every valid order was acknowledged, or its shopper left without an answer.
pub(super) fn every_valid_order_is_claimed(facts: &Facts) -> Vec<Violation> {
    let known: BTreeSet<&str> = facts.told.iter().map(|told| told.intent.shopper.as_str()).collect();
    let a_disk_was_lost = facts.disks_lost.values().any(|times| *times > 0);
    let may_stand = facts.told.iter().filter(|told| may_stand(told, a_disk_was_lost));
    let claimed: BTreeSet<OrderId> = may_stand.filter_map(id).collect();
    let unclaimed = |order: &&LedgerOrder| {
        let is_ours = facts.told_is_whole || known.contains(order.shopper.as_str());
        is_ours && !claimed.contains(&order.order)
    };
    let found = |LedgerOrder { order, shopper, sku, units, .. }: &LedgerOrder| {
        Kind::UnclaimedOrder.found(format!("order {order}: {units} of {sku} for {shopper}, who was never told"))
    };
    facts.valid().filter(unclaimed).map(found).collect()
}

/// An edge that lost its disk refuses what it may have sold before, where the shopper had no answer by then, or "pending".
fn may_stand(told: &Told, a_disk_was_lost: bool) -> bool {
    match told.outcome {
        Outcome::Acknowledged { .. } | Outcome::Unknown => true,
        Outcome::Refused { .. } => a_disk_was_lost && told.lost + told.pending > 0,
        Outcome::Queueing => false,
    }
}

fn id(told: &Told) -> Option<OrderId> {
    let Intent { sale, shopper, key, .. } = &told.intent;
    let (sale, shopper, key) = (SaleId::new(sale), ShopperId::new(shopper), IdempotencyKey::new(key));
    Some(OrderId::of(&sale.ok()?, &shopper.ok()?, &key.ok()?))
}
