//! An order: the grants that its units came by, its entries, its verdict, and what became of it.

use doorbuster_allocator_core::{Account, CancelReason, JournalRecord, LedgerOrder};
use doorbuster_proto::{DownEntry, EdgeId, Epoch, OrderId, OrderState, Seq};

use super::from_disks::{Entry, entries, shown};
use super::{CONVENTION, Event, History, Unknown, at, steps, words};
use crate::audit::journal::Cause;
use crate::audit::stores::{Ledger, Stores};
use crate::audit::trace::{Step, Trace};

/// The history of an order.
///
/// # Errors
/// [`Unknown`] where neither the ledger nor a disk that was given has it.
pub fn order(stores: &Stores, id: OrderId) -> Result<History, Unknown> {
    let known = stores.ledger.image.orders.get(&id);
    let placed = entries(stores, id);
    if known.is_none() && placed.is_empty() {
        return Err(Unknown {
            what: format!("order {id}"),
            why: "neither the ledger nor a disk that was given has it",
        });
    }
    let trace = known.map(|order| Trace::of(&order.sku, &stores.ledger)).unwrap_or_default();
    let units = trace.orders.get(&id).cloned().unwrap_or_default();
    let moves = steps(stores, &trace, &units);
    let (mut events, mut later) = (Vec::new(), Vec::new());
    // A unit that came back from another order was sold before: only this order's own entry sells to it.
    let is_its = |step: &Step| known.is_some_and(|order| sells_to(&stores.ledger.journal[step.record], step, order));
    let sold = moves.iter().position(|(step, _)| is_its(step)).unwrap_or(moves.len());
    // What becomes of them once they are nobody's again is another order's history.
    let back = moves.iter().skip(sold).position(|(step, _)| step.from == Account::Sold);
    let given_back = back.map_or(moves.len(), |at| sold + at + 1);
    for (at, (_, event)) in moves.into_iter().take(given_back).enumerate() {
        if at < sold { events.push(event) } else { later.push(event) }
    }
    for Entry { disk, epoch, seq, at, what } in placed {
        let owner = stores.ledger.owner(disk.id);
        let place = owner.map_or_else(|| disk.name.clone(), ToString::to_string);
        events.push(Event { at_ms: Some(at.0), place, what, units: Vec::new() });
        events.extend(owner.and_then(|edge| verdict(&stores.ledger, edge, epoch, seq)));
    }
    events.append(&mut later);
    let now = standing(stores, id, known);
    let subject = known.map_or_else(|| format!("order {id}, which the ledger does not have"), subject);
    let not_shown = vec![CONVENTION, "what the shopper was told, and when", "edges whose disks were not given"];
    Ok(History { subject, events, now, not_shown })
}

fn sells_to(record: &JournalRecord, step: &Step, order: &LedgerOrder) -> bool {
    let is_entry = matches!(Cause::of(record), Some(Cause::Entries { edge, epoch, first, last })
        if edge == order.edge && epoch == order.epoch && (first..=last).contains(&order.seq));
    is_entry && step.to == Account::Sold
}

fn subject(order: &LedgerOrder) -> String {
    let LedgerOrder { id, sku, shopper, key, units, .. } = order;
    format!("order {id}: {units} of {sku}, for {shopper}, with key {key}")
}

/// The ledger's record of an entry, and what it made of it where that is still kept.
fn verdict(ledger: &Ledger, edge: &EdgeId, epoch: Epoch, seq: Seq) -> Option<Event> {
    let is_it = |record: &&JournalRecord| {
        matches!(Cause::of(record), Some(Cause::Entries { edge: of, epoch: in_epoch, first, last })
            if of == *edge && in_epoch == epoch && (first..=last).contains(&seq))
    };
    let record = ledger.journal.iter().find(is_it)?;
    let judged = ledger
        .image
        .book(edge, epoch)
        .and_then(|book| book.verdicts.values().flatten().find(|judged| judged.seq == seq));
    let judged =
        judged.map(|judged| format!("; verdict {:?}, not confirmed by the edge", judged.verdict)).unwrap_or_default();
    let what = format!("taken in, entry {seq} of {}; {}{judged}", at(edge, epoch), words(record));
    Some(Event { at_ms: Some(record.at.0), place: "ledger".into(), what, units: Vec::new() })
}

fn standing(stores: &Stores, id: OrderId, known: Option<&LedgerOrder>) -> Vec<String> {
    let ledger = known.map_or_else(
        || {
            "ledger: no such order; its edge ships it when it runs, unless the allocator refuses its disk: without --order, \
             `audit` says how each disk stands"
                .to_owned()
        },
        |order| {
            let state = order.state.map_or("no verdict, its SKU is halted", state_word);
            let backorder = order.is_on_backorder().then_some("on backorder");
            let reason = order.reason.map(CancelReason::as_str).or(backorder);
            let reason = reason.map(|reason| format!(" ({reason})")).unwrap_or_default();
            format!("ledger: {state}{reason}, from entry {} of {}", order.seq, at(&order.edge, order.epoch))
        },
    );
    let disks = stores.disks.iter().filter_map(|disk| {
        let edge = stores.ledger.owner(disk.id).map_or_else(|| disk.name.clone(), ToString::to_string);
        Some(format!("{edge}: {}", shown(disk, id)?))
    });
    std::iter::once(ledger).chain(disks).chain(untold(&stores.ledger, id)).collect()
}

/// What is on its way to edges about it.
fn untold(ledger: &Ledger, id: OrderId) -> Vec<String> {
    let told = ledger.epochs().flat_map(|(edge, epoch, book)| book.down.iter().map(move |entry| (edge, epoch, entry)));
    let told = told.filter_map(|(edge, epoch, (seq, entry))| match entry {
        DownEntry::OrderState { order, state, .. } if *order == id => {
            Some(format!("on its way to {}: {} (entry {seq})", at(edge, epoch), state_word(*state)))
        }
        _ => None,
    });
    told.collect()
}

fn state_word(state: OrderState) -> &'static str {
    match state {
        OrderState::Reserved => "reserved",
        OrderState::Paid => "paid",
        OrderState::Fulfilled => "fulfilled",
        OrderState::Expired => "expired",
        OrderState::Cancelled => "cancelled",
    }
}
