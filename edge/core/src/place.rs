//! What becomes of a purchase.

use doorbuster_proto::{OrderId, Sku, Timestamp, Units};

use crate::acknowledge::Placed;
use crate::node::Edge;
use crate::orders::Slot;
use crate::session::{Phase, Standing};
use crate::up_log::LoggedEntry;
use crate::{
    Answer, CancelledBecause, IN_FLIGHT_ENTRIES_MAX, IN_FLIGHT_UNITS_MAX, Order, OrderStatus, Purchase, Refusal,
    WAITERS_MAX, Waiter,
};

/// What to do with a purchase.
pub(crate) enum Decision {
    Place(OrderId),
    Join(Slot),
    Park,
    Answer(Answer),
}

impl Edge {
    /// Decides a purchase; its waiter is answered now, or when the answer is known.
    pub fn handle_purchase(&mut self, waiter: Waiter, purchase: Purchase, now: Timestamp) {
        self.observe(now);
        match self.decide(&purchase) {
            Decision::Park => self.park(waiter, purchase),
            decision => self.carry_out(waiter, &purchase, decision),
        }
    }

    pub(crate) fn carry_out(&mut self, waiter: Waiter, purchase: &Purchase, decision: Decision) {
        match decision {
            Decision::Answer(answer) => self.reply(waiter, answer),
            Decision::Join(order) => self.join(waiter, order),
            Decision::Place(id) => {
                let order = self.place(id, purchase);
                self.join(waiter, order);
            }
            Decision::Park => unreachable!("a parked purchase stays where it is"),
        }
    }

    /// A repeat is answered before any other check, also after the end, also when sold out.
    pub(crate) fn decide(&self, purchase: &Purchase) -> Decision {
        let id = purchase.order();
        match self.orders.find(id).filter(|before| consumes_id(self.orders.at(*before), purchase)) {
            Some(before) => self.repeat(before, purchase),
            None if !self.knows_of(purchase) => self.wait(id, purchase),
            None => self.refuse(purchase).map_or_else(|| self.sell(id, purchase), refused),
        }
    }

    fn repeat(&self, before: Slot, purchase: &Purchase) -> Decision {
        if !is_same(self.orders.at(before), purchase) {
            return refused(Refusal::KeyReused);
        }
        self.answer_of(before).map_or(Decision::Join(before), Decision::Answer)
    }

    /// Whether the item is on sale, or surely is not.
    fn knows_of(&self, purchase: &Purchase) -> bool {
        let rules = self.sales.rules(&purchase.sale);
        self.sales.are_complete() || rules.is_some_and(|rules| rules.items.contains_key(&purchase.sku))
    }

    /// Why the rules forbid the purchase, stock apart.
    fn refuse(&self, purchase: &Purchase) -> Option<Refusal> {
        let Some(sale) = self.sales.find(&purchase.sale) else { return Some(Refusal::UnknownSku) };
        if !sale.rules.items.contains_key(&purchase.sku) {
            return Some(Refusal::UnknownSku);
        }
        if self.now < sale.rules.starts_at {
            return Some(Refusal::NotStarted { starts_at: sale.rules.starts_at });
        }
        if sale.closed || self.clock >= sale.rules.ends_at {
            return Some(Refusal::Over);
        }
        let passed = self.shoppers.passed(&sale.rules, &purchase.shopper, &purchase.full_sku(), purchase.units);
        passed.map(|limit| Refusal::LimitReached { limit })
    }

    fn sell(&self, id: OrderId, purchase: &Purchase) -> Decision {
        let sku = purchase.full_sku();
        if self.standing != Standing::Live || self.is_halted(&sku) {
            return self.wait(id, purchase);
        }
        let on_hand = self.on_hand(&sku);
        if on_hand >= purchase.units {
            return if self.may_place(&sku, purchase.units) { Decision::Place(id) } else { self.wait(id, purchase) };
        }
        if on_hand.is_zero() && self.is_said_sold_out(&sku) {
            return refused(Refusal::SoldOut);
        }
        // Without a session, or without room for an order, no grant can come: there is nothing to wait for.
        let may_come = self.connection.phase == Phase::Up && self.has_room;
        let is_enough_left = self.too_few_left(&sku, purchase.units).is_none();
        if may_come && is_enough_left { Decision::Park } else { self.wait(id, purchase) }
    }

    fn wait(&self, id: OrderId, purchase: &Purchase) -> Decision {
        Decision::Answer(self.queueing(&purchase.full_sku(), id, purchase.units))
    }

    /// Whether credit, or the session's bounds, let so many more units be placed.
    pub(crate) fn may_place(&self, sku: &Sku, units: Units) -> bool {
        let sold = self.shelves.get(sku).map(|shelf| shelf.sold).unwrap_or_default();
        let ahead = sold.saturating_sub(self.taken_in(sku));
        let is_full = self.waiting.len() >= WAITERS_MAX || self.up.in_flight() >= IN_FLIGHT_ENTRIES_MAX;
        if is_full || !self.has_room {
            return false;
        }
        if self.connection.phase == Phase::Up {
            return ahead.is_zero() || ahead.plus(units).get() <= IN_FLIGHT_UNITS_MAX;
        }
        ahead.plus(units) <= self.credit(sku)
    }

    /// Takes the units off the shelf: stock and log entry in one write.
    fn place(&mut self, id: OrderId, purchase: &Purchase) -> Slot {
        let sku = purchase.full_sku();
        let was_low = self.is_low(&sku);
        let shelf = self.shelves.get_mut(&sku).expect("units were found on it");
        shelf.sell(purchase.units);
        let (sold, returned) = (shelf.sold, shelf.returned);
        let slot = self.orders.next_slot();
        let digest = self.up.digest().then_order(id, &sku, purchase.units);
        let seq = self.up.append(LoggedEntry::Placed(slot), digest, sold, returned);
        let order = Order {
            id,
            key: purchase.key.clone(),
            sku: sku.clone(),
            units: purchase.units,
            shopper: purchase.shopper.clone(),
            at: self.clock,
            status: OrderStatus::Pending,
            backorder: false,
            epoch: self.meta.epoch.expect("what lives has an epoch"),
            seq,
        };
        let before = self.shoppers.enter(&order, slot);
        self.orders.push(order, before);
        let credit = self.credits.entry(sku.clone()).or_default();
        credit.queue.push_back(Placed { seq, order: slot, sold });
        self.staged.up(seq);
        self.staged.shelf(&sku);
        self.staged.sync();
        self.show(&sku);
        self.queue.leave(&sku, id);
        if !was_low && self.is_low(&sku) {
            self.demand.fell_low(&sku, seq, self.clock);
        }
        slot
    }
}

/// Whether the order leaves its id to no such purchase as this one.
fn consumes_id(before: &Order, purchase: &Purchase) -> bool {
    match before.status {
        OrderStatus::Cancelled(CancelledBecause::NoUnit) => false,
        // The id is another purchase's, and this may be that one: the ledger knows.
        OrderStatus::Cancelled(CancelledBecause::KeyReused) => is_same(before, purchase),
        _ => true,
    }
}

fn is_same(before: &Order, purchase: &Purchase) -> bool {
    before.sku.code == purchase.sku && before.units == purchase.units
}

fn refused(refusal: Refusal) -> Decision {
    Decision::Answer(Answer::Refused(refusal))
}
