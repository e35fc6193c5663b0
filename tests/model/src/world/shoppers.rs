//! Shoppers who ask and hear.

use std::collections::BTreeSet;

use doorbuster_edge_core::{Answer, OrderView, Refusal, Waiter};
use doorbuster_proto::{AllocatorBody, Commit, DownEntry, FromAllocator, Sku, Term};

use super::World;
use crate::invariants::{Invariant, acknowledged, outcome, word};

impl World {
    pub(super) fn ask(&mut self, wish: usize, node: usize) {
        let waiter = self.shoppers.change().ask(wish, node);
        let purchase = self.shoppers.wishes[wish].purchase.clone();
        let edge = self.edges[node].change();
        let now = edge.now;
        edge.core.handle_purchase(waiter, purchase, now);
        self.run_edge(node);
    }

    pub(super) fn hear(&mut self, node: usize, waiter: Waiter, answer: &Answer) {
        let Some(wish) = self.shoppers.change().answered(node, waiter) else {
            return self.violate(Invariant::Cores, format!("{waiter:?} was answered and does not wait"));
        };
        match answer {
            Answer::Reserved(view) => self.acknowledged(node, wish, view),
            Answer::Refused(Refusal::SoldOut) => {
                self.shoppers.change().wishes[wish].told_sold_out = true;
                let sku = self.shoppers.wishes[wish].purchase.full_sku();
                self.blame(Invariant::Word, word::look_at_answer(self, node, &sku));
            }
            Answer::Refused(_) | Answer::Pending { .. } | Answer::Queueing { .. } => {}
        }
    }

    /// A shopper is told how an order stands; unless it came to nothing, that it is the shopper's.
    fn acknowledged(&mut self, node: usize, wish: usize, view: &OrderView) {
        self.blame(Invariant::OneOutcome, outcome::look_at_answer(self, wish, view));
        if view.status.counts() {
            self.blame(Invariant::Acknowledged, acknowledged::look_at_answer(self, wish));
            let disk = self.edges[node].disk_id;
            self.shoppers.change().wishes[wish].told_by.insert(disk);
        }
    }

    fn blame(&mut self, invariant: Invariant, found: Result<(), String>) {
        if let Err(what) = found {
            self.violate(invariant, what);
        }
    }

    /// What a message tells a process about what is left, before it hears it.
    pub(super) fn note_heard(&mut self, node: usize, message: &FromAllocator) {
        let when = (message.term, message.commit);
        match &message.body {
            AllocatorBody::Words(words) => {
                let words: Vec<_> = words.iter().map(|word| (word.sku.clone(), word.sold_out)).collect();
                for (sku, sold_out) in words {
                    self.note_word(node, sku, when, sold_out);
                }
            }
            AllocatorBody::Down(batch) if batch.first == self.edges[node].core.meta().down_taken.next() => {
                let grants = batch.entries.iter().filter_map(|entry| match entry {
                    DownEntry::Grant { sku, .. } => Some(sku.clone()),
                    DownEntry::OrderState { .. } | DownEntry::SaleClosed { .. } => None,
                });
                let grants: BTreeSet<Sku> = grants.collect();
                for sku in grants {
                    self.note_word(node, sku, when, false);
                }
            }
            _ => {}
        }
    }

    fn note_word(&mut self, node: usize, sku: Sku, when: (Term, Commit), sold_out: bool) {
        let heard = &mut self.edges[node].change().heard;
        if heard.get(&sku).is_none_or(|(known, _)| *known <= when) {
            heard.insert(sku, (when, sold_out));
        }
    }
}
