//! Where the units of a SKU went, account by account.

use std::collections::BTreeMap;

use doorbuster_allocator_core::Account;
use doorbuster_proto::Sku;

use super::{CONVENTION, Event, History, Unknown, now, steps};
use crate::audit::stores::Stores;
use crate::audit::trace::{Range, Trace, count};

/// The history of a range of units; without one, how many units went each way.
///
/// # Errors
/// [`Unknown`] where the ledger sells no such SKU, or has no such units.
pub fn units(stores: &Stores, sku: &Sku, wanted: Option<Range>) -> Result<History, Unknown> {
    let unknown = |why| Unknown { what: sku.to_string(), why };
    let stock = stores.ledger.image.stock.get(sku).ok_or_else(|| unknown("the ledger sells no such SKU"))?;
    let trace = Trace::of(sku, &stores.ledger);
    let all = Range { first: 1, last: trace.issued };
    let range = match wanted {
        Some(wanted) => wanted.within(all).ok_or_else(|| Unknown {
            what: format!("{wanted} of {sku}, whose units are {all}"),
            why: "it has no units of these numbers",
        })?,
        None => all,
    };
    let events = if wanted.is_some() {
        steps(stores, &trace, &[range]).into_iter().map(|(_, event)| event).collect()
    } else {
        flows(&trace)
    };
    let subject = format!("units {range} of {sku}, of {} in all", trace.issued);
    let halted = stock.halted.iter().map(|reason| format!("halted: {reason}"));
    let now = now(&trace, &[range]).into_iter().chain(halted).collect();
    Ok(History { subject, events, now, not_shown: vec![CONVENTION] })
}

/// Every way from one account to another, and how many units went it.
fn flows(trace: &Trace) -> Vec<Event> {
    let mut flows: BTreeMap<(&Account, &Account), (u64, u64)> = BTreeMap::new();
    for step in &trace.steps {
        let flow = flows.entry((&step.from, &step.to)).or_default();
        *flow = (flow.0 + count(&step.units), flow.1 + 1);
    }
    let told = |((from, to), (units, times)): ((&Account, &Account), (u64, u64))| Event {
        at_ms: None,
        place: "ledger".into(),
        what: format!("{from} → {to}: {units} units, in {times} transfers"),
        units: Vec::new(),
    };
    flows.into_iter().map(told).collect()
}
