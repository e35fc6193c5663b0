//! "Sold out" is the ledger's word; it counts here only beside an empty shelf.

use doorbuster_proto::{Commit, Sku, Term, Word};

use crate::node::Edge;

/// What the ledger said last of a SKU, and at which commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct KnownWord {
    pub(crate) when: (Term, Commit),
    pub(crate) sold_out: bool,
    /// Its numbers do not add up: nobody sells it.
    pub(crate) halted: bool,
}

impl Edge {
    /// Takes the words that are not older than what is known: a word that a grant overtook is stale.
    pub(crate) fn hear_words(&mut self, when: (Term, Commit), words: Vec<Word>) {
        for Word { sku, sold_out, halted } in words {
            let known = self.words.get(&sku);
            if known.is_some_and(|known| known.when > when) {
                continue;
            }
            let changed = known.is_none_or(|known| (known.sold_out, known.halted) != (sold_out, halted));
            self.words.insert(sku.clone(), KnownWord { when, sold_out, halted });
            if changed {
                if sold_out {
                    self.forget_stock(&sku);
                }
                self.show(&sku);
                self.serve_parked(&sku);
            }
        }
    }

    /// Units have come: they are the newer word. That a SKU is halted only the ledger takes back.
    pub(crate) fn note_grant(&mut self, when: (Term, Commit), sku: &Sku) {
        let halted = self.words.get(sku).is_some_and(|word| word.halted);
        self.words.insert(sku.clone(), KnownWord { when, sold_out: false, halted });
    }

    /// Of what this edge sells no more it hears no words: an old one must not count when the item comes back.
    pub(crate) fn forget_words_of_others(&mut self) {
        let sales = &self.sales;
        self.words.retain(|sku, _| sales.has_item(sku));
    }

    /// Of a halted SKU nobody knows whether a unit is left.
    pub(crate) fn is_said_sold_out(&self, sku: &Sku) -> bool {
        self.words.get(sku).is_some_and(|word| word.sold_out && !word.halted)
    }

    /// Whether nothing of the SKU is sold: its numbers do not add up here, or in the ledger.
    pub(crate) fn is_halted(&self, sku: &Sku) -> bool {
        self.shelves.get(sku).is_some_and(|shelf| shelf.halted) || self.words.get(sku).is_some_and(|word| word.halted)
    }
}
