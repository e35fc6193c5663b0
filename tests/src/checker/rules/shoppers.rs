//! The shoppers' memory on its own, and against what was left in the end.

use std::collections::{BTreeMap, BTreeSet};

use crate::checker::facts::{Account, Facts};
use crate::checker::verdict::{Kind, Violation};
use crate::shoppers::{Intent, Outcome, Told};

/// Refusals that end an honest shopper's intent; all others it meets by asking again.
const REFUSALS: [&str; 5] = ["over", "sold-out", "limit-reached", "key-reused", "unknown-sku"];

/// A key is one order, and an order has one key, whatever the number of requests.
pub(super) fn one_outcome_per_key(facts: &Facts) -> Vec<Violation> {
    let mut orders: BTreeMap<(&str, &str, &str), BTreeSet<&str>> = BTreeMap::new();
    let mut keys: BTreeMap<&str, BTreeSet<(&str, &str)>> = BTreeMap::new();
    for told in &facts.told {
        let Outcome::Acknowledged { order } = &told.outcome else { continue };
        let Intent { sale, shopper, key, .. } = &told.intent;
        orders.entry((sale, shopper, key)).or_default().insert(order);
        keys.entry(order).or_default().insert((shopper, key));
    }
    let of_keys = orders.into_iter().filter(|(_, orders)| orders.len() > 1).map(|((_, shopper, key), orders)| {
        Kind::TwoOutcomes.found(format!("{shopper} got for the one key {key} the orders {orders:?}"))
    });
    let of_orders = keys.into_iter().filter(|(_, keys)| keys.len() > 1).map(|(order, keys)| {
        Kind::TwoOutcomes.found(format!("order {order} was the answer to the different keys {keys:?}"))
    });
    of_keys.chain(of_orders).collect()
}

/// Who was told that an order is its own is told so whenever it asks again.
pub(super) fn no_refusal_follows_an_acknowledgement(facts: &Facts) -> Vec<Violation> {
    let mut known_at: BTreeMap<(&str, &str, &str, &str, u64), u64> = BTreeMap::new();
    for told in facts.told.iter().filter(|told| told.outcome.is_acknowledged()) {
        let first = known_at.entry(meant(told)).or_insert(told.at_ms);
        *first = told.at_ms.min(*first);
    }
    let answered_otherwise = |told: &Told| {
        let Outcome::Refused { reason } = &told.outcome else { return None };
        let is_later = known_at.get(&meant(told)).is_some_and(|known_at| told.at_ms > *known_at);
        let Intent { shopper, key, .. } = &told.intent;
        let evidence = || format!("{shopper} had an order for the key {key}, and was answered {reason} later");
        is_later.then(|| Kind::TwoOutcomes.found(evidence()))
    };
    facts.told.iter().filter_map(answered_otherwise).collect()
}

fn meant(told: &Told) -> (&str, &str, &str, &str, u64) {
    let Intent { sale, shopper, key, sku, units } = &told.intent;
    (sale, shopper, key, sku, *units)
}

/// An honest shopper meets only the refusals of the API.
pub(super) fn every_answer_is_one_of_the_api(facts: &Facts) -> Vec<Violation> {
    let odd = |told: &Told| match &told.outcome {
        Outcome::Refused { reason } if !REFUSALS.contains(&reason.as_str()) => {
            let (shopper, edge) = (&told.intent.shopper, &told.edge);
            Some(Kind::BadAnswer.found(format!("{shopper} was answered {reason} by {edge}")))
        }
        _ => None,
    };
    facts.told.iter().filter_map(odd).collect()
}

/// "Sold out" is a global word: where someone heard it, no unit is left in the end but those that came back.
///
/// Sound as far as the facts reach: units come back by cancelled and expired orders, so as many may be left as those
/// can explain. Not where there was a quarantine, whose release brings units back too.
pub(super) fn sold_out_only_when_all_was_gone(facts: &Facts) -> Vec<Violation> {
    let heard: BTreeMap<(&str, &str), &Told> = facts
        .told
        .iter()
        .filter(|told| told.outcome.is_refused("sold-out"))
        .map(|told| ((told.intent.sale.as_str(), told.intent.sku.as_str()), told))
        .collect();
    let stays = |account: &Account| account.written_off + account.quarantine == 0 && !account.was_quarantined;
    let judged = facts.accounts.iter().filter(|(_, account)| stays(account));
    let early = judged.filter_map(|(sku, account)| {
        let told = heard.get(&(sku.sale.as_str(), sku.code.as_str()))?;
        let gone_wrong = facts.ledger.iter().filter(|order| order.sku == *sku && !order.is_valid());
        let came_back: u64 = gone_wrong.map(|order| order.units).sum();
        let (left, shopper) = (account.unsold(), &told.intent.shopper);
        let evidence =
            || format!("{shopper} heard that {sku} is sold out; {left} units are left, {came_back} came back");
        (left > came_back).then(|| Kind::EarlySoldOut.found(evidence()))
    });
    early.collect()
}
