//! The sales as last published.

use std::collections::BTreeMap;

use doorbuster_proto::{Published, SaleId, SaleRules, Sku, Timestamp};

use crate::node::Edge;
use crate::{Command, Sale, ShownSale};

/// Every sale that this edge sells of.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub(crate) struct Sales {
    of_id: BTreeMap<SaleId, Sale>,
    /// Whether the ledger has told them in this life.
    complete: bool,
    /// What ended up to here has been closed.
    pub(crate) closed_through: Timestamp,
}

impl Sales {
    pub(crate) fn recover(of_id: BTreeMap<SaleId, Sale>) -> Self {
        Self { of_id, complete: false, closed_through: Timestamp(0) }
    }

    pub(crate) fn find(&self, sale: &SaleId) -> Option<&Sale> {
        self.of_id.get(sale)
    }

    /// Whether what is not among them is not for sale here: a disk may hold none, or yesterday's.
    pub(crate) fn are_complete(&self) -> bool {
        self.complete
    }

    pub(crate) fn rules(&self, sale: &SaleId) -> Option<&SaleRules> {
        self.find(sale).map(|sale| &sale.rules)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Sale> {
        self.of_id.values()
    }

    pub(crate) fn skus(&self) -> impl Iterator<Item = Sku> {
        let of_sale = |rules: &SaleRules| {
            let sale = rules.sale.clone();
            rules.items.keys().map(move |code| Sku { sale: sale.clone(), code: code.clone() }).collect::<Vec<_>>()
        };
        self.iter().flat_map(move |sale| of_sale(&sale.rules))
    }

    /// When the next sale ends that has not been closed.
    pub(crate) fn next_end(&self) -> Option<Timestamp> {
        self.iter().map(|sale| sale.rules.ends_at).filter(|end| *end > self.closed_through).min()
    }

    /// Whether the edge sells the item, by what was published last.
    pub(crate) fn has_item(&self, sku: &Sku) -> bool {
        self.rules(&sku.sale).is_some_and(|rules| rules.items.contains_key(&sku.code))
    }

    /// A sale of which this edge sells nothing more.
    fn empty(&mut self, sale: &SaleId) {
        if let Some(sale) = self.of_id.get_mut(sale) {
            sale.rules.items.clear();
        }
    }

    /// Closes a sale for good; says whether it was open.
    pub(crate) fn close(&mut self, sale: &SaleId) -> bool {
        self.of_id.get_mut(sale).is_some_and(|sale| !std::mem::replace(&mut sale.closed, true))
    }

    /// Takes new rules; says whether anything changed.
    fn take(&mut self, mut rules: SaleRules) -> bool {
        let before = self.of_id.get(&rules.sale);
        let closed = before.is_some_and(|before| before.closed);
        // W is fixed for a sale: what was promised on less is never stretched afterwards.
        rules.credit = before.map_or(rules.credit, |before| before.rules.credit.min(rules.credit));
        let sale = Sale { rules, closed };
        let changed = before != Some(&sale);
        self.of_id.insert(sale.rules.sale.clone(), sale);
        changed
    }
}

impl Edge {
    /// Takes the sales as they stand, and learns which site to serve.
    pub(crate) fn publish(&mut self, published: Published) {
        let wanted = published.site;
        self.sales.complete = true;
        self.hear_addresses(published.edges);
        let gone = self.sales.iter().map(|sale| sale.rules.sale.clone());
        let gone: Vec<SaleId> = gone.filter(|id| published.sales.iter().all(|rules| rules.sale != *id)).collect();
        for rules in published.sales {
            let sale = rules.sale.clone();
            if self.sales.take(rules) {
                self.staged.sale(&sale);
            }
        }
        for sale in &gone {
            self.sales.empty(sale);
        }
        self.close_ended();
        self.give_back_unsold_elsewhere();
        for sale in &gone {
            self.retire(sale);
        }
        self.forget_words_of_others();
        self.show_sales();
        self.serve_all_parked();
        if wanted != self.site && self.fetching != Some(wanted) {
            self.fetching = Some(wanted);
            self.commands.push_back(Command::FetchSite { site: wanted });
        }
    }

    pub(crate) fn show_sales(&mut self) {
        let shown = self.sales.iter().map(|sale| ShownSale { rules: sale.rules.clone(), closed: sale.closed });
        let (sales, complete) = (shown.collect(), self.sales.complete);
        self.commands.push_back(Command::ShowSales { sales, complete });
        self.show_all();
    }

    /// A sale that is not published any more is settled, or not this edge's. It goes once nothing is left of it here.
    fn retire(&mut self, sale: &SaleId) {
        self.staged.sale(sale);
        let has_stock = self.shelves.iter().any(|(sku, shelf)| sku.sale == *sale && !shelf.on_hand.is_zero());
        if !has_stock {
            self.sales.of_id.remove(sale);
        }
    }
}
