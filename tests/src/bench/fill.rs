//! Fills an edge's store with orders of long ago.

use std::path::Path;

use doorbuster_edge::stock::Store;
use doorbuster_edge_core::{Meta, UpRecord, Write};
use doorbuster_proto::{
    Epoch, IdempotencyKey, OrderId, OrderPlaced, SaleId, Seq, ShopperId, Sku, Timestamp, Units, UpEntry,
};

const BATCH: u64 = 10_000;
const BEFORE: Epoch = Epoch(1);
const NOW: Epoch = Epoch(2);
const LONG_AGO: Timestamp = Timestamp(1_700_000_000_000);

/// Adds `count` orders, each of another shopper, to a store that no edge has open.
///
/// # Errors
/// The disk refused, or the store is in use.
pub fn fill(store: &Path, sale: &str, skus: &[String], count: u64) -> anyhow::Result<()> {
    let mut store = Store::open(store)?;
    let sale: SaleId = sale.parse()?;
    let codes = skus.iter().map(|sku| sku.parse()).collect::<Result<Vec<_>, _>>()?;
    let skus: Vec<Sku> = codes.into_iter().map(|code| Sku { sale: sale.clone(), code }).collect();
    anyhow::ensure!(!skus.is_empty(), "expected an item at least");
    // Of an epoch that has ended: the ledger took them in.
    store.write(&[Write::Meta(Meta { epoch: Some(NOW), ..Meta::default() })], false)?;
    for first in (0..count).step_by(usize::try_from(BATCH)?) {
        let numbers = first..count.min(first + BATCH);
        let orders = numbers.map(|number| order(&sale, &skus[usize::try_from(number)? % skus.len()], number));
        store.write(&orders.collect::<anyhow::Result<Vec<_>>>()?, false)?;
    }
    Ok(store.flush()?)
}

fn order(sale: &SaleId, sku: &Sku, number: u64) -> anyhow::Result<Write> {
    let shopper: ShopperId = format!("early-{number:09}").parse()?;
    let key: IdempotencyKey = format!("1e7a9c52-4b0d-4a53-8a73-{number:012x}").parse()?;
    let id = OrderId::of(sale, &shopper, &key);
    let placed = OrderPlaced { order: id, key, sku: sku.clone(), shopper, units: Units::ONE, at: LONG_AGO };
    let record = UpRecord { entry: UpEntry::OrderPlaced(placed), sold: Units::ZERO, returned: Units::ZERO };
    Ok(Write::Log { epoch: BEFORE, seq: Seq(number + 1), record })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_order_is_in_the_store() {
        let folder = tempfile::tempdir().unwrap();
        let store = folder.path().join("stock");
        fill(&store, "bench", &["a".to_owned(), "b".to_owned()], BATCH + 3).unwrap();
        let image = Store::open(&store).unwrap().load().unwrap();
        assert_eq!(image.orders().len() as u64, BATCH + 3);
    }
}
