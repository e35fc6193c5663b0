//! What has changed in memory and is not on the disk: gathered, and written as one batch.

use std::collections::BTreeSet;

use doorbuster_proto::{Epoch, Instance, SaleId, Seq, Sku, Term};

use crate::node::Edge;
use crate::orders::Slot;
use crate::up_log::Logged;
use crate::{BatchId, Command, Order, Write};

/// How far the disk is, as far as the leader, the epoch and both logs go.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub(crate) struct Mark {
    pub(crate) led_by: Option<(Term, Instance)>,
    pub(crate) epoch: Option<Epoch>,
    pub(crate) closing: bool,
    pub(crate) up_tail: Seq,
    pub(crate) up_taken: Seq,
    pub(crate) down_taken: Seq,
}

/// The records to write, by name: their content is read when the batch is cut.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub(crate) struct Staged {
    begin: bool,
    meta: bool,
    sync: bool,
    shelves: BTreeSet<Sku>,
    /// Orders whose status does not follow from the watermark.
    statuses: BTreeSet<Slot>,
    sales: BTreeSet<SaleId>,
    up_first: Option<Seq>,
}

impl Staged {
    /// Asks that the next batch be durable before it is reported.
    pub(crate) fn sync(&mut self) {
        self.sync = true;
    }

    pub(crate) fn begin(&mut self) {
        *self = Self { begin: true, shelves: BTreeSet::new(), up_first: None, ..std::mem::take(self) };
    }

    pub(crate) fn meta(&mut self) {
        self.meta = true;
    }

    pub(crate) fn shelf(&mut self, sku: &Sku) {
        if !self.shelves.contains(sku) {
            self.shelves.insert(sku.clone());
        }
    }

    pub(crate) fn status(&mut self, order: Slot) {
        self.statuses.insert(order);
    }

    pub(crate) fn sale(&mut self, sale: &SaleId) {
        self.sales.insert(sale.clone());
    }

    pub(crate) fn up(&mut self, seq: Seq) {
        self.up_first.get_or_insert(seq);
    }

    fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// A batch on its way to the disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct InFlight {
    pub(crate) batch: BatchId,
    pub(crate) sync: bool,
    pub(crate) mark: Mark,
}

impl Edge {
    /// The state in memory, as a mark.
    pub(crate) fn mark(&self) -> Mark {
        Mark {
            led_by: self.meta.led_by,
            epoch: self.meta.epoch,
            closing: self.meta.closing,
            up_tail: self.up.tail(),
            up_taken: self.meta.up_taken,
            down_taken: self.meta.down_taken,
        }
    }

    /// Cuts the next batch, unless one is on its way.
    pub(crate) fn persist(&mut self) -> Option<Command> {
        if self.in_flight.is_some() || self.staged.is_empty() {
            return None;
        }
        let staged = std::mem::take(&mut self.staged);
        let writes = self.writes(&staged);
        self.last_batch = BatchId(self.last_batch.0 + 1);
        let (batch, sync) = (self.last_batch, staged.sync);
        self.in_flight = Some(InFlight { batch, sync, mark: self.mark() });
        Some(Command::Persist { batch, writes, sync })
    }

    fn writes(&self, staged: &Staged) -> Vec<Write> {
        let mut writes = Vec::new();
        writes.extend(staged.begin.then_some(Write::Begin));
        let shelf = |sku: &Sku| self.shelves.get(sku).map(|shelf| Write::Shelf(sku.clone(), shelf.clone()));
        writes.extend(staged.shelves.iter().filter_map(shelf));
        if let (Some(first), Some(epoch)) = (staged.up_first, self.meta.epoch) {
            let record = |logged: &Logged| logged.record(&self.orders);
            writes.extend(self.up.from(first).map(|(seq, logged)| Write::Log { epoch, seq, record: record(logged) }));
        }
        let status = |order: &Order| {
            let Order { epoch, seq, status, backorder, .. } = *order;
            Write::Status { epoch, seq, status, backorder }
        };
        writes.extend(staged.statuses.iter().map(|slot| status(self.orders.at(*slot))));
        let sale = |sale: &SaleId| match self.sales.find(sale) {
            Some(record) => Write::Sale(record.clone()),
            None => Write::SaleGone(sale.clone()),
        };
        writes.extend(staged.sales.iter().map(sale));
        writes.extend(staged.meta.then(|| Write::Meta(self.meta.clone())));
        writes
    }
}
