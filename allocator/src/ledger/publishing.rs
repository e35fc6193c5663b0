//! What shoppers see of the ledger's sales: stored before the ledger knows of the sale, and rendered when it does.

use std::collections::BTreeMap;
use std::sync::Arc;

use doorbuster_allocator_core::{Allocator, Operator, SaleDefinition};
use doorbuster_proto::{SaleId, SiteVersion};
use tokio::sync::watch;

use super::owner::give_up;
use crate::publish::{Draft, Presentation};
use crate::sites::Order;
use crate::store::LedgerStore;

/// What was stored for a request, and goes where the ledger refuses.
pub(super) struct Stored {
    sale: SaleId,
    /// What was shown of the sale before.
    before: Option<Arc<Presentation>>,
}

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

    /// Stores the presentation, so that it is there when the ledger has the sale, or has it anew.
    pub(super) fn store(
        &mut self,
        draft: Draft,
        core: &Allocator,
        store: &mut dyn LedgerStore,
    ) -> (Operator, Option<Stored>) {
        let Draft { definition, presentation } = draft;
        let sale = definition.id.clone();
        let before = self.presentations.get(&sale).cloned();
        if before.as_deref() == Some(&presentation) {
            return (Operator::Publish(definition), None);
        }
        self.put(Arc::new(presentation), store);
        let is_known = core.image().sales.contains_key(&sale);
        let operator = if is_known { Operator::Republish(definition) } else { Operator::Publish(definition) };
        (operator, Some(Stored { sale, before }))
    }

    /// The ledger refused the sale: it is shown as before.
    pub(super) fn take_back(&mut self, stored: &Stored, store: &mut dyn LedgerStore) {
        if let Some(before) = &stored.before {
            return self.put(before.clone(), store);
        }
        if let Err(error) = store.drop_presentation(&stored.sale) {
            give_up(&error);
        }
        self.presentations.remove(&stored.sale);
    }

    fn put(&mut self, presentation: Arc<Presentation>, store: &mut dyn LedgerStore) {
        if let Err(error) = store.put_presentation(&presentation) {
            give_up(&error);
        }
        self.presentations.insert(presentation.id.clone(), presentation);
    }

    /// Orders a site of every sale that edges show. At the start, before any edge can ask for it.
    pub fn render(&self, version: SiteVersion, core: &Allocator) {
        let shown = core.shown_sales().filter_map(|sale| {
            let presentation = self.presentations.get(&sale.definition.id)?;
            Some(as_in_ledger(presentation, &sale.definition))
        });
        let mut sales: Vec<_> = shown.collect();
        sales.sort_by_key(|sale| (sale.starts_at, sale.id.clone()));
        let order = Order { version, sales };
        self.orders.send_if_modified(|last| {
            let differs = *last != order;
            *last = order;
            differs
        });
    }
}

/// What the ledger does not know of is not shown: a crash between the two writes of a publish leaves it there, until it
/// is published again.
fn as_in_ledger(presentation: &Arc<Presentation>, sale: &SaleDefinition) -> Arc<Presentation> {
    if presentation.items.iter().all(|item| sale.item(&item.sku).is_some_and(|known| known.edges == item.edges)) {
        return presentation.clone();
    }
    let mut shown = Presentation::clone(presentation);
    shown.items.retain_mut(|item| {
        let known = sale.item(&item.sku);
        item.edges = known.and_then(|known| known.edges.clone());
        known.is_some()
    });
    Arc::new(shown)
}
