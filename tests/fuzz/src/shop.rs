//! An edge's core and its disk.

use doorbuster_edge_core::{Command, Edge, Identity, Image, Purchase, Waiter};
use doorbuster_proto::{BootId, DiskId, FromAllocator, FromEdge, Session, Timestamp, Units};

use crate::edge_id;

/// One edge.
#[derive(Debug, Clone)]
pub struct Shop {
    /// The core.
    pub edge: Edge,
    disk: Image,
    lives: u64,
    connections: u64,
    waiters: u64,
}

impl Shop {
    /// An edge with an empty disk.
    pub fn fresh() -> Self {
        let (disk, lives) = (Image::default(), 1);
        Self { edge: recovered(lives, &disk), disk, lives, connections: 0, waiters: 0 }
    }

    /// The transport is up.
    pub fn connect(&mut self, now: Timestamp) {
        self.connections += 1;
        self.edge.handle_connected(now);
    }

    /// The transport is down.
    pub fn disconnect(&mut self, now: Timestamp) {
        self.edge.handle_disconnected(now);
    }

    /// Takes a message.
    pub fn hear(&mut self, message: FromAllocator, now: Timestamp) {
        self.edge.handle_message(message, now);
    }

    /// One of some shoppers wants some units.
    ///
    /// # Panics
    /// Never: the names are ids.
    pub fn buy(&mut self, shopper: u8, key: u8, sku: &str, units: u64, now: Timestamp) {
        self.waiters += 1;
        let purchase = Purchase {
            sale: "s".parse().expect("it is an id"),
            sku: sku.parse().expect("it is an id"),
            units: Units::new(units).expect("it is small"),
            shopper: format!("shopper-{shopper}").parse().expect("it is an id"),
            key: format!("key-{key}").parse().expect("it is an id"),
        };
        self.edge.handle_purchase(Waiter(self.waiters), purchase, now);
    }

    /// The session that it is in.
    pub fn session(&self) -> Session {
        Session { boot: BootId(self.lives), counter: self.connections }
    }

    /// The process dies, and starts with what its disk holds.
    pub fn restart(&mut self) {
        (self.lives, self.connections) = (self.lives + 1, 0);
        self.edge = recovered(self.lives, &self.disk);
    }

    /// Carries out what the core asks for; what is to be sent.
    pub fn drain(&mut self, now: Timestamp) -> Vec<FromEdge> {
        let mut sent = Vec::new();
        while let Some(command) = self.edge.next_command() {
            match command {
                Command::Persist { batch, writes, .. } => {
                    writes.iter().for_each(|write| self.disk.apply(write));
                    self.edge.handle_persisted(batch, now);
                }
                Command::Send(message) => sent.push(message),
                _ => {}
            }
        }
        sent
    }

    /// Looks at the books.
    ///
    /// # Panics
    /// Where they do not add up, or the disk could not be taken up again.
    pub fn check(&self) {
        for (sku, shelf) in self.edge.balances() {
            assert!(self.edge.meta().closing || shelf.balances(), "{sku}: {shelf:?}");
        }
        drop(recovered(self.lives + 1, &self.disk));
    }
}

fn recovered(lives: u64, disk: &Image) -> Edge {
    let identity = Identity { edge: edge_id(), disk: DiskId(1), boot: BootId(lives) };
    Edge::recover(identity, disk.clone()).expect("what a core has written it can read")
}
