//! A grant: its commit, its way to the shelf, and what became of its units.

use doorbuster_proto::{EdgeId, Epoch, Seq};

use super::from_disks::{arrival, beyond};
use super::{CONVENTION, Event, History, Unknown, at, now, ranges, steps};
use crate::audit::journal::Cause;
use crate::audit::stores::Stores;
use crate::audit::trace::Trace;

/// The history of the grant with this number in the down log of an epoch.
///
/// # Errors
/// [`Unknown`] where the journal has no such grant.
pub fn grant(stores: &Stores, edge: &EdgeId, epoch: Epoch, seq: Seq) -> Result<History, Unknown> {
    let what = format!("grant {seq} to {}", at(edge, epoch));
    let wanted = Cause::Grant(edge.clone(), epoch, seq);
    let journal = &stores.ledger.journal;
    let found = journal.iter().position(|record| Cause::of(record).as_ref() == Some(&wanted));
    let Some(record) = found else {
        let why = "the journal has no grant of this number: down logs hold order states and ends of sales besides";
        return Err(Unknown { what, why });
    };
    let Some(sku) = journal[record].transfers.first().map(|transfer| transfer.sku.clone()) else {
        return Err(Unknown { what, why: "its record in the journal moved nothing" });
    };
    let trace = Trace::of(&sku, &stores.ledger);
    let units =
        trace.steps.iter().find(|step| step.record == record).map(|step| step.units.clone()).unwrap_or_default();
    let mut events = Vec::new();
    for (step, event) in steps(stores, &trace, &units) {
        events.push(event);
        let arrived = arrival(stores, edge, epoch, seq).filter(|_| step.record == record);
        let shelved = |what| Event { at_ms: None, place: edge.to_string(), what, units: units.clone() };
        events.extend(arrived.map(shelved));
    }
    let mut standing = now(&trace, &units);
    standing.extend(beyond(stores, edge, epoch, &sku));
    let subject = format!("{what}: units {} of {sku}", ranges(&units));
    let not_shown = vec![CONVENTION, "when the edge put them on its shelf: down logs carry no times"];
    Ok(History { subject, events, now: standing, not_shown })
}
