//! A sale enters the ledger: all of its supply into the pool, its rules to the edges.

use doorbuster_proto::{EdgeId, SiteVersion, Timestamp, Units};

use super::Allocator;
use super::books::Tally;
use super::log::Sync;
use crate::{
    Command, ITEMS_MAX, Outcome, Refusal, SALES_MAX, SETTLED_SHOWN_MAX, Sale, SaleDefinition, SaleStage, Write,
};

impl Allocator {
    /// Takes a sale in, or again with other content. `is_shown_anew` where its pages have changed.
    pub(super) fn publish(
        &mut self,
        definition: SaleDefinition,
        is_shown_anew: bool,
        now: Timestamp,
    ) -> Result<Outcome, Refusal> {
        if self.image.sales.contains_key(&definition.id) {
            return self.republish(definition, is_shown_anew, now);
        }
        self.check_publish(&definition, now)?;
        self.open(Sync::Promise);
        let site = SiteVersion(self.image.commit.0);
        let sale =
            Sale { definition: definition.clone(), stage: SaleStage::Published, ends_at: definition.ends_at, site };
        self.write(Write::Sale(sale), Sync::Promise);
        let mut tally = Tally::default();
        for item in &definition.items {
            self.reissue(&mut tally, &definition.sku(&item.sku), Units::ZERO);
        }
        self.finish_publish(tally, &definition, site, now);
        Ok(Outcome::Published { site, changes: Vec::new() })
    }

    pub(super) fn finish_publish(
        &mut self,
        tally: Tally,
        definition: &SaleDefinition,
        site: SiteVersion,
        now: Timestamp,
    ) {
        self.journal(tally, "operator".into(), format!("publish of {}", definition.id), now);
        self.log.push(Command::SiteChanged { site });
        self.send_published_to_all();
        // Whoever sells an item anew knows no word of it.
        self.wants_words.extend(self.links.iter().map(|(connection, _)| connection));
    }

    /// What the edges show: every sale that is not settled, and the newest of those that are, so that whoever comes
    /// late reads "over" and finds the order. A settled sale gives way to a later one that uses a code of its.
    pub fn shown_sales(&self) -> impl Iterator<Item = &Sale> {
        let sales = || self.image.sales.values();
        let gives_way = move |sale: &Sale| {
            sales().any(|later| later.site > sale.site && later.definition.shares_a_code(&sale.definition))
        };
        let settled = sales().filter(move |sale| sale.stage == SaleStage::Settled && !gives_way(sale));
        let mut newest: Vec<_> = settled.map(|sale| sale.site).collect();
        newest.sort_unstable_by(|a, b| b.cmp(a));
        newest.truncate(SETTLED_SHOWN_MAX);
        sales().filter(move |sale| sale.stage != SaleStage::Settled || newest.contains(&sale.site))
    }

    pub(super) fn send_published_to_all(&mut self) {
        let answered: Vec<_> = self.links.iter().filter(|(_, link)| link.deferred.is_none()).map(|(c, _)| c).collect();
        for connection in answered {
            self.send_published(connection);
        }
    }

    fn check_publish(&self, definition: &SaleDefinition, now: Timestamp) -> Result<(), Refusal> {
        let unsettled = self.image.sales.values().filter(|sale| sale.stage != SaleStage::Settled);
        if unsettled.count() >= SALES_MAX {
            return Err(Refusal::TooManySales);
        }
        self.check_content(definition, now)
    }

    pub(super) fn check_content(&self, definition: &SaleDefinition, now: Timestamp) -> Result<(), Refusal> {
        if definition.items.len() > ITEMS_MAX {
            return Err(Refusal::TooManyItems);
        }
        if definition.ends_at <= now {
            return Err(Refusal::AlreadyOver { sale: definition.id.clone() });
        }
        self.check_placement(definition)?;
        self.check_codes(definition)
    }

    fn check_placement(&self, definition: &SaleDefinition) -> Result<(), Refusal> {
        let named = definition.items.iter().filter_map(|item| item.edges.as_ref()).flatten();
        let mut edges: Vec<EdgeId> = named.filter(|edge| !self.settings.knows(edge)).cloned().collect();
        edges.sort();
        edges.dedup();
        if edges.is_empty() { Ok(()) } else { Err(Refusal::UnknownEdges { edges }) }
    }

    fn check_codes(&self, definition: &SaleDefinition) -> Result<(), Refusal> {
        let others = || self.image.sales.values().filter(|sale| sale.definition.id != definition.id);
        let unsettled = || others().filter(|sale| sale.stage != SaleStage::Settled);
        for item in &definition.items {
            if let Some(other) = unsettled().find(|sale| sale.definition.item(&item.sku).is_some()) {
                return Err(Refusal::SkuTaken { code: item.sku.clone(), sale: other.definition.id.clone() });
            }
        }
        Ok(())
    }
}
