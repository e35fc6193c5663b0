//! "Sold out" and "halted" are the ledger's words: said once a turn, of the state that the turn's commit makes true.

use std::collections::{BTreeMap, BTreeSet};

use doorbuster_proto::{AllocatorBody, BATCH_ENTRIES_MAX, EdgeId, Sku, Timestamp, Word};

use super::{Allocator, Link};
use crate::{Connection, HEARTBEAT_MS, HEARTBEAT_PARTS, ItemDefinition, SaleDefinition, SaleStage, Stock};

/// A heartbeat repeats so many words, all of them in turn: hundreds of edges hear it at one moment.
const WORDS_REPEATED_MAX: usize = 16;

/// A word, and the edges that sell what it is about; `None` for all.
type Addressed = (Word, Option<BTreeSet<EdgeId>>);

/// What is said of a SKU.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Said {
    sold_out: bool,
    halted: bool,
}

/// A heartbeat, by its number. Each is for some of the sessions.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub(super) struct Beat(u64);

impl Beat {
    pub(super) fn next(self) -> Self {
        Self(self.0.wrapping_add(1))
    }

    fn is_of(self, connection: Connection) -> bool {
        connection.0 % HEARTBEAT_PARTS == self.0 % HEARTBEAT_PARTS
    }

    /// How many of so many words others say again before this one does.
    fn words_before(self, words: usize) -> usize {
        let portions = words.div_ceil(WORDS_REPEATED_MAX).max(1) as u64;
        let portion = self.0 / HEARTBEAT_PARTS % portions;
        usize::try_from(portion).expect("it is less than a number of words") * WORDS_REPEATED_MAX
    }
}

/// The words on these items, each with the edges that hear it.
fn addressed<'a>(
    words: &BTreeMap<Sku, Said>,
    items: impl Iterator<Item = (&'a SaleDefinition, &'a ItemDefinition)>,
) -> Vec<Addressed> {
    let addressed = |(definition, item): (&SaleDefinition, &ItemDefinition)| {
        let sku = definition.sku(&item.sku);
        let said = words.get(&sku)?;
        let edges = item.edges.as_ref().map(|edges| edges.iter().cloned().collect());
        Some((Word { sku, sold_out: said.sold_out, halted: said.halted }, edges))
    };
    items.filter_map(addressed).collect()
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

    /// Says what changed in this turn, everything to whom it is due, and some of it again with a heartbeat. A turn is one
    /// commit, so a word never differs within (term, commit).
    pub(super) fn say_words(&mut self) {
        let changed = self.changed_words();
        let beat = self.beat.take();
        let wants = std::mem::take(&mut self.wants_words);
        if beat.is_none() && changed.is_empty() && wants.is_empty() {
            return;
        }
        let all = if wants.is_empty() { Vec::new() } else { addressed(&self.words, self.shown_items()) };
        let news = addressed(&changed, self.shown_items());
        let mut again = news.clone();
        if let Some(beat) = beat {
            let repeated = self.shown_items().skip(beat.words_before(self.shown_items().count()));
            let repeated = addressed(&self.words, repeated.take(WORDS_REPEATED_MAX));
            again.extend(repeated.into_iter().filter(|(word, _)| !changed.contains_key(&word.sku)));
        }
        let mut messages = Vec::new();
        for (connection, link) in self.links.iter() {
            let (wants, beats) = (wants.contains(&connection), beat.is_some_and(|beat| beat.is_of(connection)));
            let words = self.words_for(
                link,
                if wants {
                    &all
                } else if beats {
                    &again
                } else {
                    &news
                },
            );
            if beats || wants || !words.is_empty() {
                messages.push((connection, words));
            }
        }
        for (connection, mut words) in messages {
            // A heartbeat without a word is one too.
            let rest = words.split_off(words.len().min(BATCH_ENTRIES_MAX));
            self.send(connection, AllocatorBody::Words(words));
            for some in rest.chunks(BATCH_ENTRIES_MAX) {
                self.send(connection, AllocatorBody::Words(some.to_vec()));
            }
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

    /// Every item of which edges hear words. A settled sale is sold by none.
    fn shown_items(&self) -> impl Iterator<Item = (&SaleDefinition, &ItemDefinition)> {
        let shown = self.image.sales.values().filter(|sale| sale.stage != SaleStage::Settled);
        shown.flat_map(|sale| sale.definition.items.iter().map(|item| (&sale.definition, item)))
    }

    /// The words on what an edge sells. A fenced epoch sells nothing, nor does a disk that waits for its answer: all that
    /// they hear is a heartbeat.
    fn words_for(&self, link: &Link, words: &[Addressed]) -> Vec<Word> {
        if self.phase_of(link).is_none_or(|phase| !phase.is_unfenced()) {
            return Vec::new();
        }
        let sells = |edges: &Option<BTreeSet<EdgeId>>| edges.as_ref().is_none_or(|edges| edges.contains(&link.edge));
        words.iter().filter(|(_, edges)| sells(edges)).map(|(word, _)| word.clone()).collect()
    }
}
