//! 3. An acknowledged order is not lost. With W = 0 it is in the ledger at once, and is not cancelled but by an operator;
//!    else it is on its edge's disk until the ledger has it.

use std::collections::BTreeMap;

use doorbuster_allocator_core::CancelReason;
use doorbuster_proto::{DiskId, Sku, UpEntry};

use super::Found;
use crate::nodes::EdgeNode;
use crate::shoppers::Wish;
use crate::world::World;

pub(crate) fn look_at_answer(world: &World, wish: usize) -> Found {
    let wish = &world.shoppers.wishes[wish];
    if world.configuration.credit > 0 || world.allocator.is_restored || is_known(world, wish) {
        return Ok(());
    }
    Err(format!(
        "the order of {} was acknowledged with W = 0, and the ledger's store has it not",
        wish.purchase.shopper
    ))
}

pub(super) fn look(world: &World) -> Found {
    let mut gone: BTreeMap<(DiskId, Sku), u64> = BTreeMap::new();
    for wish in world.shoppers.wishes.iter().filter(|wish| wish.is_told()) {
        let ledger_may_miss_it = world.configuration.credit > 0 || world.allocator.is_restored;
        if is_known(world, wish) || (ledger_may_miss_it && is_on_a_disk(world, wish)) {
            is_not_taken_back(world, wish)?;
            continue;
        }
        let Some(lost) = wish.told_by.iter().find(|disk| world.history.lost.contains_key(disk)) else {
            let shopper = &wish.purchase.shopper;
            return Err(format!("the order of {shopper} was acknowledged, no disk was lost, and nobody has it"));
        };
        *gone.entry((*lost, wish.purchase.full_sku())).or_default() += wish.purchase.units.get();
    }
    for ((disk, sku), units) in gone {
        let most = world.configuration.credit * world.history.lost[&disk];
        if units > most {
            return Err(format!("{units} acknowledged units of {sku} are gone with a disk, and at most {most} may be"));
        }
    }
    no_home_is_deceived(world)
}

/// In the ledger's store, judged or of a halted SKU.
fn is_known(world: &World, wish: &Wish) -> bool {
    wish.order(world.allocator.disk.synced()).is_some()
}

/// On the disk of an edge that acknowledged it, and not of an entry that the ledger has taken in as something else.
fn is_on_a_disk(world: &World, wish: &Wish) -> bool {
    let theirs = world.edges.iter().filter(|node| wish.told_by.contains(&node.disk_id));
    theirs.into_iter().any(|node| holds(world, node, wish))
}

fn holds(world: &World, node: &EdgeNode, wish: &Wish) -> bool {
    let ledger = world.allocator.disk.synced();
    node.disk.synced().log.iter().any(|((epoch, seq), record)| {
        let is_it = matches!(&record.entry, UpEntry::OrderPlaced(order) if wish.is(&order.shopper, &order.key));
        let taken = ledger.book(&node.name, *epoch).is_some_and(|book| *seq <= book.head.up_taken);
        is_it && !taken
    })
}

/// An order whose edge acknowledged it always has a unit: of the escrow, or of the quarantine. With W = 0 it is judged
/// before it is acknowledged.
fn is_not_taken_back(world: &World, wish: &Wish) -> Found {
    let Some(order) = wish.order(world.allocator.core.image()) else { return Ok(()) };
    let is_lost = wish.told_by.iter().any(|disk| world.history.lost.contains_key(disk));
    let book = world.allocator.core.image().book(&order.edge, order.epoch);
    let is_its_edge = book.is_some_and(|book| wish.told_by.contains(&book.head.disk));
    let is_wrong = match order.reason {
        Some(CancelReason::NoUnit | CancelReason::UnknownSku) => is_its_edge && !is_lost,
        Some(CancelReason::OverLimit) => world.configuration.credit == 0 && !is_lost,
        Some(CancelReason::Operator) | None => false,
    };
    if is_wrong {
        return Err(format!("{} was acknowledged, and cancelled: {:?}", order.id, order.reason));
    }
    Ok(())
}

/// With W = 0 and every shopper at its home, the home knows of the limit before anybody is sold a unit.
fn no_home_is_deceived(world: &World) -> Found {
    if world.configuration.credit > 0 || !world.configuration.everybody_is_home() {
        return Ok(());
    }
    let orders = &world.allocator.core.image().orders;
    match orders.values().find(|order| order.reason == Some(CancelReason::OverLimit)) {
        Some(order) => Err(format!("{} of {} was cancelled for the limit, at its home", order.id, order.shopper)),
        None => Ok(()),
    }
}
