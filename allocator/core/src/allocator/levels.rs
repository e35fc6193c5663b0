//! What is softly known of an edge: when it spoke, and its shelves and demand. Their books are compared with the ledger's.

use std::collections::BTreeMap;

use doorbuster_proto::{EdgeId, Epoch, Level, Sku, Timestamp, Units};

use super::Allocator;
use crate::{Phase, Total};

#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub(super) struct Watch {
    pub(super) heard_at: Option<Timestamp>,
    pub(super) refused: bool,
    /// Shelf and waiting, told after the SKU's last grant arrived.
    pub(super) levels: BTreeMap<Sku, (Units, Units)>,
    pub(super) recalled_at: BTreeMap<Sku, Timestamp>,
}

impl Watch {
    pub(super) fn forget_levels(&mut self) {
        self.levels.clear();
        self.recalled_at.clear();
    }
}

impl Allocator {
    /// Takes the newest levels. One that was told before a grant arrived would ask for it twice, so it is left out.
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
        let book = self.image.book(edge, epoch).expect("it was found just now");
        let fresh = |level: &Level| self.image.stock.contains_key(&level.sku) && !book.has_grant_in_flight(&level.sku);
        let levels: Vec<_> = levels.into_iter().filter(fresh).collect();
        for Level { sku, shelf, waiting, .. } in levels {
            self.to_place.insert(sku.clone());
            self.watch(edge).levels.insert(sku, (shelf, waiting));
        }
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

/// Whether the edge's and the ledger's books of a SKU can both be right: what is under way is never less than nothing.
fn agree(level: &Level, total: Total, has_grant_in_flight: bool) -> bool {
    let told = level.books;
    let gone = told.sold.checked_add(told.returned).and_then(|gone| gone.checked_add(level.shelf));
    let granted = if has_grant_in_flight { told.granted <= total.granted } else { told.granted == total.granted };
    gone == Some(told.granted) && granted && told.sold >= total.sold && told.returned >= total.returned
}
