//! One edge, as it would speak.

use doorbuster_allocator_core::Connection;
use doorbuster_proto::{
    BootId, DiskId, EdgeBody, EdgeId, Epoch, FromEdge, Hello, Instance, Seq, Session, SiteVersion, Sku, Term, Units,
    UpBatch, UpEntry, UpTotal,
};

/// One edge, as it would speak.
#[derive(Debug, Clone)]
pub(in crate::allocator) struct Peer {
    pub(in crate::allocator) connection: Connection,
    pub(in crate::allocator) session: Session,
    pub(in crate::allocator) edge: EdgeId,
    pub(in crate::allocator) disk: DiskId,
    pub(in crate::allocator) epoch: Option<Epoch>,
    pub(in crate::allocator) up_tail: Seq,
    pub(in crate::allocator) verdicts_taken: Seq,
    pub(in crate::allocator) down_taken: Seq,
    pub(in crate::allocator) led_by: Option<(Term, Instance)>,
    pub(in crate::allocator) closing: bool,
    pub(in crate::allocator) totals: Vec<UpTotal>,
}

impl Peer {
    pub(in crate::allocator) fn new(name: &str, connection: u64) -> Self {
        Self {
            connection: Connection(connection),
            session: Session { boot: BootId(connection), counter: 1 },
            edge: name.parse().unwrap(),
            disk: DiskId(u128::from(connection)),
            epoch: None,
            up_tail: Seq(0),
            verdicts_taken: Seq(0),
            down_taken: Seq(0),
            led_by: None,
            closing: false,
            totals: Vec::new(),
        }
    }

    /// The same disk on a new transport.
    pub(in crate::allocator) fn again(&self, connection: u64) -> Self {
        let session = Session { boot: self.session.boot, counter: self.session.counter + 1 };
        Self { connection: Connection(connection), session, ..self.clone() }
    }

    pub(in crate::allocator) fn message(&self, body: EdgeBody) -> FromEdge {
        FromEdge { session: self.session, epoch: self.epoch, body }
    }

    pub(in crate::allocator) fn hello(&self) -> FromEdge {
        self.message(EdgeBody::Hello(Hello {
            edge: self.edge.clone(),
            disk: self.disk,
            up_tail: self.up_tail,
            verdicts_taken: self.verdicts_taken,
            down_taken: self.down_taken,
            led_by: self.led_by,
            site: SiteVersion(0),
            closing: self.closing,
        }))
    }

    /// The next batch of its log.
    pub(in crate::allocator) fn batch(&mut self, entries: Vec<UpEntry>) -> UpBatch {
        let first = self.up_tail.next();
        self.up_tail = Seq(self.up_tail.0 + entries.len() as u64);
        for entry in &entries {
            self.count(entry);
        }
        let touched = |total: &&UpTotal| entries.iter().any(|entry| sku_of(entry) == Some(&total.sku));
        let totals = self.totals.iter().filter(touched).cloned().collect();
        let closes = entries.contains(&UpEntry::EpochClosed);
        self.closing |= closes;
        UpBatch { first, entries, totals, verdicts_taken: self.verdicts_taken, tail: self.closing }
    }

    fn count(&mut self, entry: &UpEntry) {
        let Some(sku) = sku_of(entry) else { return };
        if !self.totals.iter().any(|total| total.sku == *sku) {
            self.totals.push(UpTotal { sku: sku.clone(), sold: Units::ZERO, returned: Units::ZERO });
        }
        let total = self.totals.iter_mut().find(|total| total.sku == *sku).unwrap();
        match entry {
            UpEntry::OrderPlaced(order) => total.sold = total.sold.plus(order.units),
            UpEntry::StockReturned { units, .. } => total.returned = total.returned.plus(*units),
            UpEntry::EpochClosed => {}
        }
    }
}

fn sku_of(entry: &UpEntry) -> Option<&Sku> {
    match entry {
        UpEntry::OrderPlaced(order) => Some(&order.sku),
        UpEntry::StockReturned { sku, .. } => Some(sku),
        UpEntry::EpochClosed => None,
    }
}
