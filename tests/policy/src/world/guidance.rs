//! Shoppers who are guided to the one edge where the tail is sold. Under every other policy they stay where they are.
//!
//! It flatters that policy: guidance here knows at once where the last units are, and sends a shopper there who has not
//! waited at all; the way there does not count as waiting. What a real edge knows is half a second old, and it lets shoppers
//! wait for a grant first.

use doorbuster_allocator_core::Policy;

use super::World;
use super::events::Event;

/// Another edge answers after so long, in milliseconds: three round trips of 20 ms, for the connection, TLS and the request.
pub(super) const GO_THERE_MS: u64 = 60;

impl World {
    /// The edge that has most of the last units, where this one has none.
    pub(super) fn guided_from(&self, edge: usize) -> Option<usize> {
        let left = self.sellable().saturating_sub(self.shoppers.sold);
        let is_tail = left <= self.edges.len() as u64;
        if self.policy != Policy::AdaptiveOneEdge || !is_tail || self.shelf(edge) > 0 {
            return None;
        }
        let alive = (0..self.edges.len()).filter(|edge| !self.edges[*edge].is_dead);
        alive.max_by_key(|edge| self.shelf(*edge)).filter(|edge| self.shelf(*edge) > 0)
    }

    pub(super) fn follow(&mut self, shopper: usize, elsewhere: usize) {
        self.shoppers.guide_to(shopper, elsewhere);
        self.queue.at(self.now.after_ms(GO_THERE_MS), Event::Ask { shopper });
    }

    /// Units on an edge's shelf.
    pub(super) fn shelf(&self, edge: usize) -> u64 {
        self.edges[edge].core.balances().map(|(_, shelf)| shelf.on_hand.get()).sum()
    }
}
