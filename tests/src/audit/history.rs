//! The history of an order, a grant, or some units: grant → shelf → order → return or verdict.

mod from_disks;
mod grant;
mod order;
mod units;

use doorbuster_allocator_core::{Account, JournalRecord, LedgerOrder};
use doorbuster_proto::{EdgeId, Epoch};
use serde::Serialize;

pub use self::grant::grant;
pub use self::order::order;
pub use self::units::units;
use super::journal::Cause;
use super::stores::{Ledger, Stores};
use super::trace::{Range, Step, Trace, common, count};

/// What happened, in its order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct History {
    /// Of what.
    pub subject: String,
    /// What happened.
    pub events: Vec<Event>,
    /// Where it stands.
    pub now: Vec<String>,
    /// What these stores cannot tell of it.
    pub not_shown: Vec<&'static str>,
}

/// One thing that happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Event {
    /// When, in milliseconds since the Unix epoch; nothing where no clock was read.
    pub at_ms: Option<u64>,
    /// In whose store it is written.
    pub place: String,
    /// What it was.
    pub what: String,
    /// The units that it moved, by their numbers.
    pub units: Vec<Range>,
}

/// There is no such thing in these stores.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{what}: {why}")]
pub struct Unknown {
    /// What was asked for.
    pub what: String,
    /// Why it cannot be told.
    pub why: &'static str,
}

/// That units have numbers at all.
const CONVENTION: &str = "which unit is which: units are alike, and are numbered here first in, first out";

/// The steps of some units, with the orders that took them.
fn steps<'a>(stores: &Stores, trace: &'a Trace, wanted: &[Range]) -> Vec<(&'a Step, Event)> {
    let steps = trace.steps.iter().filter_map(|step| {
        let units = common(&step.units, wanted);
        (!units.is_empty()).then(|| (step, told(&stores.ledger, trace, step, units)))
    });
    steps.collect()
}

fn told(ledger: &Ledger, trace: &Trace, step: &Step, units: Vec<Range>) -> Event {
    let record = &ledger.journal[step.record];
    let mut what = format!("{} → {}; {}", step.from, step.to, words(record));
    if step.to == Account::Sold {
        let theirs = orders_of(ledger, trace, record).into_iter().filter(|(_, took)| !common(took, &units).is_empty());
        let theirs: Vec<_> = theirs.map(|(order, took)| format!("{} ({})", order.id, ranges(took))).collect();
        if !theirs.is_empty() {
            what = format!("{what}; to {}", theirs.join(", "));
        }
    }
    Event { at_ms: Some(record.at.0), place: "ledger".into(), what, units }
}

fn words(record: &JournalRecord) -> String {
    format!("commit {}: {}, by {}", record.commit, record.why, record.who)
}

/// The orders that a record took in, in log order, with the units of each.
fn orders_of<'a>(ledger: &'a Ledger, trace: &'a Trace, record: &JournalRecord) -> Vec<(&'a LedgerOrder, &'a [Range])> {
    let Some(Cause::Entries { edge, epoch, first, last }) = Cause::of(record) else { return Vec::new() };
    let taken = trace.orders.iter().filter_map(|(id, units)| Some((ledger.image.orders.get(id)?, units.as_slice())));
    let came = |order: &LedgerOrder| order.edge == edge && order.epoch == epoch && (first..=last).contains(&order.seq);
    let mut taken: Vec<_> = taken.filter(|(order, _)| came(order)).collect();
    taken.sort_by_key(|(order, _)| order.seq);
    taken
}

/// Where units are, account by account.
fn now(trace: &Trace, wanted: &[Range]) -> Vec<String> {
    let held = trace.now.iter().map(|(account, units)| (account, common(units, wanted)));
    let held = held.filter(|(_, units)| !units.is_empty());
    held.map(|(account, units)| format!("{account}: {} units ({})", count(&units), ranges(&units))).collect()
}

fn ranges(units: &[Range]) -> String {
    units.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

fn at(edge: &EdgeId, epoch: Epoch) -> String {
    format!("{edge}, epoch {epoch}")
}
