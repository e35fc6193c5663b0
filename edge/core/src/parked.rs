//! Requests that wait some milliseconds at an empty shelf. Served first come first when stock arrives.

use std::collections::{BTreeMap, VecDeque};

use doorbuster_proto::{Sku, Timestamp};

use crate::node::Edge;
use crate::place::Decision;
use crate::{PARKED_MAX, Purchase, QUEUED_MS, Waiter};

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct ParkedRequest {
    waiter: Waiter,
    purchase: Purchase,
    until: Timestamp,
}

/// The parked requests of every SKU; no SKU's queue is empty.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub(crate) struct Parked {
    of_sku: BTreeMap<Sku, VecDeque<ParkedRequest>>,
}

impl Parked {
    pub(crate) fn is_empty(&self) -> bool {
        self.of_sku.is_empty()
    }

    pub(crate) fn next_deadline(&self) -> Option<Timestamp> {
        self.of_sku.values().filter_map(|parked| parked.front()).map(|parked| parked.until).min()
    }

    pub(crate) fn skus(&self) -> impl Iterator<Item = &Sku> {
        self.of_sku.keys()
    }

    fn len(&self, sku: &Sku) -> usize {
        self.of_sku.get(sku).map_or(0, VecDeque::len)
    }

    fn push(&mut self, sku: Sku, request: ParkedRequest) {
        self.of_sku.entry(sku).or_default().push_back(request);
    }

    fn front(&self, sku: &Sku) -> Option<&ParkedRequest> {
        self.of_sku.get(sku)?.front()
    }

    fn pop(&mut self, sku: &Sku) -> Option<ParkedRequest> {
        let queue = self.of_sku.get_mut(sku)?;
        let first = queue.pop_front();
        if queue.is_empty() {
            self.of_sku.remove(sku);
        }
        first
    }
}

impl Edge {
    pub(crate) fn park(&mut self, waiter: Waiter, purchase: Purchase) {
        let sku = purchase.full_sku();
        if self.parked.len(&sku) >= PARKED_MAX {
            return self.turn_away(waiter, &sku, &purchase);
        }
        let until = self.clock.after_ms(self.park_ms_max);
        self.queue.enter(&sku, purchase.order(), purchase.units, until.after_ms(QUEUED_MS));
        self.ask(&sku);
        self.parked.push(sku, ParkedRequest { waiter, purchase, until });
    }

    /// Decides the parked requests of a SKU anew, in order, until one must go on waiting.
    pub(crate) fn serve_parked(&mut self, sku: &Sku) {
        while let Some(first) = self.parked.front(sku) {
            let decision = self.decide(&first.purchase);
            if matches!(decision, Decision::Park) {
                break;
            }
            let request = self.parked.pop(sku).expect("its front was decided just now");
            self.queue.leave(sku, request.purchase.order());
            self.carry_out(request.waiter, &request.purchase, decision);
        }
    }

    pub(crate) fn serve_all_parked(&mut self) {
        let skus: Vec<Sku> = self.parked.skus().cloned().collect();
        for sku in &skus {
            self.serve_parked(sku);
        }
    }

    pub(crate) fn turn_away_overdue(&mut self) {
        let skus: Vec<Sku> = self.parked.skus().cloned().collect();
        for sku in skus {
            while self.parked.front(&sku).is_some_and(|first| first.until <= self.clock) {
                let request = self.parked.pop(&sku).expect("its front is overdue");
                self.turn_away(request.waiter, &sku, &request.purchase);
            }
        }
    }

    fn turn_away(&mut self, waiter: Waiter, sku: &Sku, purchase: &Purchase) {
        let id = purchase.order();
        if self.too_few_left(sku, purchase.units).is_none() {
            self.queue.enter(sku, id, purchase.units, self.clock.after_ms(QUEUED_MS));
            self.ask(sku);
        }
        self.reply(waiter, self.queueing(sku, id, purchase.units));
    }
}
