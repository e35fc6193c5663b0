//! What is on the disk, as plain records.

use std::collections::BTreeMap;

use doorbuster_proto::{Epoch, Instance, OrderId, SaleId, SaleRules, Seq, Sku, Term};

use crate::{Order, Shelf, UpRecord, Write};

/// One disk's records. The default is a fresh disk.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Image {
    /// The single values.
    pub meta: Meta,
    /// The epoch's stock.
    pub shelves: BTreeMap<Sku, Shelf>,
    /// Every order placed here, of all epochs.
    pub orders: BTreeMap<OrderId, Order>,
    /// The entries of the up log beyond the watermark.
    pub up: BTreeMap<Seq, UpRecord>,
    /// The sales, as last published.
    pub sales: BTreeMap<SaleId, Sale>,
}

/// The single values of a disk.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Meta {
    /// The highest term seen, and the allocator that led it.
    pub led_by: Option<(Term, Instance)>,
    /// The epoch of the stock and of both logs.
    pub epoch: Option<Epoch>,
    /// Whether `EpochClosed` is in the up log.
    pub closing: bool,
    /// The down log is applied to here.
    pub down_taken: Seq,
    /// The ledger holds the up log to here, and its verdicts to here are applied.
    pub up_taken: Seq,
}

/// A sale on the disk.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Sale {
    /// Its rules.
    pub rules: SaleRules,
    /// Whether the ledger closed it. Final.
    pub closed: bool,
}

impl Image {
    /// Makes one change, as the store does.
    pub fn apply(&mut self, write: &Write) {
        match write {
            Write::Begin => {
                self.shelves.clear();
                self.up.clear();
            }
            Write::Meta(meta) => self.meta = meta.clone(),
            Write::Shelf(sku, shelf) => drop(self.shelves.insert(sku.clone(), shelf.clone())),
            Write::Order(id, order) => drop(self.orders.insert(*id, order.clone())),
            Write::Up(seq, record) => drop(self.up.insert(*seq, record.clone())),
            Write::UpTrim { first, last } => self.up.retain(|seq, _| seq < first || seq > last),
            Write::Sale(sale) => drop(self.sales.insert(sale.rules.sale.clone(), sale.clone())),
            Write::SaleGone(sale) => drop(self.sales.remove(sale)),
        }
    }
}
