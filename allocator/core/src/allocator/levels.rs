//! What is softly known of an edge: when it spoke, and its shelves and demand. Their books are compared with the ledger's.

use std::collections::{BTreeMap, BTreeSet};

use doorbuster_proto::{EdgeId, Epoch, Level, Sku, Timestamp, Units};

use super::Allocator;
use super::heard::Heard;
use super::round_trip::RoundTrip;
use crate::{Account, Phase, Total};

#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub(super) struct Watch {
    pub(super) heard_at: Option<Timestamp>,
    pub(super) refused: bool,
    pub(super) levels: BTreeMap<Sku, Heard>,
    /// Whether it has told all its levels in this session.
    pub(super) has_told: bool,
    /// The most page views that it told of each SKU, whichever process of it. They outlive its sessions, and go with the sale.
    pub(super) views: BTreeMap<Sku, u64>,
    pub(super) recalled_at: BTreeMap<Sku, Timestamp>,
    pub(super) round_trip: RoundTrip,
}

/// What an edge tells at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Notice {
    /// All that it can sell.
    All,
    /// What has changed.
    Changed,
}

impl Watch {
    pub(super) fn forget_levels(&mut self) {
        self.has_told = false;
        self.levels.clear();
        self.recalled_at.clear();
        self.round_trip.forget_timed();
    }
}

impl Allocator {
    /// Takes the newest levels. Whoever lacks something is seen to at once, the others with the next heartbeat.
    pub(super) fn levels(
        &mut self,
        edge: &EdgeId,
        epoch: Option<Epoch>,
        mut levels: Vec<Level>,
        notice: Notice,
        now: Timestamp,
    ) {
        let last = self.image.last_epoch(edge).filter(|(last, _)| Some(*last) == epoch);
        let Some((epoch, book)) = last else { return };
        let is_live = book.head.phase == Phase::Live;
        if notice == Notice::All {
            self.forget_all_but(edge, &levels);
        }
        levels.retain_mut(|level| {
            let known = self.image.stock.get_key_value(&level.sku).map(|(sku, _)| sku.clone());
            // From here on a comparison of SKUs mostly compares two addresses.
            known.map(|sku| level.sku = sku).is_some()
        });
        if is_live {
            self.compare_books(edge, epoch, &levels, now);
        }
        self.hear(edge, epoch, levels, now);
    }

    /// Nothing that the edge told counts any more: its session is gone, or another life of its escrow begins.
    pub(super) fn forget_levels(&mut self, edge: &EdgeId) {
        self.watch(edge).forget_levels();
        self.edge_changed(edge);
    }

    /// What the edge told before and does not tell now, it has no more of, or cannot sell.
    fn forget_all_but(&mut self, edge: &EdgeId, levels: &[Level]) {
        let told: BTreeSet<&Sku> = levels.iter().map(|level| &level.sku).collect();
        let watch = self.watch(edge);
        watch.has_told = true;
        let known = &mut watch.levels;
        let before = known.len();
        known.retain(|sku, _| told.contains(sku));
        if known.len() != before {
            self.edge_changed(edge);
        }
    }

    fn hear(&mut self, edge: &EdgeId, epoch: Epoch, levels: Vec<Level>, now: Timestamp) {
        let Some(number) = self.settings.number(edge) else { return };
        let watch = self.watch(edge);
        for level in levels.iter().filter(|level| level.views > 0) {
            let views = watch.views.entry(level.sku.clone()).or_default();
            *views = level.views.max(*views);
        }
        let mut known = std::mem::take(&mut watch.levels);
        let book = self.image.book(edge, epoch).expect("the levels are its");
        for Level { sku, waiting, books, .. } in levels {
            let before = known.get_mut(&sku);
            let mut heard = Heard::new(waiting, books);
            let is_news = before.as_ref().is_none_or(|before| before.differs(&heard));
            if let Some(before) = before.as_deref().filter(|_| !is_news) {
                // Demand fades by itself.
                heard = *before;
            } else if self.settings.policy.reads_demand() {
                heard.listen(before.as_deref(), self.begins(&sku, now), now);
            }
            let total = book.total(&sku);
            let told = heard.told(total, book.in_flight(&sku));
            let stock = told.shelf.plus(told.in_flight);
            if stock <= self.low_water_of(number, &sku, total) || told.waiting > stock {
                self.to_place.insert(sku.clone());
            } else if is_news {
                self.to_look.insert(sku.clone());
            }
            if is_news {
                self.sights.pair_changed(number, &sku);
            }
            match before {
                Some(before) => *before = heard,
                None => {
                    known.insert(sku, heard);
                }
            }
        }
        self.watch(edge).levels = known;
    }

    /// Takes in what a live edge's log says of a SKU, of which the edge had so much before: what was sold was asked for, and
    /// whoever comes to its low-water mark, or is there and could be given some, is seen to as if it had asked.
    pub(super) fn hear_log(&mut self, (edge, epoch): (&EdgeId, Epoch), sku: &Sku, stock_before: Units, now: Timestamp) {
        let Some(number) = self.settings.number(edge) else { return };
        let last = self.image.last_epoch(edge).filter(|(last, book)| *last == epoch && book.head.phase == Phase::Live);
        let Some(total) = last.map(|(_, book)| book.total(sku)) else { return };
        if self.settings.policy.reads_demand() {
            let begins = self.begins(sku, now);
            if let Some(heard) = self.watch(edge).levels.get_mut(sku) {
                heard.listen_to_log(total.sold, begins, now);
            }
        }
        let mark = self.low_water_of(number, sku, total);
        let pool = self.image.stock[sku].balance(&Account::Pool);
        let is_due = total.stock() <= mark && (stock_before > mark || !pool.is_zero());
        let due = if is_due { &mut self.to_place } else { &mut self.to_look };
        if !due.contains(sku) {
            due.insert(sku.clone());
        }
    }

    /// From when on what is asked for counts as demand.
    fn begins(&self, sku: &Sku, now: Timestamp) -> Timestamp {
        self.image.sales.get(&sku.sale).map_or(now, |sale| sale.definition.starts_at)
    }

    /// Compares the shelf's books with the ledger's. Of a SKU on which they cannot both be right nothing moves any more.
    fn compare_books(&mut self, edge: &EdgeId, epoch: Epoch, levels: &[Level], now: Timestamp) {
        let book = self.image.book(edge, epoch).expect("the levels are its");
        let differs = |level: &&Level| !agree(level, book.total(&level.sku), !book.in_flight(&level.sku).is_zero());
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
