//! Requests that wait for their order to be acknowledged.

use std::collections::BTreeMap;

use doorbuster_proto::{OrderId, Timestamp};

use crate::node::Edge;
use crate::session::Phase;
use crate::{
    ACKNOWLEDGE_MS_MAX, Answer, CancelledBecause, Command, OrderStatus, PENDING_RETRY_MS, QUEUEING_RETRY_MS, Refusal,
    WAITERS_MAX, WAITERS_PER_ORDER_MAX, Waiter,
};

/// Who waits for which order, and until when.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub(crate) struct Waiting {
    of_order: BTreeMap<OrderId, Vec<(Timestamp, Waiter)>>,
    deadlines: BTreeMap<(Timestamp, Waiter), OrderId>,
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

    fn has_room(&self, id: OrderId) -> bool {
        self.len() < WAITERS_MAX && self.of_order.get(&id).is_none_or(|waiters| waiters.len() < WAITERS_PER_ORDER_MAX)
    }

    fn add(&mut self, id: OrderId, waiter: Waiter, deadline: Timestamp) {
        self.of_order.entry(id).or_default().push((deadline, waiter));
        self.deadlines.insert((deadline, waiter), id);
    }

    /// Everyone who waits for the order, first come first.
    fn take(&mut self, id: OrderId) -> Vec<Waiter> {
        let waiters = self.of_order.remove(&id).unwrap_or_default();
        for waiting in &waiters {
            self.deadlines.remove(waiting);
        }
        waiters.into_iter().map(|(_, waiter)| waiter).collect()
    }

    fn take_due(&mut self, now: Timestamp) -> Option<(Waiter, OrderId)> {
        let due = self.deadlines.first_entry().filter(|first| first.key().0 <= now)?;
        let (key, id) = due.remove_entry();
        let waiters = self.of_order.get_mut(&id).expect("who has a deadline waits for an order");
        waiters.retain(|waiting| *waiting != key);
        if waiters.is_empty() {
            self.of_order.remove(&id);
        }
        Some((key.1, id))
    }
}

impl Edge {
    pub(crate) fn reply(&mut self, waiter: Waiter, answer: Answer) {
        self.commands.push_back(Command::Reply { waiter, answer });
    }

    /// Waits for an order's acknowledgement, unless there is none to wait for, or no room.
    pub(crate) fn join(&mut self, waiter: Waiter, id: OrderId) {
        let is_hopeless = self.connection.phase == Phase::Down && self.is_durable(id);
        if is_hopeless || !self.waiting.has_room(id) {
            let answer = self.pending(id);
            return self.reply(waiter, answer);
        }
        self.waiting.add(id, waiter, self.clock.after_ms(ACKNOWLEDGE_MS_MAX));
    }

    /// Tells everyone who waits for the order how it stands.
    pub(crate) fn answer_waiting(&mut self, id: OrderId) {
        let Some(answer) = self.answer_of(id) else { return };
        for waiter in self.waiting.take(id) {
            self.reply(waiter, answer.clone());
        }
    }

    /// The session is gone: who waits for an order beyond the credit would wait in vain.
    pub(crate) fn answer_pending(&mut self) {
        let durable: Vec<OrderId> = self.waiting.of_order.keys().copied().filter(|id| self.is_durable(*id)).collect();
        for id in durable {
            let answer = self.pending(id);
            self.waiting.take(id).into_iter().for_each(|waiter| self.reply(waiter, answer.clone()));
        }
    }

    pub(crate) fn answer_overdue(&mut self) {
        while let Some((waiter, id)) = self.waiting.take_due(self.clock) {
            let answer = self.pending(id);
            self.reply(waiter, answer);
        }
    }

    /// The answer to whoever asks for this order; `None` while there is none.
    pub(crate) fn answer_of(&self, id: OrderId) -> Option<Answer> {
        let view = self.orders.view(id)?;
        Some(match view.status {
            OrderStatus::Pending => return None,
            OrderStatus::Cancelled(CancelledBecause::OverLimit) => {
                let limit = self.sales.rules(&view.sku.sale).map_or(view.units, |rules| rules.limit);
                Answer::Refused(Refusal::LimitReached { limit })
            }
            OrderStatus::Cancelled(CancelledBecause::UnknownSku) => Answer::Refused(Refusal::UnknownSku),
            OrderStatus::Cancelled(CancelledBecause::KeyReused) => Answer::Refused(Refusal::KeyReused),
            OrderStatus::Cancelled(CancelledBecause::NoUnit) => Answer::Queueing { retry_after_ms: QUEUEING_RETRY_MS },
            _ => Answer::Reserved(view),
        })
    }

    /// An order that a crash could still undo is not shown to anyone.
    fn pending(&self, id: OrderId) -> Answer {
        match self.orders.view(id).filter(|_| self.is_durable(id)) {
            Some(order) => Answer::Pending { order, retry_after_ms: PENDING_RETRY_MS },
            None => Answer::Queueing { retry_after_ms: QUEUEING_RETRY_MS },
        }
    }

    pub(crate) fn is_durable(&self, id: OrderId) -> bool {
        let order = self.orders.find(&id);
        order.is_some_and(|order| Some(order.epoch) != self.meta.epoch || order.seq <= self.durable_tail())
    }
}
