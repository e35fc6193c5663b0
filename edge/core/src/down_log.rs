//! The edge's end of the down log: grants, order states, the end of a sale. Applied in order, once.

use std::collections::BTreeSet;

use doorbuster_proto::{Commit, DownBatch, DownEntry, DownTotal, OrderId, OrderState, Seq, Sku, Term, Units};

use crate::node::Edge;
use crate::{CancelledBecause, HangUpReason, OrderStatus};

impl Edge {
    /// Applies what is new of a batch, all in one write together with the watermark.
    pub(crate) fn take_down(&mut self, when: (Term, Commit), batch: DownBatch) -> Result<(), HangUpReason> {
        if self.meta.closing {
            return Ok(());
        }
        if batch.first == Seq(0) || batch.first > self.meta.down_taken.next() {
            return Err(HangUpReason::Gap);
        }
        self.connection.down_taken_due = true;
        let known = usize::try_from(self.meta.down_taken.next().0 - batch.first.0).unwrap_or(usize::MAX);
        let mut granted = BTreeSet::new();
        let mut is_new = false;
        for entry in batch.entries.into_iter().skip(known) {
            self.meta.down_taken = self.meta.down_taken.next();
            granted.extend(self.apply_down(when, entry));
            is_new = true;
        }
        if is_new {
            self.staged.meta();
            self.staged.sync();
            self.check_totals(&batch.totals);
            self.close_ended();
            self.give_back_unsold_elsewhere();
            for sku in &granted {
                self.serve_parked(sku);
                self.ask(sku);
            }
            self.make_room();
        }
        Ok(())
    }

    fn apply_down(&mut self, when: (Term, Commit), entry: DownEntry) -> Option<Sku> {
        match entry {
            DownEntry::Grant { sku, units } => {
                self.take_grant(when, &sku, units);
                return Some(sku);
            }
            DownEntry::OrderState { order, state, backorder } => self.take_state(order, state, backorder),
            DownEntry::SaleClosed { sale } => self.close_by_ledger(&sale),
        }
        None
    }

    /// A cancelled order keeps its reason: the ledger may tell of it again in the next epoch.
    fn take_state(&mut self, id: OrderId, state: OrderState, backorder: bool) {
        let Some(slot) = self.orders.find(id) else { return };
        let order = self.orders.at(slot);
        let status = match (order.status, state) {
            // Where the key was reused, the state is that of the purchase which has the id.
            (OrderStatus::Cancelled(CancelledBecause::KeyReused), _)
            | (OrderStatus::Cancelled(_), OrderState::Cancelled) => return,
            // The verdict on a tail's order was lost on the way. If the id is consumed, the ledger says so to a repeat.
            (OrderStatus::Pending, OrderState::Cancelled) if Some(order.epoch) != self.meta.epoch => {
                OrderStatus::Cancelled(CancelledBecause::NoUnit)
            }
            _ => state.into(),
        };
        self.settle(slot, status, backorder);
        self.staged.status(slot);
    }

    fn take_grant(&mut self, when: (Term, Commit), sku: &Sku, units: Units) {
        self.shelves.entry(sku.clone()).or_default().grant(units);
        self.staged.shelf(sku);
        self.note_grant(when, sku);
        self.demand.granted(sku);
        self.show(sku);
    }

    /// The allocator's sums and these are made of the same entries.
    fn check_totals(&mut self, totals: &[DownTotal]) {
        for DownTotal { sku, granted } in totals {
            let found = self.shelves.get(sku).map(|shelf| shelf.granted).unwrap_or_default();
            if found != *granted {
                self.shelves.entry(sku.clone()).or_default().halted = true;
                self.staged.shelf(sku);
                self.show(sku);
                self.alert(format!("{sku} halted: expected {granted} units granted in all, found {found}"));
            }
        }
    }
}
