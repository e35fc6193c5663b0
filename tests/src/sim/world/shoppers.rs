//! Shoppers who ask, hear, and ask again.

use doorbuster_edge_core::{Answer, Refusal, Waiter};

use crate::sim::world::{Event, World};

/// Nobody asks more often for one thing.
const TRIES_MAX: u32 = 40;
/// Whoever hears nothing asks again within this.
const UNHEARD_MS: u64 = 800;

impl World {
    pub(super) fn ask(&mut self, wish: usize) {
        let edge = self.shoppers.wishes[wish].edge;
        if !self.edges[edge].process.up {
            return self.ask_again(wish, UNHEARD_MS);
        }
        let waiter = self.shoppers.ask(wish);
        let purchase = self.shoppers.wishes[wish].purchase.clone();
        let now = self.edges[edge].process.clock(self.now);
        self.edges[edge].core.handle_purchase(waiter, purchase, now);
        self.run_edge(edge);
    }

    /// Their edge has died: they know nothing, and ask again.
    pub(in crate::sim) fn forget_waiters(&mut self, edge: usize) {
        for wish in self.shoppers.stranded(edge) {
            self.ask_again(wish, UNHEARD_MS);
        }
    }

    pub(super) fn hear(&mut self, edge: usize, waiter: Waiter, answer: Answer) {
        let Some(wish) = self.shoppers.answered(edge, waiter) else {
            return self.violate("answers", format!("{waiter:?} of {edge} was answered and does not wait"));
        };
        match answer {
            Answer::Reserved(view) => self.acknowledged(edge, wish, &view),
            Answer::Pending { retry_after_ms, .. } | Answer::Queueing { retry_after_ms, .. } => {
                self.ask_again(wish, retry_after_ms);
            }
            Answer::Refused(Refusal::SoldOut) => self.report.sold_out += 1,
            Answer::Refused(Refusal::NotStarted { .. }) => self.ask_again(wish, UNHEARD_MS),
            Answer::Refused(_) => {}
        }
    }

    /// Mostly of the same edge, and with the same key always.
    fn ask_again(&mut self, wish: usize, ms: u64) {
        if self.shoppers.wishes[wish].tries >= TRIES_MAX {
            return;
        }
        if self.dice.chance(30) {
            let edge = self.dice.below(self.edges.len() as u64);
            self.shoppers.wishes[wish].edge = usize::try_from(edge).expect("it is small");
        }
        self.shoppers.wishes[wish].tries += 1;
        let after = ms / 2 + self.dice.below(ms);
        self.after(after, Event::Ask { wish });
    }
}
