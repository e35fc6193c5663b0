//! What the disks of edges add to the ledger's journal.

use doorbuster_edge_core::{Order, OrderStatus};
use doorbuster_proto::{EdgeId, Epoch, OrderId, OrderPlaced, Seq, Sku, Timestamp, UpEntry};

use crate::audit::stores::{Disk, Stores};

/// An entry that placed an order.
pub(super) struct Entry<'a> {
    pub(super) disk: &'a Disk,
    pub(super) epoch: Epoch,
    pub(super) seq: Seq,
    /// By the edge's clock.
    pub(super) at: Timestamp,
    pub(super) what: String,
}

/// Every entry by which an order was placed, on all disks.
pub(super) fn entries(stores: &Stores, id: OrderId) -> Vec<Entry<'_>> {
    let logs =
        stores.disks.iter().flat_map(|disk| disk.image.log.iter().map(move |(place, record)| (disk, place, record)));
    let placed = logs.filter_map(|(disk, (epoch, seq), record)| match &record.entry {
        UpEntry::OrderPlaced(placed) if placed.order == id => {
            let OrderPlaced { units, sku, shopper, key, at, .. } = placed;
            let what =
                format!("placed as entry {seq} of epoch {epoch}: {units} of {sku}, for {shopper}, with key {key}");
            Some(Entry { disk, epoch: *epoch, seq: *seq, at: *at, what })
        }
        _ => None,
    });
    placed.collect()
}

/// How an order stands on a disk.
pub(super) fn shown(disk: &Disk, id: OrderId) -> Option<String> {
    disk.image.orders().remove(&id).map(|order: Order| match order.status {
        OrderStatus::Pending => "pending: no verdict was heard".into(),
        OrderStatus::Cancelled(reason) => format!("cancelled ({reason})"),
        status => format!("{status:?}").to_lowercase(),
    })
}

/// Whether an entry of the down log has reached its disk.
pub(super) fn arrival(stores: &Stores, edge: &EdgeId, epoch: Epoch, seq: Seq) -> Option<String> {
    let book = stores.ledger.image.book(edge, epoch)?;
    let Some(disk) = stores.disk_of(book) else {
        return (seq <= book.head.down_taken)
            .then(|| format!("the edge said that it holds the down log to {}", book.head.down_taken));
    };
    match disk.image.meta.epoch {
        Some(now) if now > epoch => Some("that epoch is over on the edge's disk".into()),
        Some(now) if now == epoch && disk.image.meta.down_taken >= seq => {
            Some(format!("on the shelf: the disk holds the down log to {}", disk.image.meta.down_taken))
        }
        _ => Some(format!("not on the shelf: the disk holds the down log to {}", disk.image.meta.down_taken)),
    }
}

/// What of a live epoch's escrow the ledger does not know of: it is on the shelf, or in entries to be shipped.
pub(super) fn beyond(stores: &Stores, edge: &EdgeId, epoch: Epoch, sku: &Sku) -> Option<String> {
    let book = stores.ledger.image.book(edge, epoch).filter(|book| book.head.phase.is_unfenced())?;
    let disk = stores.disk_of(book).filter(|disk| disk.image.meta.epoch == Some(epoch))?;
    let shelf = disk.image.shelves.get(sku)?.on_hand;
    let entries = disk.image.log.range((epoch, book.head.up_taken.next())..=(epoch, Seq(u64::MAX)));
    let of_it = entries.filter(|(_, record)| record.sku() == Some(sku)).count();
    Some(format!(
        "of all that {edge} has of {sku} in epoch {epoch}: {shelf} units on the shelf, {of_it} entries that the ledger has \
         not taken in"
    ))
}
