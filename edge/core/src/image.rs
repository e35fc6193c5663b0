//! What is on the disk, as plain records.

use std::collections::{BTreeMap, BTreeSet};

use doorbuster_proto::{Epoch, Instance, LogMark, OrderId, OrderPlaced, SaleId, SaleRules, Seq, Sku, Term, UpEntry};

use crate::{Order, OrderStatus, Shelf, UpRecord, Write};

/// One disk's records. The default is a fresh disk.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Image {
    /// The single values.
    pub meta: Meta,
    /// The epoch's stock.
    pub shelves: BTreeMap<Sku, Shelf>,
    /// The up logs, of all epochs: every order placed here is in one.
    pub log: BTreeMap<(Epoch, Seq), UpRecord>,
    /// How orders stand where that does not follow from the watermark, by their entry.
    pub statuses: BTreeMap<(Epoch, Seq), OrderStatus>,
    /// Which of those are of units that are yet to come.
    pub backorders: BTreeSet<(Epoch, Seq)>,
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
            Write::Begin => self.shelves.clear(),
            Write::Meta(meta) => self.meta = meta.clone(),
            Write::Shelf(sku, shelf) => drop(self.shelves.insert(sku.clone(), shelf.clone())),
            Write::Log { epoch, seq, record } => drop(self.log.insert((*epoch, *seq), record.clone())),
            Write::Status { epoch, seq, status, backorder } => {
                self.statuses.insert((*epoch, *seq), *status);
                if *backorder {
                    self.backorders.insert((*epoch, *seq));
                } else {
                    self.backorders.remove(&(*epoch, *seq));
                }
            }
            Write::Sale(sale) => drop(self.sales.insert(sale.rules.sale.clone(), sale.clone())),
            Write::SaleGone(sale) => drop(self.sales.remove(sale)),
        }
    }

    /// The entries of this epoch's up log beyond the watermark.
    pub fn up(&self) -> impl DoubleEndedIterator<Item = (Seq, &UpRecord)> {
        let beyond = |epoch| (epoch, self.meta.up_taken.next())..=(epoch, Seq(u64::MAX));
        let entries = self.meta.epoch.into_iter().flat_map(move |epoch| self.log.range(beyond(epoch)));
        entries.map(|((_, seq), record)| (*seq, record))
    }

    /// Where the ledger's end of this epoch's up log was when last heard of.
    pub fn up_mark(&self) -> LogMark {
        let taken = |epoch| (epoch, Seq(1))..=(epoch, self.meta.up_taken);
        let is_any = self.meta.up_taken > Seq(0);
        let entries = self.meta.epoch.filter(|_| is_any).into_iter().flat_map(|epoch| self.log.range(taken(epoch)));
        entries.fold(LogMark::default(), |mark, (_, record)| mark.then(&record.entry))
    }

    /// Every order placed here, of all epochs; of two of one id the later one counts.
    ///
    /// An order stands as its status says. Without one it is `Reserved` where the ledger has taken its entry in, or where
    /// its epoch has ended, and else `Pending`: what the watermark says of most is not written once more for each.
    pub fn orders(&self) -> BTreeMap<OrderId, Order> {
        self.clone().take_orders().map(|order| (order.id, order)).collect()
    }

    /// The orders as they were placed, where the log is needed no more. Two may have one id.
    pub(crate) fn take_orders(&mut self) -> impl Iterator<Item = Order> {
        let log = std::mem::take(&mut self.log);
        log.into_iter().filter_map(|(at, record)| match record.entry {
            UpEntry::OrderPlaced(placed) => Some(self.order(at, placed)),
            UpEntry::StockReturned { .. } | UpEntry::EpochClosed => None,
        })
    }

    fn order(&self, (epoch, seq): (Epoch, Seq), placed: OrderPlaced) -> Order {
        let is_taken = Some(epoch) != self.meta.epoch || seq <= self.meta.up_taken;
        let usual = if is_taken { OrderStatus::Reserved } else { OrderStatus::Pending };
        let status = self.statuses.get(&(epoch, seq)).copied().unwrap_or(usual);
        let backorder = self.backorders.contains(&(epoch, seq));
        Order { status, backorder, ..Order::of(placed, epoch, seq) }
    }
}
