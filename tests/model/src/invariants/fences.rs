//! 6. Nothing of a fenced epoch is credited but out of its quarantine or write-off: it has no escrow. That epochs and terms
//!    only grow is seen along the way, in the history.

use doorbuster_allocator_core::{Account, Phase};

use super::Found;
use crate::world::World;

pub(super) fn look(world: &World) -> Found {
    let ledger = world.allocator.core.image();
    for (sku, stock) in &ledger.stock {
        for (account, units) in &stock.accounts {
            let Account::Escrow(edge, epoch) = account else { continue };
            let phase = ledger.book(edge, *epoch).map(|book| book.head.phase);
            if stock.halted.is_none() && !phase.is_some_and(Phase::is_unfenced) {
                return Err(format!("{sku}: {units} units in {account}, which is {phase:?}"));
            }
        }
    }
    one_live_epoch(world)
}

/// An edge has one unfenced epoch at most, its last.
fn one_live_epoch(world: &World) -> Found {
    for (edge, books) in &world.allocator.core.image().epochs {
        let earlier = books.iter().rev().skip(1).find(|(_, book)| book.head.phase.is_unfenced());
        if let Some((epoch, _)) = earlier {
            return Err(format!("epoch {epoch} of {edge} lives beside a later one"));
        }
    }
    Ok(())
}
