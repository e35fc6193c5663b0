//! "Sold out" is the ledger's word; it counts here only beside an empty shelf.

use doorbuster_proto::{Commit, Sku, Term, Word};

use crate::node::Edge;

/// What the ledger said last of a SKU, and at which commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct KnownWord {
    pub(crate) when: (Term, Commit),
    pub(crate) sold_out: bool,
}

impl Edge {
    /// Takes the words that are not older than what is known: a word that a grant overtook is stale.
    pub(crate) fn hear_words(&mut self, when: (Term, Commit), words: Vec<Word>) {
        for Word { sku, sold_out } in words {
            let known = self.words.get(&sku);
            if known.is_some_and(|known| known.when > when) {
                continue;
            }
            let changed = known.is_none_or(|known| known.sold_out != sold_out);
            self.words.insert(sku.clone(), KnownWord { when, sold_out });
            if changed {
                self.show(&sku);
                self.serve_parked(&sku);
            }
        }
    }

    pub(crate) fn is_said_sold_out(&self, sku: &Sku) -> bool {
        self.words.get(sku).is_some_and(|word| word.sold_out)
    }
}
