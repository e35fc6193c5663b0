//! A disk that is nearly full: nothing more is sold while there is still room to ship what was, and to give the rest back.

use doorbuster_proto::{Sku, Timestamp};

use crate::node::Edge;

impl Edge {
    /// Learns whether the disk has room for more orders. Without room, what is on the shelves goes back to the pool, for
    /// other edges to sell; no grant is asked for until there is room again.
    pub fn handle_room(&mut self, has_room: bool, now: Timestamp) {
        self.observe(now);
        if std::mem::replace(&mut self.has_room, has_room) == has_room {
            return;
        }
        self.show_all();
        self.demand.tell_all_at(self.clock);
        if has_room {
            return;
        }
        self.alert("the disk is nearly full: selling stops, and what is left goes back".to_owned());
        self.serve_all_parked();
        self.make_room();
    }

    /// Whether the disk has room for more orders.
    pub fn has_room(&self) -> bool {
        self.has_room
    }

    /// Gives back what cannot be sold, where there is no room for orders.
    pub(crate) fn make_room(&mut self) {
        if self.has_room {
            return;
        }
        let skus: Vec<Sku> = self.shelves.keys().cloned().collect();
        for sku in &skus {
            self.give_back(sku, self.on_hand(sku));
        }
    }
}
