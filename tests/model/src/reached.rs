//! What the configurations are known to come to, among them: a model that gets nowhere breaks nothing either.

use doorbuster_allocator_core::{Account, Phase};

use crate::world::World;

/// The names of what is come to.
pub(crate) const REACHED: [&str; 4] = ["sold-out", "reclaimed", "quarantined", "returned"];

impl World {
    /// A shopper was told "sold out".
    pub(crate) fn is_said_sold_out(&self) -> bool {
        self.shoppers.wishes.iter().any(|wish| wish.told_sold_out)
    }

    pub(crate) fn has_quarantined(&self) -> bool {
        self.allocator.core.image().stock.values().any(|stock| !stock.quarantine().is_zero())
    }

    /// A fence gave units back that its epoch had neither sold nor returned, and more than it set apart.
    pub(crate) fn has_reclaimed(&self) -> bool {
        let ledger = self.allocator.core.image();
        let mut fenced = ledger.epochs.iter().flat_map(|(edge, books)| {
            let fenced = books.iter().filter(|(_, book)| book.head.phase == Phase::Fenced);
            fenced.flat_map(move |(epoch, book)| book.totals.iter().map(move |total| (edge, *epoch, total)))
        });
        fenced.any(|(edge, epoch, (sku, total))| {
            let left = total.granted.saturating_sub(total.sold).saturating_sub(total.returned);
            left > ledger.stock[sku].balance(&Account::Quarantine(edge.clone(), epoch))
        })
    }

    /// A fenced epoch's tail, with an order in it, is taken in.
    pub(crate) fn has_returned(&self) -> bool {
        let mut books = self.allocator.core.image().epochs.values().flatten();
        books.any(|(_, book)| book.head.phase == Phase::Closed && book.head.up_taken.0 > 1)
    }
}
