//! The end of a sale: closed by the clock or the operator, settled once every unit is accounted for.

use std::collections::BTreeSet;

use doorbuster_proto::{DownEntry, SaleId, Sku, Timestamp};

use super::Allocator;
use super::books::Tally;
use super::log::Sync;
use crate::{Outcome, Phase, Refusal, Sale, SaleStage, Write};

impl Allocator {
    /// The next end of a sale that still sells.
    pub(super) fn next_end(&self) -> Option<Timestamp> {
        self.published().map(|sale| sale.ends_at).min()
    }

    pub(super) fn close_what_is_over(&mut self, now: Timestamp) {
        let over = self.published().filter(|sale| sale.ends_at <= now);
        let over: Vec<_> = over.map(|sale| sale.definition.id.clone()).collect();
        for sale in over {
            self.close_sale(&sale, "clock", now);
        }
    }

    pub(super) fn close(&mut self, sale: &SaleId, now: Timestamp) -> Result<Outcome, Refusal> {
        let known = self.image.sales.get(sale).ok_or_else(|| Refusal::UnknownSale { sale: sale.clone() })?;
        if known.stage != SaleStage::Published {
            return Ok(Outcome::Unchanged);
        }
        self.close_sale(sale, "operator", now);
        Ok(Outcome::Closed)
    }

    pub(super) fn unsettled_skus(&self) -> Vec<Sku> {
        let unsettled = self.image.sales.values().filter(|sale| sale.stage != SaleStage::Settled);
        unsettled.flat_map(|sale| sale.definition.skus()).collect()
    }

    /// Settles every closed sale whose last unit came home in this input.
    pub(super) fn settle_sales(&mut self, now: Timestamp) {
        let touched: BTreeSet<_> = self.to_say.iter().map(|sku| sku.sale.clone()).collect();
        let done = touched.into_iter().filter(|sale| self.image.sales.get(sale).is_some_and(|sale| self.is_done(sale)));
        let done: Vec<_> = done.collect();
        for sale in &done {
            let settled = Sale { stage: SaleStage::Settled, ..self.image.sales[sale].clone() };
            self.write(Write::Sale(settled), Sync::Promise);
            // What was still under way may have told of some again.
            self.forget_views(sale);
            self.journal(Tally::default(), "allocator".into(), format!("{sale} is settled"), now);
        }
        if !done.is_empty() {
            self.send_published_to_all();
        }
    }

    fn is_done(&self, sale: &Sale) -> bool {
        let home =
            |sku: Sku| self.image.stock[&sku].escrow().is_zero() && self.image.stock[&sku].quarantine().is_zero();
        sale.stage == SaleStage::Closed && sale.definition.skus().all(home)
    }

    fn published(&self) -> impl Iterator<Item = &Sale> {
        self.image.sales.values().filter(|sale| sale.stage == SaleStage::Published)
    }

    fn close_sale(&mut self, sale: &SaleId, who: &str, now: Timestamp) {
        let known = &self.image.sales[sale];
        let closed = Sale { stage: SaleStage::Closed, ends_at: known.ends_at.min(now), ..known.clone() };
        self.write(Write::Sale(closed), Sync::Promise);
        self.forget_views(sale);
        self.journal(Tally::default(), who.to_owned(), format!("{sale} is closed"), now);
        let live = self.image.epochs.iter().filter_map(|(edge, books)| {
            let (epoch, book) = books.last_key_value()?;
            (book.head.phase == Phase::Live).then(|| (edge.clone(), *epoch))
        });
        let live: Vec<_> = live.collect();
        for (edge, epoch) in live {
            self.append_down(&edge, epoch, DownEntry::SaleClosed { sale: sale.clone() });
        }
        let skus: Vec<_> = self.image.sales[sale].definition.skus().collect();
        self.to_say.extend(skus);
        self.send_published_to_all();
    }
}
