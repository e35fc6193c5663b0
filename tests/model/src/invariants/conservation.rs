//! 1. Every unit is in exactly one place: pool, live epochs, sold, quarantine, written off. What comes to the pool pays a
//!    debt before all else.

use std::collections::BTreeMap;

use doorbuster_allocator_core::{Account, Book, Image, Phase};
use doorbuster_edge_core::Shelf;
use doorbuster_proto::{EdgeId, Epoch, Sku, Units};

use super::Found;
use crate::nodes::EdgeNode;
use crate::world::World;

pub(super) fn look(world: &World) -> Found {
    let ledger = world.allocator.core.image();
    ledger.check().map_err(|violation| violation.to_string())?;
    world.allocator.disk.synced().check().map_err(|violation| format!("on the disk: {violation}"))?;
    for (sku, stock) in &ledger.stock {
        if !stock.debt.is_zero() && !stock.balance(&Account::Pool).is_zero() && stock.halted.is_none() {
            return Err(format!("{sku}: the pool has units, and a debt of {} is not paid", stock.debt));
        }
    }
    for (edge, books) in &ledger.epochs {
        books.iter().try_for_each(|(epoch, book)| escrow(ledger, edge, *epoch, book))?;
    }
    if world.allocator.is_restored {
        return granted_once(world);
    }
    if world.edges.iter().all(|node| !node.is_tainted) {
        nothing_is_halted(world.allocator.disk.synced())?;
    }
    world.edges.iter().filter(|node| !node.is_tainted).try_for_each(|node| in_flight(ledger, node))
}

/// What the ledger says is in an epoch's escrow follows from the two logs; an epoch that its edge has not confirmed is
/// not live, and has none.
fn escrow(ledger: &Image, edge: &EdgeId, epoch: Epoch, book: &Book) -> Found {
    for (sku, total) in &book.totals {
        let stock = &ledger.stock[sku];
        if stock.halted.is_some() {
            continue;
        }
        if book.head.phase == Phase::Offered {
            return Err(format!("{sku}: epoch {epoch} of {edge} has {total:?}, and the edge has not confirmed it"));
        }
        let escrow = stock.balance(&Account::Escrow(edge.clone(), epoch));
        let expected = total.granted.saturating_sub(total.sold).saturating_sub(total.returned);
        if book.head.phase == Phase::Live && escrow != expected {
            return Err(format!("{sku}: epoch {epoch} of {edge} has {escrow} in escrow, and {total:?} in its logs"));
        }
    }
    Ok(())
}

/// Where no state was lost, both sides' totals always agree.
fn nothing_is_halted(ledger: &Image) -> Found {
    match ledger.stock.iter().find_map(|(sku, stock)| Some((sku, stock.halted.as_ref()?))) {
        Some((sku, reason)) => Err(format!("{sku} is halted: {reason}")),
        None => Ok(()),
    }
}

/// What is under way between an edge and the ledger is never less than nothing: granted before it is taken, and sold or
/// given back before that is taken in.
fn in_flight(ledger: &Image, node: &EdgeNode) -> Found {
    let meta = node.core.meta();
    let book = meta.epoch.and_then(|epoch| ledger.book(&node.name, epoch));
    let Some(book) = book.filter(|book| book.head.disk == node.disk_id && !meta.closing) else { return Ok(()) };
    for (sku, shelf) in node.core.balances() {
        let total = book.total(sku);
        let is_right = shelf.balances()
            && shelf.granted <= total.granted
            && total.sold <= shelf.sold
            && total.returned <= shelf.returned;
        if !is_right {
            return Err(format!("{sku} on {}: the edge has {shelf:?}, the ledger {total:?}", node.called));
        }
    }
    let untold = |sku: &&Sku| node.core.balances().all(|(known, _)| known != *sku);
    match book.totals.iter().find(|(sku, total)| untold(sku) && !total.sold.plus(total.returned).is_zero()) {
        Some((sku, total)) => Err(format!("{sku} on {}: the edge has none, the ledger {total:?}", node.called)),
        None => Ok(()),
    }
}

/// A restored ledger does not know all that was granted before. Whatever either side knows of, no unit is granted twice.
fn granted_once(world: &World) -> Found {
    let ledger = world.allocator.core.image();
    for (sku, stock) in &ledger.stock {
        let of_edges = world.edges.iter().map(|node| out(ledger, node, sku));
        let out: Units = of_edges.sum();
        if out > stock.issued() {
            return Err(format!(
                "{sku}: {out} units were granted and not given back, and there are {}",
                stock.issued()
            ));
        }
    }
    Ok(())
}

fn out(ledger: &Image, node: &EdgeNode, sku: &Sku) -> Units {
    let shelves: BTreeMap<&Sku, &Shelf> = node.core.balances().collect();
    let book = node.core.meta().epoch.and_then(|epoch| ledger.book(&node.name, epoch));
    let total = book.map(|book| book.total(sku)).unwrap_or_default();
    let granted = shelves.get(sku).map(|shelf| shelf.granted).unwrap_or_default();
    granted.max(total.granted).saturating_sub(total.returned)
}
