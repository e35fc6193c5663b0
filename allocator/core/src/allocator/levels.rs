//! What is softly known of an edge: when it spoke, and its shelves and demand.

use std::collections::BTreeMap;

use doorbuster_proto::{EdgeId, Epoch, Level, Sku, Timestamp, Units};

use super::Allocator;

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
    pub(super) fn levels(&mut self, edge: &EdgeId, epoch: Option<Epoch>, levels: Vec<Level>) {
        let last = self.image.last_epoch(edge).filter(|(last, _)| Some(*last) == epoch);
        let Some((_, book)) = last else { return };
        let fresh = |level: &Level| self.image.stock.contains_key(&level.sku) && !book.has_grant_in_flight(&level.sku);
        let levels: Vec<_> = levels.into_iter().filter(fresh).collect();
        for Level { sku, shelf, waiting } in levels {
            self.to_place.insert(sku.clone());
            self.watch(edge).levels.insert(sku, (shelf, waiting));
        }
    }
}
