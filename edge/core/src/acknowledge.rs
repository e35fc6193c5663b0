//! Credit W: which orders are the shopper's before the ledger has said so, and which only after.

use std::collections::{BTreeSet, VecDeque};

use doorbuster_proto::{OrderVerdict, Seq, Sku, Units, UpTaken};

use crate::node::Edge;
use crate::orders::Slot;
use crate::session::Standing;
use crate::up_log::Logged;
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
    pub(crate) order: Slot,
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
        judged.for_each(|judged| self.judge(judged));
        for sku in &self.move_watermark(taken.watermark) {
            self.acknowledge(sku);
        }
        Ok(())
    }

    fn judge(&mut self, judged: &OrderVerdict) {
        let Some(slot) = self.up.entry(judged.seq).and_then(Logged::order) else { return };
        if self.orders.at(slot).status == OrderStatus::Pending {
            self.settle(slot, judged.verdict.into(), judged.backorder);
        }
    }

    fn move_watermark(&mut self, watermark: Seq) -> BTreeSet<Sku> {
        if watermark <= self.up.watermark() {
            return BTreeSet::new();
        }
        let mut covered = BTreeSet::new();
        for logged in self.up.take_through(watermark) {
            let Some(slot) = logged.order() else { continue };
            let order = self.orders.at(slot);
            // The watermark says that it is reserved, of units that are there; anything else must be said.
            if order.status != OrderStatus::Reserved || order.backorder {
                self.staged.status(slot);
            }
            self.credits.get_mut(&order.sku).expect("an order in the log has its SKU's").taken_in = logged.sold;
            if !covered.contains(&order.sku) {
                covered.insert(order.sku.clone());
            }
        }
        // No sync: the verdicts are durable in the ledger, which repeats them until a synced write has covered this.
        self.meta.up_taken = watermark;
        self.staged.meta();
        covered
    }

    /// Gives an order the status that the ledger says, and answers who waits for it.
    pub(crate) fn settle(&mut self, slot: Slot, status: OrderStatus, backorder: bool) {
        let before = self.orders.set_status(slot, status, backorder && status.counts());
        let order = self.orders.at(slot);
        match (before.counts(), status.counts()) {
            (true, false) => self.shoppers.remove(order),
            (false, true) => self.shoppers.add(order),
            _ => {}
        }
        self.answer_waiting(slot);
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
            let slot = front.order;
            if self.orders.is_unacknowledged(slot) {
                if !self.is_within_credit(sku, front) {
                    break;
                }
                self.orders.acknowledge_on_credit(slot);
                self.answer_waiting(slot);
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
