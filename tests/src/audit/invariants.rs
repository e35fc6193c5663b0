//! The eight invariants, as far as stores can show them; each in a file of its own.

mod acknowledged;
mod conservation;
mod credit;
mod fences;
mod limit;
mod outcome;
mod oversell;
mod rest;

pub(super) use outcome::took_units;

use super::finding::{Found, Invariant, Report};
use super::stores::Stores;

/// What one invariant finds, and what it cannot.
type Look = (Invariant, fn(&Stores, &mut Found), &'static str);

const ALL: [Look; 8] = [
    (Invariant::Conservation, conservation::look, conservation::NOT_SHOWN),
    (Invariant::Oversell, oversell::look, oversell::NOT_SHOWN),
    (Invariant::Acknowledged, acknowledged::look, acknowledged::NOT_SHOWN),
    (Invariant::Outcome, outcome::look, outcome::NOT_SHOWN),
    (Invariant::Credit, credit::look, credit::NOT_SHOWN),
    (Invariant::Fences, fences::look, fences::NOT_SHOWN),
    (Invariant::Limit, limit::look, limit::NOT_SHOWN),
    (Invariant::Rest, rest::look, rest::NOT_SHOWN),
];

/// Looks at all of them.
pub fn look(stores: &Stores) -> Vec<Report> {
    let report = |(invariant, look, not_shown): Look| {
        let mut found = Found::default();
        look(stores, &mut found);
        found.report(invariant, not_shown)
    };
    ALL.into_iter().map(report).collect()
}
