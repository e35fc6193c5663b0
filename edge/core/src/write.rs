//! A change of the disk, as data.

use doorbuster_proto::{OrderId, SaleId, Seq, Sku};

use crate::{Meta, Order, Sale, Shelf, UpRecord};

/// One storage mutation. A batch of them is written whole, in order, or not at all.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Write {
    /// A new epoch begins: no shelves, no up log. The orders stay.
    Begin,
    /// The single values.
    Meta(Meta),
    /// A shelf as it is now.
    Shelf(Sku, Shelf),
    /// An order as it is now.
    Order(OrderId, Order),
    /// An entry of the up log.
    Up(Seq, UpRecord),
    /// Forget the entries of the up log from `first` to `last`, both included.
    UpTrim {
        /// The first to forget.
        first: Seq,
        /// The last to forget.
        last: Seq,
    },
    /// A sale as it is now.
    Sale(Sale),
    /// A sale that is settled.
    SaleGone(SaleId),
}
