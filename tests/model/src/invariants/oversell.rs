//! 2. Units of valid orders are at most the supply: by the ledger, and by what shoppers were told.

use std::collections::BTreeMap;

use doorbuster_allocator_core::LedgerOrder;
use doorbuster_proto::{Sku, Units};

use super::Found;
use crate::world::World;

pub(super) fn look(world: &World) -> Found {
    let ledger = world.allocator.core.image();
    let mut valid: BTreeMap<&Sku, Units> = BTreeMap::new();
    for order in ledger.orders.values().filter(|order| order.is_valid()) {
        let sum = valid.entry(&order.sku).or_default();
        *sum = sum.plus(order.units);
    }
    for (sku, stock) in &ledger.stock {
        let sold = valid.get(sku).copied().unwrap_or_default();
        if sold > stock.issued() {
            return Err(format!("{sku}: {sold} units are sold of {}", stock.issued()));
        }
        let told = told(world, sku);
        // A disk that was set back or copied sells up to W units again.
        let spare = world.configuration.credit * world.history.lost.values().sum::<u64>();
        if told.get() > stock.issued().get() + spare {
            return Err(format!("{sku}: shoppers were told to have {told} units, and there are {}", stock.issued()));
        }
    }
    Ok(())
}

/// Units that shoppers were told to have, and that the ledger has not cancelled.
fn told(world: &World, sku: &Sku) -> Units {
    let ledger = world.allocator.core.image();
    let theirs = world.shoppers.wishes.iter().filter(|wish| wish.is_told() && wish.purchase.full_sku() == *sku);
    let stands = theirs.filter(|wish| !wish.order(ledger).is_some_and(LedgerOrder::is_cancelled));
    stands.map(|wish| wish.purchase.units).sum()
}
