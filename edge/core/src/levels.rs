//! Levels and demand, told at each heartbeat, and at once when the stock runs low. Soft: newest wins.

use std::collections::{BTreeMap, BTreeSet};
use std::iter;

use doorbuster_proto::{BATCH_ENTRIES_MAX, EdgeBody, Level, LevelBooks, SaleId, Sku, Timestamp, Units};

use crate::node::Edge;
use crate::session::{Phase, Standing};
use crate::{HEARTBEAT_MS, LEVELS_MS_MIN};

/// What is to be told, and when.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub(crate) struct Demand {
    /// To be told before the next heartbeat.
    urgent: BTreeSet<Sku>,
    /// What was waited for when it was told last, where nothing was granted since.
    asked: BTreeMap<Sku, Units>,
    told_at: Timestamp,
    heartbeat_at: Timestamp,
}

impl Demand {
    pub(crate) fn tell(&mut self, sku: &Sku) {
        if !self.urgent.contains(sku) {
            self.urgent.insert(sku.clone());
        }
    }

    /// Something was granted: whoever still waits may ask again.
    pub(crate) fn granted(&mut self, sku: &Sku) {
        self.asked.remove(sku);
    }

    pub(crate) fn tell_all_at(&mut self, now: Timestamp) {
        self.heartbeat_at = now;
    }
}

impl Edge {
    /// A shopper who wants so many waits. The allocator is asked at once, and again when twice as many wait: more words would bring no more units.
    pub(crate) fn ask(&mut self, sku: &Sku, units: Units) {
        let waiting = self.queue.units(sku);
        let asked = self.demand.asked.get(sku).filter(|_| waiting > units);
        if asked.is_none_or(|asked| waiting.get() >= 2 * asked.get()) {
            self.demand.tell(sku);
        }
    }

    /// When the next notice is due; `None` while nobody listens.
    pub(crate) fn levels_at(&self) -> Option<Timestamp> {
        let urgent_at = self.demand.told_at.after_ms(LEVELS_MS_MIN);
        let is_urgent = !self.demand.urgent.is_empty();
        let next = if is_urgent { urgent_at.min(self.demand.heartbeat_at) } else { self.demand.heartbeat_at };
        (self.connection.phase == Phase::Up && self.standing != Standing::Unanswered).then_some(next)
    }

    pub(crate) fn tell_levels(&mut self) {
        if self.levels_at().is_none_or(|due| due > self.clock) {
            return;
        }
        self.queue.expire(self.clock);
        let mut skus = std::mem::take(&mut self.demand.urgent);
        if self.demand.heartbeat_at <= self.clock {
            self.demand.heartbeat_at = self.clock.after_ms(HEARTBEAT_MS);
            let all = self.shelves.keys().chain(self.queue.skus());
            skus.extend(all.cloned());
        }
        self.demand.told_at = self.clock;
        for sku in &skus {
            let waiting = self.queue.units(sku);
            if !waiting.is_zero() {
                self.demand.asked.insert(sku.clone(), waiting);
            }
        }
        let mut levels: Vec<Level> = skus.iter().map(|sku| self.level(sku)).collect();
        // An empty shelf of a sale that is over here, or of an edge that cannot sell, would ask for grants that come back
        // at once.
        levels.retain(|level| self.has_room && self.is_open(&level.sku.sale));
        self.send_levels(&levels);
    }

    /// An empty notice is sent too: it says that the edge is there.
    fn send_levels(&mut self, levels: &[Level]) {
        let (first, rest) = levels.split_at(levels.len().min(BATCH_ENTRIES_MAX));
        for chunk in iter::once(first).chain(rest.chunks(BATCH_ENTRIES_MAX)) {
            self.send(EdgeBody::Levels(chunk.to_vec()));
        }
    }

    fn is_open(&self, sale: &SaleId) -> bool {
        self.sales.find(sale).is_some_and(|sale| !sale.closed && self.clock < sale.rules.ends_at)
    }

    fn level(&self, sku: &Sku) -> Level {
        let shelf = self.shelves.get(sku);
        let books = shelf.map_or_else(LevelBooks::default, |shelf| LevelBooks {
            granted: shelf.granted,
            sold: shelf.sold,
            returned: shelf.returned,
        });
        Level { sku: sku.clone(), shelf: self.on_hand(sku), waiting: self.queue.units(sku), books }
    }
}
