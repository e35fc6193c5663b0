//! Credit W: which orders are the shopper's before the ledger has said so, and which only after.

use std::collections::{BTreeSet, VecDeque};

use doorbuster_proto::{OrderId, OrderVerdict, Seq, Sku, Units, UpEntry, UpTaken};

use crate::node::Edge;
use crate::session::Standing;
use crate::{HangUpReason, OrderStatus};

/// One SKU's orders between the ledger's knowledge and the log's end.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub(crate) struct Credit {
    /// Units in orders that the ledger has taken in, since the epoch's start.
    pub(crate) taken_in: Units,
    /// Orders to acknowledge, in log order.
    pub(crate) queue: VecDeque<Placed>,
}

/// An order in the up log.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Placed {
    pub(crate) seq: Seq,
    pub(crate) order: OrderId,
    /// Units of its SKU sold since the epoch's start, its own included.
    pub(crate) sold: Units,
}

impl Edge {
    /// Applies the verdicts, then moves the watermark: nobody is answered from a watermark alone.
    pub(crate) fn take_verdicts(&mut self, taken: &UpTaken) -> Result<(), HangUpReason> {
        if taken.tail && !self.meta.closing {
            return Err(HangUpReason::UnexpectedMessage);
        }
        if taken.watermark > self.durable_tail() {
            return self.check_watermark(taken.watermark);
        }
        let judged = taken.verdicts.iter().filter(|judged| judged.seq <= taken.watermark);
        let touched: BTreeSet<Sku> = judged.filter_map(|judged| self.judge(judged)).collect();
        let covered = self.move_watermark(taken.watermark);
        touched.union(&covered).for_each(|sku| self.acknowledge(sku));
        Ok(())
    }

    fn judge(&mut self, judged: &OrderVerdict) -> Option<Sku> {
        let UpEntry::OrderPlaced(placed) = &self.up.entry(judged.seq)?.entry else { return None };
        let (id, sku) = (placed.order, placed.sku.clone());
        let order = self.orders.find(&id)?;
        if order.status == OrderStatus::Pending && order.seq == judged.seq && Some(order.epoch) == self.meta.epoch {
            self.settle(id, judged.verdict.into());
        }
        Some(sku)
    }

    fn move_watermark(&mut self, watermark: Seq) -> BTreeSet<Sku> {
        let first = self.up.watermark().next();
        if watermark < first {
            return BTreeSet::new();
        }
        let mut covered = BTreeSet::new();
        for record in self.up.take_through(watermark).into_values() {
            if let UpEntry::OrderPlaced(order) = record.entry {
                self.credits.entry(order.sku.clone()).or_default().taken_in = record.sold;
                covered.insert(order.sku);
            }
        }
        // No sync: the verdicts are durable in the ledger, which repeats them until a synced write has covered this.
        self.meta.up_taken = watermark;
        self.staged.trim(first, watermark);
        self.staged.meta();
        covered
    }

    /// Gives an order the status that the ledger says, and answers who waits for it.
    pub(crate) fn settle(&mut self, id: OrderId, status: OrderStatus) {
        let Some(before) = self.orders.set_status(&id, status) else { return };
        let order = self.orders.find(&id).expect("it was found just now");
        match (before.counts(), status.counts()) {
            (true, false) => self.limits.remove(order),
            (false, true) => self.limits.add(order),
            _ => {}
        }
        self.staged.order(id);
        self.answer_waiting(id);
    }

    pub(crate) fn acknowledge_all(&mut self) {
        let waiting = self.credits.iter().filter(|(_, credit)| !credit.queue.is_empty());
        let skus: Vec<Sku> = waiting.map(|(sku, _)| sku.clone()).collect();
        for sku in &skus {
            self.acknowledge(sku);
        }
    }

    /// Acknowledges a SKU's orders strictly in log order, as far as verdicts and credit reach.
    pub(crate) fn acknowledge(&mut self, sku: &Sku) {
        while let Some(front) = self.credits.get(sku).and_then(|credit| credit.queue.front()) {
            let id = front.order;
            if self.orders.is_unacknowledged(&id) {
                if !self.is_within_credit(sku, front) {
                    break;
                }
                self.orders.acknowledge_on_credit(id);
                self.answer_waiting(id);
            }
            self.credits.get_mut(sku).expect("its front was read just now").queue.pop_front();
        }
    }

    /// An order that the watermark covers without a verdict is not: its SKU is halted in the ledger.
    fn is_within_credit(&self, sku: &Sku, placed: &Placed) -> bool {
        let beyond = placed.sold.saturating_sub(self.taken_in(sku));
        placed.seq <= self.durable_tail() && placed.seq > self.up.watermark() && beyond <= self.credit(sku)
    }

    pub(crate) fn taken_in(&self, sku: &Sku) -> Units {
        self.credits.get(sku).map(|credit| credit.taken_in).unwrap_or_default()
    }

    /// W, where this edge has credit at all.
    pub(crate) fn credit(&self, sku: &Sku) -> Units {
        if self.meta.closing || matches!(self.standing, Standing::Refused(_)) {
            return Units::ZERO;
        }
        self.sales.rules(&sku.sale).map(|rules| rules.credit).unwrap_or_default()
    }
}
