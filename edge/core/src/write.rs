//! A change of the disk, as data.

use doorbuster_proto::{Epoch, SaleId, Seq, Sku};

use crate::{Meta, OrderStatus, Sale, Shelf, UpRecord};

/// One storage mutation. A batch of them is written whole, in order, or not at all.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Write {
    /// A new epoch begins: no shelves. The log of those before stays, for its orders.
    Begin,
    /// The single values.
    Meta(Meta),
    /// A shelf as it is now.
    Shelf(Sku, Shelf),
    /// An entry of an epoch's up log; one that places an order is the order's record too.
    Log {
        /// The log's epoch.
        epoch: Epoch,
        /// Its number there.
        seq: Seq,
        /// The entry.
        record: UpRecord,
    },
    /// How the order of an entry stands, where that does not follow from the watermark: see [`Image::orders`].
    ///
    /// [`Image::orders`]: crate::Image::orders
    Status {
        /// The entry's epoch.
        epoch: Epoch,
        /// Its number there.
        seq: Seq,
        /// How the order stands.
        status: OrderStatus,
        /// Whether its units are yet to come.
        backorder: bool,
    },
    /// A sale as it is now.
    Sale(Sale),
    /// A sale that is settled.
    SaleGone(SaleId),
}
