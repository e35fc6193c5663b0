//! Stock on its way back to the pool: at a sale's end, and when the allocator asks for it.

use doorbuster_proto::{SaleId, Sku, Units};

use crate::node::Edge;
use crate::session::Standing;
use crate::up_log::LoggedEntry;

impl Edge {
    /// Gives back what is left of every sale that has ended. A shelf that is empty gives nothing: once is enough.
    pub(crate) fn close_ended(&mut self) {
        self.sales.closed_through = self.clock;
        let ended = self.sales.iter().filter(|sale| sale.closed || sale.rules.ends_at <= self.clock);
        let ended: Vec<SaleId> = ended.map(|sale| sale.rules.sale.clone()).collect();
        for sale in ended {
            let skus = self.shelves.keys().chain(self.parked.skus()).filter(|sku| sku.sale == sale);
            let skus: Vec<Sku> = skus.cloned().collect();
            for sku in skus {
                self.serve_parked(&sku);
                self.give_back(&sku, self.on_hand(&sku));
            }
        }
    }

    /// Gives back what is left of items that this edge sells no more, once it has been told what it sells. A grant may have
    /// been on its way when another edge got the item.
    pub(crate) fn give_back_unsold_elsewhere(&mut self) {
        if !self.sales.are_complete() {
            return;
        }
        let held = self.shelves.iter().filter(|(_, shelf)| !shelf.on_hand.is_zero());
        let not_ours: Vec<Sku> = held.map(|(sku, _)| sku).filter(|sku| !self.sales.has_item(sku)).cloned().collect();
        for sku in not_ours {
            self.serve_parked(&sku);
            self.give_back(&sku, self.on_hand(&sku));
        }
    }

    /// The ledger closed the sale, whatever this edge's clock says.
    pub(crate) fn close_by_ledger(&mut self, sale: &SaleId) {
        if self.sales.close(sale) {
            self.staged.sale(sale);
            self.show_sales();
        }
    }

    /// The allocator asks for what is above `keep`. Parked requests want none of it: it was too little for them.
    pub(crate) fn recall(&mut self, sku: &Sku, keep: Units) {
        self.give_back(sku, self.on_hand(sku).saturating_sub(keep));
    }

    pub(crate) fn give_back(&mut self, sku: &Sku, units: Units) {
        if units.is_zero() || self.standing != Standing::Live {
            return;
        }
        let Some(shelf) = self.shelves.get_mut(sku).filter(|shelf| !shelf.halted) else { return };
        shelf.give_back(units);
        let entry = LoggedEntry::Returned { sku: sku.clone(), units };
        let digest = self.up.digest().then_return(sku, units);
        let seq = self.up.append(entry, digest, shelf.sold, shelf.returned);
        self.staged.up(seq);
        self.staged.shelf(sku);
        self.staged.sync();
        self.show(sku);
    }
}
