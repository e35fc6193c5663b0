//! What is softly known of an edge: when it spoke, and its shelves and demand. Their books are compared with the ledger's.

use std::collections::BTreeMap;

use doorbuster_proto::{EdgeId, Epoch, Level, Sku, Timestamp, Units};

use super::Allocator;
use super::round_trip::RoundTrip;
use crate::{Phase, Rate, Told, Total};

/// Demand is averaged over about so many milliseconds.
const DEMAND_MS: u64 = 1_000;

#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub(super) struct Watch {
    pub(super) heard_at: Option<Timestamp>,
    pub(super) refused: bool,
    pub(super) levels: BTreeMap<Sku, Heard>,
    pub(super) recalled_at: BTreeMap<Sku, Timestamp>,
    pub(super) round_trip: RoundTrip,
}

/// What an edge told last of a SKU. Time and demand are kept where the policy reads them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub(super) struct Heard {
    at: Timestamp,
    shelf: Units,
    waiting: Units,
    granted: Units,
    sold: Units,
    demand: Rate,
}

impl Watch {
    pub(super) fn forget_levels(&mut self) {
        self.levels.clear();
        self.recalled_at.clear();
        self.round_trip.forget_timed();
    }
}

impl Heard {
    /// What the policy makes of it, when so much was granted in all.
    pub(super) fn told(&self, granted: Units) -> Told {
        let in_flight = granted.saturating_sub(self.granted);
        Told { at: self.at, shelf: self.shelf, waiting: self.waiting, in_flight, demand: self.demand }
    }

    /// What was asked for since, a unit a shopper however often they ask: sold, or waited for.
    fn asked_until(&self, next: &Self) -> u64 {
        let sold = next.sold.saturating_sub(self.sold).get();
        (sold + next.waiting.get()).saturating_sub(self.waiting.get())
    }
}

impl Allocator {
    /// Takes the newest levels. Whoever lacks something is seen to at once, the others with the next heartbeat.
    pub(super) fn levels(&mut self, edge: &EdgeId, epoch: Option<Epoch>, levels: Vec<Level>, now: Timestamp) {
        let last = self.image.last_epoch(edge).filter(|(last, _)| Some(*last) == epoch);
        let Some((epoch, book)) = last else { return };
        if book.head.phase == Phase::Live {
            self.compare_books(edge, epoch, &levels, now);
        }
        if levels.is_empty() {
            // It has nothing, or cannot sell: what it told before is old.
            self.watch(edge).levels.clear();
        }
        for level in levels {
            if self.image.stock.contains_key(&level.sku) {
                self.hear(edge, epoch, level, now);
            }
        }
    }

    fn hear(&mut self, edge: &EdgeId, epoch: Epoch, level: Level, now: Timestamp) {
        let Level { sku, shelf, waiting, books } = level;
        let mut heard = Heard { shelf, waiting, granted: books.granted, sold: books.sold, ..Heard::default() };
        if self.settings.policy.reads_demand() {
            let begins = self.image.sales.get(&sku.sale).map_or(now, |sale| sale.definition.starts_at);
            let before = self.watches.get(edge).and_then(|watch| watch.levels.get(&sku));
            (heard.at, heard.demand) = (now, demand(before, &heard, begins, now));
        }
        let total = self.image.book(edge, epoch).expect("the levels are its").total(&sku);
        let told = heard.told(total.granted);
        let low_water = self.low_water_of(edge, &sku).unwrap_or(total.last_grant);
        let is_low = shelf.plus(told.in_flight) <= low_water || waiting > shelf.plus(told.in_flight);
        if is_low {
            self.to_place.insert(sku.clone())
        } else {
            self.to_look.insert(sku.clone())
        };
        self.watch(edge).levels.insert(sku, heard);
    }

    /// Compares the shelf's books with the ledger's. Of a SKU on which they cannot both be right nothing moves any more.
    fn compare_books(&mut self, edge: &EdgeId, epoch: Epoch, levels: &[Level], now: Timestamp) {
        for level in levels {
            if !self.image.stock.contains_key(&level.sku) {
                continue;
            }
            let book = self.image.book(edge, epoch).expect("the levels are its");
            let (shelf, told, total) = (level.shelf, level.books, book.total(&level.sku));
            if agree(level, total, book.has_grant_in_flight(&level.sku)) {
                continue;
            }
            let reason = format!(
                "{edge}, epoch {epoch}: the edge told {shelf} on the shelf of {} granted, {} sold, {} returned; the ledger \
                 has {} granted, {} sold, {} returned",
                told.granted, told.sold, told.returned, total.granted, total.sold, total.returned
            );
            self.halt(&level.sku, &reason, now);
        }
    }
}

/// How fast shoppers ask, after what was told now. A first measure counts in full: the start of a sale is not averaged with
/// the quiet before it.
fn demand(before: Option<&Heard>, next: &Heard, begins: Timestamp, now: Timestamp) -> Rate {
    let Some(before) = before else { return Rate::default() };
    let took_ms = now.since_ms(before.at.max(begins)).max(1);
    let millions = before.asked_until(next).saturating_mul(1_000_000);
    if before.demand == Rate::default() {
        return Rate(millions / took_ms);
    }
    Rate((before.demand.0.saturating_mul(DEMAND_MS).saturating_add(millions)) / (DEMAND_MS + took_ms))
}

/// Whether the edge's and the ledger's books of a SKU can both be right: what is under way is never less than nothing.
fn agree(level: &Level, total: Total, has_grant_in_flight: bool) -> bool {
    let told = level.books;
    let gone = told.sold.checked_add(told.returned).and_then(|gone| gone.checked_add(level.shelf));
    let granted = if has_grant_in_flight { told.granted <= total.granted } else { told.granted == total.granted };
    gone == Some(told.granted) && granted && told.sold >= total.sold && told.returned >= total.returned
}
