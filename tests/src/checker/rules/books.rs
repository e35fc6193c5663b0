//! Double entry: nothing is minted, nothing is lost.

use std::collections::BTreeMap;

use doorbuster_proto::Sku;

use crate::checker::facts::{Account, Facts};
use crate::checker::verdict::{Kind, Violation};

/// supply + budget + debt = pool + escrow + sold + quarantine + written off, for every SKU.
pub(super) fn accounts_balance(facts: &Facts) -> Vec<Violation> {
    facts.accounts.iter().filter_map(|(sku, account)| unbalanced(sku, account)).collect()
}

fn unbalanced(sku: &Sku, account: &Account) -> Option<Violation> {
    let Account { supply, budget, debt, pool, sold, quarantine, written_off, .. } = account;
    let escrow = account.escrow_sum();
    let found = pool + escrow + sold + quarantine + written_off;
    (found != supply + budget + debt).then(|| {
        Kind::Unbalanced.found(format!(
            "{sku}: pool {pool} + escrow {escrow} + sold {sold} + quarantine {quarantine} + written off {written_off} \
             = {found}, but supply {supply} + budget {budget} + debt {debt} = {}",
            supply + budget + debt
        ))
    })
}

/// Every sold unit has its order, and every valid order its units.
pub(super) fn sold_is_the_sum_of_valid_orders(facts: &Facts) -> Vec<Violation> {
    let mut ordered: BTreeMap<&Sku, u64> = facts.accounts.keys().map(|sku| (sku, 0)).collect();
    for order in facts.valid() {
        *ordered.entry(&order.sku).or_default() += order.units;
    }
    let unexplained = |(sku, ordered): (&Sku, u64)| {
        let sold = facts.accounts.get(sku).map_or(0, |account| account.sold);
        let evidence = || format!("{sku}: the account says {sold} sold, the valid orders have {ordered} units");
        (sold != ordered).then(|| Kind::SoldUnexplained.found(evidence()))
    };
    ordered.into_iter().filter_map(unexplained).collect()
}
