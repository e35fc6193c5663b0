//! What shoppers see of the ledger's sales: stored before the ledger knows of the sale, and rendered when it does.

use std::collections::BTreeMap;
use std::sync::Arc;

use doorbuster_allocator_core::{Allocator, Operator};
use doorbuster_proto::{SaleId, SiteVersion};
use tokio::sync::watch;

use super::owner::give_up;
use crate::publish::{Draft, Presentation};
use crate::sites::Order;
use crate::store::LedgerStore;

/// The presentations, and where sites are ordered.
pub struct Publishing {
    presentations: BTreeMap<SaleId, Arc<Presentation>>,
    orders: watch::Sender<Order>,
}

impl Publishing {
    /// Takes the presentations of the sales that the ledger knows.
    pub fn new(presentations: Vec<Presentation>, orders: watch::Sender<Order>) -> Self {
        let presentations = presentations.into_iter().map(|sale| (sale.id.clone(), Arc::new(sale))).collect();
        Self { presentations, orders }
    }

    /// Stores the presentation, so that it is there when the ledger has the sale. One that the ledger has already, or
    /// is about to have, keeps its own: the ledger says whether the new one is the same.
    pub(super) fn store(
        &mut self,
        draft: Draft,
        core: &Allocator,
        store: &mut dyn LedgerStore,
    ) -> (Operator, Option<SaleId>) {
        let Draft { definition, presentation } = draft;
        let sale = definition.id.clone();
        let known = core.image().sales.contains_key(&sale) || self.presentations.contains_key(&sale);
        if known {
            return (Operator::Publish(definition), None);
        }
        if let Err(error) = store.put_presentation(&presentation) {
            give_up(&error);
        }
        self.presentations.insert(sale.clone(), Arc::new(presentation));
        (Operator::Publish(definition), Some(sale))
    }

    /// The ledger refused the sale.
    pub(super) fn forget(&mut self, sale: &SaleId, store: &mut dyn LedgerStore) {
        if let Err(error) = store.drop_presentation(sale) {
            give_up(&error);
        }
        self.presentations.remove(sale);
    }

    /// Orders a site of every sale that edges show. At the start, before any edge can ask for it.
    pub fn render(&self, version: SiteVersion, core: &Allocator) {
        let shown = core.shown_sales().filter_map(|sale| self.presentations.get(&sale.definition.id));
        let mut sales: Vec<_> = shown.cloned().collect();
        sales.sort_by_key(|sale| (sale.starts_at, sale.id.clone()));
        let order = Order { version, sales };
        self.orders.send_if_modified(|last| {
            let differs = *last != order;
            *last = order;
            differs
        });
    }
}
