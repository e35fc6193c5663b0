//! Levels and demand: what has changed is told at each heartbeat, and at once when shoppers wait; all of it to a session that
//! begins, and now and then. That the stock runs low the log says, or, where that is late, a level. Soft: newest wins.

use std::collections::{BTreeMap, BTreeSet};

use doorbuster_proto::{BATCH_ENTRIES_MAX, EdgeBody, Level, LevelBooks, Seq, Sku, Timestamp, Units};

use crate::node::Edge;
use crate::session::{Phase, Standing};
use crate::{ALL_LEVELS_MS, HEARTBEAT_MS, LEVELS_MS_MIN, LOG_LATE_MS, REST_MS, REST_MS_MIN};

/// What is to be told, and when.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub(crate) struct Demand {
    /// To be told before the next heartbeat.
    urgent: BTreeSet<Sku>,
    /// Shelves that have come to their low-water mark: the entry that took them there, which is not shipped yet, and when to
    /// tell without it.
    low: BTreeMap<Sku, (Seq, Timestamp)>,
    /// What the session was told last.
    told: BTreeMap<Sku, Level>,
    told_at: Timestamp,
    /// The allocator has spoken after a long rest: it hears that this edge is there, whatever there is to tell.
    answers: bool,
    heartbeat_at: Timestamp,
    /// When all of it is told again, changed or not.
    all_at: Timestamp,
}

impl Demand {
    pub(crate) fn tell(&mut self, sku: &Sku) {
        if !self.urgent.contains(sku) {
            self.urgent.insert(sku.clone());
        }
    }

    /// The entry at `seq` takes a shelf to its low-water mark.
    pub(crate) fn fell_low(&mut self, sku: &Sku, seq: Seq, now: Timestamp) {
        self.low.insert(sku.clone(), (seq, now.after_ms(LOG_LATE_MS)));
    }

    /// The log is sent to here, and says what was sold.
    pub(crate) fn shipped(&mut self, shipped: Seq) {
        self.low.retain(|_, (seq, _)| *seq > shipped);
    }

    /// Whatever the log should have said by now is told without it.
    fn tell_low(&mut self, now: Timestamp) {
        let late = self.low.iter().filter(|(_, (_, at))| *at <= now).map(|(sku, _)| sku.clone());
        self.urgent.extend(late);
        self.low.retain(|_, (_, at)| *at > now);
    }

    /// Something was granted: the shelf is no more where it was.
    pub(crate) fn granted(&mut self, sku: &Sku) {
        self.low.remove(sku);
    }

    pub(crate) fn tell_all_at(&mut self, now: Timestamp) {
        (self.heartbeat_at, self.all_at) = (now, now);
    }

    /// The allocator has spoken, perhaps its heartbeat.
    pub(crate) fn hear_allocator(&mut self, now: Timestamp) {
        if now >= self.told_at.after_ms(REST_MS_MIN) {
            self.answers = true;
        }
    }

    /// What the session has not heard; and again whatever shoppers wait for: it may have been in vain.
    fn news(&mut self, levels: Vec<Level>) -> Vec<Level> {
        let is_news = |level: &Level| !level.waiting.is_zero() || self.told.get(&level.sku) != Some(level);
        let news: Vec<_> = levels.into_iter().filter(is_news).collect();
        self.told.extend(news.iter().map(|level| (level.sku.clone(), level.clone())));
        news
    }
}

impl Edge {
    /// Shoppers wait, or those who came first were served. The allocator is asked at once where it knows of nobody who lacks a
    /// unit, and again when more do than the cube of what it knows: it hears of a second shopper soon, and of a crowd more words
    /// would bring no more units.
    pub(crate) fn ask(&mut self, sku: &Sku) {
        let on_hand = self.on_hand(sku);
        let lacked = self.queue.units(sku).saturating_sub(on_hand).get();
        let known = self.known_to_wait(sku).saturating_sub(on_hand).get();
        if lacked > known.saturating_pow(3) {
            self.demand.tell(sku);
        }
    }

    /// Units that the allocator takes shoppers here to wait for: what it was told, less what was sold since, which its log says.
    fn known_to_wait(&self, sku: &Sku) -> Units {
        let sold = self.shelves.get(sku).map(|shelf| shelf.sold).unwrap_or_default();
        let told = self.demand.told.get(sku);
        told.map(|told| told.waiting.saturating_sub(sold.saturating_sub(told.books.sold))).unwrap_or_default()
    }

    /// When the next notice is due; `None` while nobody listens.
    pub(crate) fn levels_at(&self) -> Option<Timestamp> {
        let urgent_at = self.demand.told_at.after_ms(LEVELS_MS_MIN);
        let is_urgent = !self.demand.urgent.is_empty();
        let low_at = self.demand.low.values().map(|(_, at)| urgent_at.max(*at)).min();
        let asks_at = if is_urgent { Some(urgent_at) } else { low_at };
        let next = asks_at.map_or(self.demand.heartbeat_at, |at| at.min(self.demand.heartbeat_at));
        let next = if self.demand.answers { self.clock } else { next };
        (self.connection.phase == Phase::Up && self.standing != Standing::Unanswered).then_some(next)
    }

    pub(crate) fn tell_levels(&mut self) {
        if self.levels_at().is_none_or(|due| due > self.clock) {
            return;
        }
        self.queue.expire(self.clock);
        self.demand.tell_low(self.clock);
        let mut skus = std::mem::take(&mut self.demand.urgent);
        let beats = self.demand.heartbeat_at <= self.clock;
        if beats {
            self.demand.heartbeat_at = self.clock.after_ms(HEARTBEAT_MS);
            self.demand.low.clear();
            let told = self.demand.told.values().filter(|level| !level.waiting.is_zero()).map(|level| &level.sku);
            let all = self.shelves.keys().chain(self.queue.skus()).chain(self.views.skus()).chain(told);
            skus.extend(all.cloned());
        }
        let tells_all = beats && (self.demand.all_at <= self.clock || self.has_lost_any());
        if tells_all {
            // Edges that began together do not go on together.
            self.demand.all_at = self.clock.after_ms(ALL_LEVELS_MS + self.identity.boot.0 % ALL_LEVELS_MS);
            self.demand.told.clear();
        }
        // An empty shelf of a sale that is over here, or of an edge that cannot sell, would ask for grants that come back
        // at once.
        skus.retain(|sku| self.can_sell(sku));
        let levels = skus.iter().map(|sku| self.level(sku)).collect();
        let news = self.demand.news(levels);
        let next_beat = self.clock.after_ms(HEARTBEAT_MS);
        let answers = std::mem::take(&mut self.demand.answers);
        let is_silent = !answers && (!beats || next_beat <= self.demand.told_at.after_ms(REST_MS));
        if news.is_empty() && !tells_all && is_silent {
            return;
        }
        self.demand.told_at = self.clock;
        self.send_levels(news, tells_all);
    }

    /// An empty notice is sent too: it says that the edge is there.
    fn send_levels(&mut self, mut levels: Vec<Level>, are_all: bool) {
        let rest = levels.split_off(levels.len().min(BATCH_ENTRIES_MAX));
        self.send(if are_all { EdgeBody::Levels(levels) } else { EdgeBody::LevelsChanged(levels) });
        for chunk in rest.chunks(BATCH_ENTRIES_MAX) {
            self.send(EdgeBody::LevelsChanged(chunk.to_vec()));
        }
    }

    /// Whether anything was told that cannot be sold any more.
    fn has_lost_any(&self) -> bool {
        self.demand.told.keys().any(|sku| !self.can_sell(sku))
    }

    fn can_sell(&self, sku: &Sku) -> bool {
        let is_open = self.sales.find(&sku.sale).is_some_and(|sale| !sale.closed && self.clock < sale.rules.ends_at);
        self.has_room && is_open && self.sales.has_item(sku)
    }

    fn level(&self, sku: &Sku) -> Level {
        let shelf = self.shelves.get(sku);
        let books = shelf.map_or_else(LevelBooks::default, |shelf| LevelBooks {
            granted: shelf.granted,
            sold: shelf.sold,
            returned: shelf.returned,
        });
        let (shelf, waiting, views) = (self.on_hand(sku), self.queue.units(sku), self.views.of(sku));
        Level { sku: sku.clone(), shelf, waiting, books, views }
    }
}
