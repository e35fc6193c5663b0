//! What several fuzz targets need: noise that is read as choices, and the two cores with their disks.

mod ledger;
mod noise;
mod shop;
mod twist;

pub use ledger::Ledger;
pub use noise::Noise;
pub use shop::Shop;
pub use twist::{twist_from_allocator, twist_from_edge};

use std::collections::VecDeque;

use doorbuster_proto::{EdgeId, FromAllocator, FromEdge, Timestamp};

/// The sale's first moment, and the world's.
pub const START: Timestamp = Timestamp(1_000_000);

/// The one edge.
///
/// # Panics
/// Never: it is an id.
pub fn edge_id() -> EdgeId {
    "edge-1".parse().expect("it is an id")
}

/// An edge that sells, its allocator, and what is on its way between them.
#[derive(Debug, Clone)]
pub struct Pair {
    /// The allocator's side.
    pub ledger: Ledger,
    /// The edge's side.
    pub shop: Shop,
    /// Messages to the allocator.
    pub up: VecDeque<FromEdge>,
    /// Messages to the edge.
    pub down: VecDeque<FromAllocator>,
    /// The moment.
    pub now: Timestamp,
}

impl Pair {
    /// A live edge with units on its shelf.
    pub fn live(credit: u64) -> Self {
        let (ledger, shop) = (Ledger::selling(credit), Shop::fresh());
        let mut pair = Self { ledger, shop, up: VecDeque::new(), down: VecDeque::new(), now: START };
        pair.reconnect();
        pair.settle();
        pair
    }

    /// A new transport; what was on its way is lost.
    pub fn reconnect(&mut self) {
        self.ledger.hang_up(self.now);
        self.shop.disconnect(self.now);
        self.up.clear();
        self.down.clear();
        self.ledger.connect();
        self.shop.connect(self.now);
        self.collect();
    }

    /// Takes what either side wants to say.
    pub fn collect(&mut self) {
        self.up.extend(self.shop.drain(self.now));
        self.down.extend(self.ledger.drain(self.now));
    }

    /// Delivers the next message to the allocator.
    pub fn deliver_up(&mut self) {
        if let Some(message) = self.up.pop_front() {
            self.ledger.hear(message, self.now);
            self.collect();
        }
    }

    /// Delivers the next message to the edge.
    pub fn deliver_down(&mut self) {
        if let Some(message) = self.down.pop_front() {
            self.shop.hear(message, self.now);
            self.collect();
        }
    }

    /// Delivers whatever there is, until nothing is.
    fn settle(&mut self) {
        for _ in 0..64 {
            self.deliver_up();
            self.deliver_down();
        }
    }

    /// Looks at both sides' books.
    ///
    /// # Panics
    /// Where they do not add up.
    pub fn check(&self) {
        self.ledger.check();
        self.shop.check();
    }
}
