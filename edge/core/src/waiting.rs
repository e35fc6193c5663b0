//! Requests that wait for their order to be acknowledged.

use std::collections::BTreeMap;

use doorbuster_proto::{Timestamp, Units};

use crate::node::Edge;
use crate::orders::Slot;
use crate::session::Phase;
use crate::{
    ACKNOWLEDGE_MS_MAX, Answer, CancelledBecause, Command, OrderStatus, PENDING_RETRY_MS, Refusal, WAITERS_MAX,
    WAITERS_PER_ORDER_MAX, Waiter,
};

/// Who waits for which order, and until when.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub(crate) struct Waiting {
    of_order: BTreeMap<(Slot, Waiter), Timestamp>,
    deadlines: BTreeMap<(Timestamp, Waiter), Slot>,
}

impl Waiting {
    pub(crate) fn len(&self) -> usize {
        self.deadlines.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.deadlines.is_empty()
    }

    pub(crate) fn next_deadline(&self) -> Option<Timestamp> {
        self.deadlines.keys().next().map(|(deadline, _)| *deadline)
    }

    fn has_room(&self, order: Slot) -> bool {
        self.len() < WAITERS_MAX && self.of(order).count() < WAITERS_PER_ORDER_MAX
    }

    fn add(&mut self, order: Slot, waiter: Waiter, deadline: Timestamp) {
        self.of_order.insert((order, waiter), deadline);
        self.deadlines.insert((deadline, waiter), order);
    }

    fn of(&self, order: Slot) -> impl Iterator<Item = Waiter> {
        self.of_order.range((order, Waiter(0))..=(order, Waiter(u64::MAX))).map(|((_, waiter), _)| *waiter)
    }

    /// One of those who wait for the order, first come first; it waits no more.
    fn take(&mut self, order: Slot) -> Option<Waiter> {
        let waiter = self.of(order).next()?;
        let deadline = self.of_order.remove(&(order, waiter)).expect("it was found just now");
        self.deadlines.remove(&(deadline, waiter));
        Some(waiter)
    }

    fn take_due(&mut self, now: Timestamp) -> Option<(Waiter, Slot)> {
        let due = self.deadlines.first_entry().filter(|first| first.key().0 <= now)?;
        let ((_, waiter), order) = due.remove_entry();
        self.of_order.remove(&(order, waiter));
        Some((waiter, order))
    }
}

impl Edge {
    pub(crate) fn reply(&mut self, waiter: Waiter, answer: Answer) {
        self.commands.push_back(Command::Reply { waiter, answer });
    }

    /// Waits for an order's acknowledgement, unless there is none to wait for, or no room.
    pub(crate) fn join(&mut self, waiter: Waiter, order: Slot) {
        let is_hopeless = self.connection.phase == Phase::Down && self.is_durable(order);
        if is_hopeless || !self.waiting.has_room(order) {
            let answer = self.pending(order);
            return self.reply(waiter, answer);
        }
        self.waiting.add(order, waiter, self.clock.after_ms(ACKNOWLEDGE_MS_MAX));
    }

    /// Tells everyone who waits for the order how it stands.
    pub(crate) fn answer_waiting(&mut self, order: Slot) {
        while let Some(answer) = self.answer_of(order) {
            let Some(waiter) = self.waiting.take(order) else { break };
            self.reply(waiter, answer);
        }
    }

    /// The session is gone: who waits for an order beyond the credit would wait in vain.
    pub(crate) fn answer_pending(&mut self) {
        let waiting: Vec<Slot> = self.waiting.of_order.keys().map(|(order, _)| *order).collect();
        for order in waiting {
            if self.is_durable(order)
                && let Some(waiter) = self.waiting.take(order)
            {
                let answer = self.pending(order);
                self.reply(waiter, answer);
            }
        }
    }

    pub(crate) fn answer_overdue(&mut self) {
        while let Some((waiter, order)) = self.waiting.take_due(self.clock) {
            let answer = self.pending(order);
            self.reply(waiter, answer);
        }
    }

    /// The answer to whoever asks for this order; `None` while there is none.
    pub(crate) fn answer_of(&self, order: Slot) -> Option<Answer> {
        let view = self.orders.view(order);
        Some(match view.status {
            OrderStatus::Pending => return None,
            OrderStatus::Cancelled(CancelledBecause::OverLimit) => {
                let limit = self.sales.rules(&view.sku.sale).map_or(view.units, |rules| rules.limit);
                Answer::Refused(Refusal::LimitReached { limit })
            }
            OrderStatus::Cancelled(CancelledBecause::UnknownSku) => Answer::Refused(Refusal::UnknownSku),
            OrderStatus::Cancelled(CancelledBecause::KeyReused) => Answer::Refused(Refusal::KeyReused),
            OrderStatus::Cancelled(CancelledBecause::NoUnit) => self.queueing(&view.sku, view.id, view.units),
            _ => Answer::Reserved(view),
        })
    }

    /// An order that a crash could still undo is not shown to anyone.
    fn pending(&self, order: Slot) -> Answer {
        if self.is_durable(order) {
            return Answer::Pending { order: self.orders.view(order), retry_after_ms: PENDING_RETRY_MS };
        }
        let order = self.orders.at(order);
        // It has its units: none is lacked, however few are left.
        self.queueing(&order.sku, order.id, Units::ZERO)
    }

    pub(crate) fn is_durable(&self, order: Slot) -> bool {
        let order = self.orders.at(order);
        Some(order.epoch) != self.meta.epoch || order.seq <= self.durable_tail()
    }
}
