//! A sale that sells is published again: items are added, raised, lowered, placed elsewhere; it may last longer. All else
//! was promised to shoppers, and is refused by name.

use std::fmt::Display;

use doorbuster_proto::{SiteVersion, Sku, Timestamp, Units};

use super::Allocator;
use super::books::Tally;
use super::log::Sync;
use crate::change::changes;
use crate::{Difference, ItemDefinition, Outcome, Refusal, Sale, SaleDefinition, SaleStage, Write};

impl Allocator {
    pub(super) fn republish(
        &mut self,
        definition: SaleDefinition,
        is_shown_anew: bool,
        now: Timestamp,
    ) -> Result<Outcome, Refusal> {
        let known = &self.image.sales[&definition.id];
        if known.definition == definition && !is_shown_anew {
            return Ok(Outcome::Unchanged);
        }
        if known.stage != SaleStage::Published || now >= known.ends_at {
            return Err(Refusal::SaleKnown { sale: definition.id });
        }
        let differences = forbidden(&known.definition, &definition);
        if !differences.is_empty() {
            return Err(Refusal::MayNotChange { sale: definition.id, differences });
        }
        self.check_content(&definition, now)?;
        let edited = self.edited(&definition);
        let changes = changes(&known.definition, &definition);
        for (sku, item, _) in edited.iter().filter(|(sku, ..)| self.image.stock.contains_key(sku)) {
            self.check_supply(sku, item)?;
        }
        self.open(Sync::Promise);
        let site = SiteVersion(self.image.commit.0);
        let stage = SaleStage::Published;
        let sale = Sale { definition: definition.clone(), stage, ends_at: definition.ends_at, site };
        self.write(Write::Sale(sale), Sync::Promise);
        let mut tally = Tally::default();
        for (sku, _, before) in edited {
            self.reissue(&mut tally, &sku, before);
        }
        // What views said of it as it was, it need not say of it as it is.
        self.expected.forget(&definition.id);
        // Edges may have gained an item, or lost one.
        self.to_place.extend(definition.skus());
        self.finish_publish(tally, &definition, site, now);
        Ok(Outcome::Published { site, changes })
    }

    /// Items whose supply or budget is not as it was, new ones among them, with what was issued of each.
    fn edited(&self, definition: &SaleDefinition) -> Vec<(Sku, ItemDefinition, Units)> {
        let known = &self.image.sales[&definition.id].definition;
        let numbers = |item: &ItemDefinition| (item.supply, item.budget);
        let is_edited = |item: &&ItemDefinition| known.item(&item.sku).map(numbers) != Some(numbers(item));
        let edited = definition.items.iter().filter(is_edited).map(|item| {
            let sku = definition.sku(&item.sku);
            let before = self.image.stock.get(&sku).map(crate::Stock::issued).unwrap_or_default();
            (sku, item.clone(), before)
        });
        edited.collect()
    }
}

/// What may not change while a sale sells, and does.
fn forbidden(known: &SaleDefinition, new: &SaleDefinition) -> Vec<Difference> {
    let mut found = Vec::new();
    note(&mut found, "starts_at", known.starts_at.rfc3339(), new.starts_at.rfc3339());
    if new.ends_at < known.ends_at {
        note(&mut found, "ends_at", format!("{} or later", known.ends_at.rfc3339()), new.ends_at.rfc3339());
    }
    note(&mut found, "limit", known.limit, new.limit);
    note(&mut found, "credit", known.credit, new.credit);
    for item in &known.items {
        let code = &item.sku;
        match new.item(code) {
            Some(again) => note(&mut found, &format!("items.{code}.limit"), item.limit, again.limit),
            None => note(&mut found, &format!("items.{code}"), "the item, which is on sale", "no such item"),
        }
    }
    found
}

fn note(found: &mut Vec<Difference>, path: &str, expected: impl Display, new: impl Display) {
    let (expected, new) = (expected.to_string(), new.to_string());
    if expected != new {
        found.push(Difference { path: path.to_owned(), expected, found: new });
    }
}
