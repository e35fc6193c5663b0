//! The rules, one function each.

mod books;
mod edges;
mod orders;
mod rest;
mod shoppers;

use super::facts::Facts;
use super::verdict::Violation;

pub(super) type Rule = fn(&Facts) -> Vec<Violation>;

pub(super) const ALL: &[Rule] = &[
    books::accounts_balance,
    books::sold_is_the_sum_of_valid_orders,
    orders::no_order_twice,
    orders::nobody_is_over_a_limit,
    orders::every_acknowledged_order_is_known,
    orders::every_acknowledged_order_stands,
    orders::every_valid_order_is_claimed,
    shoppers::one_outcome_per_key,
    shoppers::no_refusal_follows_an_acknowledgement,
    shoppers::every_answer_is_one_of_the_api,
    shoppers::sold_out_only_when_all_was_gone,
    edges::shelves_are_the_ledgers_escrow,
    edges::edges_and_ledger_agree_on_orders,
];

/// What holds besides where a sale is settled, and every process has come to rest.
pub(super) const AT_REST: &[Rule] = &[rest::nothing_is_out, rest::every_order_has_a_verdict];
