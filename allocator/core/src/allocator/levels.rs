//! What is softly known of an edge: when it spoke, and its shelves and demand. Their books are compared with the ledger's.

use std::collections::BTreeMap;

use doorbuster_proto::{EdgeId, Epoch, Level, LevelBooks, Sku, Timestamp, Units};

use super::Allocator;
use super::demand::Demand;
use super::round_trip::RoundTrip;
use crate::{Phase, Told, Total};

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
    waiting: Units,
    books: LevelBooks,
    demand: Demand,
}

impl Watch {
    pub(super) fn forget_levels(&mut self) {
        self.levels.clear();
        self.recalled_at.clear();
        self.round_trip.forget_timed();
    }
}

impl Heard {
    /// What the policy makes of it, beside the ledger's own totals: whichever of the two heard last of a sale or a return
    /// is right, and what was sold since went to whoever waited.
    pub(super) fn told(&self, total: Total, has_grant_in_flight: bool) -> Told {
        let (sold, returned) = (self.books.sold.max(total.sold), self.books.returned.max(total.returned));
        let stock = total.granted.saturating_sub(sold).saturating_sub(returned);
        let in_flight =
            if has_grant_in_flight { total.granted.saturating_sub(self.books.granted) } else { Units::ZERO };
        let waiting = self.waiting.saturating_sub(sold.minus(self.books.sold));
        Told {
            shelf: stock.saturating_sub(in_flight),
            waiting,
            in_flight,
            demand: self.demand.rate(),
            evidence: self.demand.units(),
        }
    }

    /// Whether the edge tells anything that it has not told before.
    fn differs(&self, next: &Self) -> bool {
        (self.waiting, self.books) != (next.waiting, next.books)
    }

    /// What was asked for since, a unit a shopper however often they ask: sold, or waited for.
    fn asked_until(&self, next: &Self) -> u64 {
        let sold = next.books.sold.saturating_sub(self.books.sold).get();
        (sold + next.waiting.get()).saturating_sub(self.waiting.get())
    }
}

impl Allocator {
    /// Takes the newest levels. Whoever lacks something is seen to at once, the others with the next heartbeat.
    pub(super) fn levels(&mut self, edge: &EdgeId, epoch: Option<Epoch>, mut levels: Vec<Level>, now: Timestamp) {
        let last = self.image.last_epoch(edge).filter(|(last, _)| Some(*last) == epoch);
        let Some((epoch, book)) = last else { return };
        let is_live = book.head.phase == Phase::Live;
        if levels.is_empty() {
            // It has nothing, or cannot sell: what it told before is old.
            self.watch(edge).levels.clear();
        }
        levels.retain_mut(|level| {
            let known = self.image.stock.get_key_value(&level.sku).map(|(sku, _)| sku.clone());
            // From here on a comparison of SKUs mostly compares two addresses.
            known.map(|sku| level.sku = sku).is_some()
        });
        if is_live {
            self.compare_books(edge, epoch, &levels, now);
        }
        for level in levels {
            self.hear(edge, epoch, level, now);
        }
    }

    fn hear(&mut self, edge: &EdgeId, epoch: Epoch, level: Level, now: Timestamp) {
        let Level { sku, waiting, books, .. } = level;
        let before = self.watches.get(edge).and_then(|watch| watch.levels.get(&sku)).copied();
        let mut heard = Heard { waiting, books, ..Heard::default() };
        if self.settings.policy.reads_demand() {
            let begins = self.image.sales.get(&sku.sale).map_or(now, |sale| sale.definition.starts_at);
            let demand =
                before.map(|before| before.demand.after(before.asked_until(&heard), before.at.max(begins), now));
            (heard.at, heard.demand) = (now, demand.unwrap_or_default());
        }
        let book = self.image.book(edge, epoch).expect("the levels are its");
        let total = book.total(&sku);
        let told = heard.told(total, book.has_grant_in_flight(&sku));
        let (stock, low_water) = (told.shelf.plus(told.in_flight), self.low_water_of(edge, &sku));
        let is_low = stock <= low_water.unwrap_or(total.last_grant) || told.waiting > stock;
        if is_low {
            self.to_place.insert(sku.clone());
        } else if before.is_none_or(|before| before.differs(&heard)) {
            self.to_look.insert(sku.clone());
        }
        self.watch(edge).levels.insert(sku, heard);
    }

    /// Compares the shelf's books with the ledger's. Of a SKU on which they cannot both be right nothing moves any more.
    fn compare_books(&mut self, edge: &EdgeId, epoch: Epoch, levels: &[Level], now: Timestamp) {
        let book = self.image.book(edge, epoch).expect("the levels are its");
        let differs = |level: &&Level| !agree(level, book.total(&level.sku), book.has_grant_in_flight(&level.sku));
        let wrong: Vec<(&Level, Total)> =
            levels.iter().filter(differs).map(|level| (level, book.total(&level.sku))).collect();
        for (level, total) in wrong {
            let (shelf, told) = (level.shelf, level.books);
            let reason = format!(
                "{edge}, epoch {epoch}: the edge told {shelf} on the shelf of {} granted, {} sold, {} returned; the ledger \
                 has {} granted, {} sold, {} returned",
                told.granted, told.sold, told.returned, total.granted, total.sold, total.returned
            );
            self.halt(&level.sku, &reason, now);
        }
    }
}

/// Whether the edge's and the ledger's books of a SKU can both be right: what is under way is never less than nothing.
fn agree(level: &Level, total: Total, has_grant_in_flight: bool) -> bool {
    let told = level.books;
    let gone = told.sold.checked_add(told.returned).and_then(|gone| gone.checked_add(level.shelf));
    let granted = if has_grant_in_flight { told.granted <= total.granted } else { told.granted == total.granted };
    gone == Some(told.granted) && granted && told.sold >= total.sold && told.returned >= total.returned
}
