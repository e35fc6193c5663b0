//! An order's life in the ledger: its verdict when it is taken in, and what becomes of it after.

use doorbuster_proto::{DownEntry, OrderId, OrderPlaced, OrderState, Seq, Timestamp, Verdict};

use super::Allocator;
use super::books::Tally;
use super::log::Sync;
use super::up::Taking;
use crate::{Account, CancelReason, Judged, LedgerOrder, Outcome, Refusal, Write};

impl Allocator {
    /// Takes in one order of an up log; no verdict while its SKU is halted.
    pub(super) fn take_order(
        &mut self,
        taking: &mut Taking,
        seq: Seq,
        placed: OrderPlaced,
        now: Timestamp,
    ) -> Option<Judged> {
        let order = LedgerOrder::of(placed, &taking.edge, taking.epoch, seq);
        let id = order.id;
        let judged = |verdict| Judged { seq, order: id, verdict, backorder: false };
        let Some(stock) = self.image.stock.get(&order.sku) else {
            return Some(judged(self.unknown_sku(taking, order, now)));
        };
        if stock.halted.is_some() {
            self.hold(taking, order);
            return None;
        }
        if let Some(first) = self.first(order.id) {
            let (verdict, is_first_on_backorder) = (again(first, &order), first.is_on_backorder());
            let backorder = is_first_on_backorder && matches!(verdict, Verdict::Repeat(_));
            let verdict = self.give_back(taking, order, verdict, now)?;
            return Some(Judged { backorder, ..judged(verdict) });
        }
        if self.image.shoppers.would_exceed(taking.shopper, &order.sku, order.units, &stock.terms) {
            return self.give_back(taking, order, Verdict::OverLimit, now).map(judged);
        }
        let Some(from) = taking.source(stock, order.units) else {
            self.take_in(taking, order.judged(OrderState::Cancelled, Some(CancelReason::NoUnit)));
            return Some(judged(Verdict::NoUnit));
        };
        if self.transfer(&mut taking.tally, &order.sku, (&from, &Account::Sold), order.units, now).is_err() {
            self.hold(taking, order);
            return None;
        }
        let stock = &self.image.stock[&order.sku];
        let backorder = stock.balance(&Account::Sold) > stock.terms.supply;
        self.take_in(taking, LedgerOrder { backorder, ..order.judged(OrderState::Reserved, None) });
        Some(Judged { backorder, ..judged(Verdict::Valid) })
    }

    /// Cancels an order: its units go to the pool, and its edge hears of it.
    pub(super) fn cancel_order(&mut self, id: OrderId, now: Timestamp) -> Result<Outcome, Refusal> {
        let order = self.order(id).ok_or(Refusal::UnknownOrder { order: id })?.clone();
        if self.image.stock.get(&order.sku).is_some_and(|stock| stock.halted.is_some()) {
            return Err(Refusal::Halted { sku: order.sku });
        }
        if !order.is_valid() {
            return Err(Refusal::NotCancellable { order: id });
        }
        let sku = order.sku.clone();
        let mut tally = Tally::default();
        let moved = self.transfer(&mut tally, &sku, (&Account::Sold, &Account::Pool), order.units, now);
        moved.map_err(|_| Refusal::Halted { sku })?;
        self.write(Write::Order(order.judged(OrderState::Cancelled, Some(CancelReason::Operator))), Sync::Promise);
        self.journal(tally, "operator".into(), format!("cancellation of order {id}"), now);
        self.tell_state(id, OrderState::Cancelled);
        Ok(Outcome::Cancelled)
    }

    /// Tells every edge, in its last epoch; one that is over hands it on to the next. Not the placing edge alone: where
    /// the order was repeated, its first state was told, and shown.
    fn tell_state(&mut self, order: OrderId, state: OrderState) {
        let last =
            self.image.epochs.iter().filter_map(|(edge, books)| Some((edge.clone(), *books.last_key_value()?.0)));
        let backorder = self.order(order).is_some_and(LedgerOrder::is_on_backorder);
        for (edge, epoch) in last.collect::<Vec<_>>() {
            self.append_down(&edge, epoch, DownEntry::OrderState { order, state, backorder });
        }
    }

    /// Units of an order that does not stand go to the pool; out of a fenced epoch they are not taken at all.
    fn give_back(
        &mut self,
        taking: &mut Taking,
        order: LedgerOrder,
        verdict: Verdict,
        now: Timestamp,
    ) -> Option<Verdict> {
        if !taking.tail {
            let escrow = Account::Escrow(taking.edge.clone(), taking.epoch);
            let back = self.transfer(&mut taking.tally, &order.sku, (&escrow, &Account::Pool), order.units, now);
            if back.is_err() {
                self.hold(taking, order);
                return None;
            }
        }
        if verdict == Verdict::OverLimit && self.first(order.id).is_none() {
            self.take_in(taking, order.judged(OrderState::Cancelled, Some(CancelReason::OverLimit)));
        }
        Some(verdict)
    }

    fn unknown_sku(&mut self, taking: &mut Taking, order: LedgerOrder, now: Timestamp) -> Verdict {
        self.alert(
            format!("{} placed order {} of {}, which the ledger does not know", order.edge, order.id, order.sku),
            now,
        );
        if !self.image.orders.contains_key(&order.id) {
            self.take_in(taking, order.judged(OrderState::Cancelled, Some(CancelReason::UnknownSku)));
        }
        Verdict::UnknownSku
    }

    /// Keeps an order of a halted SKU without a verdict.
    fn hold(&mut self, taking: &mut Taking, order: LedgerOrder) {
        taking.hold(&order.sku, order.units);
        if self.first(order.id).is_none() {
            self.take_in(taking, order);
        }
    }

    /// The order that has this id already.
    fn first(&self, id: OrderId) -> Option<&LedgerOrder> {
        self.image.orders.get(&id).filter(|first| first.consumes_id())
    }

    /// Keeps an order: the first of its id with its batch, and any other by its id, so that a ledger that is read back has
    /// the later one.
    fn take_in(&mut self, taking: &mut Taking, order: LedgerOrder) {
        if self.image.put_order(&order, taking.shopper) {
            taking.taken.push(order);
        } else {
            taking.again.push(order);
        }
    }
}

/// The verdict on an order whose id another has. What was over the limit elsewhere is so here: a shopper hears one reason.
fn again(first: &LedgerOrder, order: &LedgerOrder) -> Verdict {
    if (&first.sku, first.units) != (&order.sku, order.units) {
        return Verdict::KeyReused;
    }
    match first.reason {
        Some(CancelReason::OverLimit) => Verdict::OverLimit,
        _ => Verdict::Repeat(first.state.unwrap_or(OrderState::Cancelled)),
    }
}
