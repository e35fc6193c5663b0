//! "Sold out" and "halted" are the ledger's words: said once a turn, of the state that the turn's commit makes true.

use std::collections::{BTreeMap, BTreeSet};

use doorbuster_proto::{AllocatorBody, EdgeId, Sku, Timestamp, Word};

use super::{Allocator, Link};
use crate::{Connection, HEARTBEAT_MS, SaleStage, Stock};

/// What is said of a SKU.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Said {
    sold_out: bool,
    halted: bool,
}

impl Said {
    pub(super) fn of(stock: &Stock) -> Self {
        Self { sold_out: stock.is_sold_out(), halted: stock.halted.is_some() }
    }
}

impl Allocator {
    /// Says every word to one session, and gives it all guidance, at the end of the turn's input.
    pub(super) fn send_words(&mut self, connection: Connection) {
        let Some(edge) = self.links.get(connection).map(|link| link.edge.clone()) else { return };
        self.wants_words.insert(connection);
        self.guide_anew(&edge);
    }

    pub(super) fn schedule_words(&mut self, now: Timestamp) {
        if !self.links.is_empty() && self.words_due_at.is_none() {
            self.words_due_at = Some(now.after_ms(HEARTBEAT_MS));
        }
    }

    /// Says what changed in this turn, and everything to whom it is due. A turn is one commit, so a word never differs
    /// within (term, commit).
    pub(super) fn say_words(&mut self) {
        let changed = self.changed_words();
        let says_all = std::mem::take(&mut self.says_all);
        let wants = std::mem::take(&mut self.wants_words);
        if !says_all && changed.is_empty() && wants.is_empty() {
            return;
        }
        let all = if says_all || !wants.is_empty() { self.addressed(&self.words) } else { Vec::new() };
        let changed = self.addressed(&changed);
        let mut messages = Vec::new();
        for (connection, link) in self.links.iter() {
            let hears_all = says_all || wants.contains(&connection);
            let words = self.words_for(link, if hears_all { &all } else { &changed });
            if hears_all || !words.is_empty() {
                messages.push((connection, words));
            }
        }
        for (connection, words) in messages {
            self.send(connection, AllocatorBody::Words(words));
        }
    }

    fn changed_words(&mut self) -> BTreeMap<Sku, Said> {
        let touched = std::mem::take(&mut self.to_say);
        let mut changed = BTreeMap::new();
        for sku in touched {
            let said = Said::of(&self.image.stock[&sku]);
            if self.words.insert(sku.clone(), said) != Some(said) {
                changed.insert(sku, said);
            }
        }
        changed
    }

    /// The words, each with the edges that sell what it is about; `None` for all. A settled sale is sold by none.
    fn addressed(&self, words: &BTreeMap<Sku, Said>) -> Vec<(Word, Option<BTreeSet<EdgeId>>)> {
        let mut addressed = Vec::with_capacity(words.len());
        let shown = self.image.sales.values().filter(|sale| sale.stage != SaleStage::Settled);
        for definition in shown.map(|sale| &sale.definition) {
            for item in &definition.items {
                let sku = definition.sku(&item.sku);
                if let Some(said) = words.get(&sku) {
                    let edges = item.edges.as_ref().map(|edges| edges.iter().cloned().collect());
                    addressed.push((Word { sku, sold_out: said.sold_out, halted: said.halted }, edges));
                }
            }
        }
        addressed
    }

    /// The words on what an edge sells. A fenced epoch sells nothing, nor does a disk that waits for its answer: all that
    /// they hear is a heartbeat.
    fn words_for(&self, link: &Link, words: &[(Word, Option<BTreeSet<EdgeId>>)]) -> Vec<Word> {
        if self.phase_of(link).is_none_or(|phase| !phase.is_unfenced()) {
            return Vec::new();
        }
        let sells = |edges: &Option<BTreeSet<EdgeId>>| edges.as_ref().is_none_or(|edges| edges.contains(&link.edge));
        words.iter().filter(|(_, edges)| sells(edges)).map(|(word, _)| word.clone()).collect()
    }
}
