//! An allocator's core and its disk.

use doorbuster_allocator_core::{
    Allocator, Command, Connection, EdgeSettings, Image, ItemDefinition, Operator, RequestId, SaleDefinition, Settings,
};
use doorbuster_proto::{EdgeBody, FromAllocator, FromEdge, Instance, Timestamp, Units};

use crate::{START, edge_id};

/// The allocator of one edge.
#[derive(Debug, Clone)]
pub struct Ledger {
    /// The core.
    pub core: Allocator,
    disk: Image,
    lives: u64,
    connection: Connection,
}

impl Ledger {
    /// A fresh ledger with one sale of forty units.
    ///
    /// # Panics
    /// Never: a fresh image is right.
    pub fn selling(credit: u64) -> Self {
        let (disk, lives) = (Image::default(), 1);
        let mut ledger = Self { core: recovered(lives, &disk), disk, lives, connection: Connection(0) };
        ledger.operate(Operator::Publish(sale(credit)), START);
        ledger
    }

    /// A new transport.
    pub fn connect(&mut self) {
        self.connection = Connection(self.connection.0 + 1);
    }

    /// The transport ends.
    pub fn hang_up(&mut self, now: Timestamp) {
        self.core.handle_disconnected(self.connection, now);
    }

    /// Takes a message, as the transport would hand it over.
    pub fn hear(&mut self, message: FromEdge, now: Timestamp) {
        if matches!(message.body, EdgeBody::Hello(_)) {
            self.core.handle_hello(self.connection, message, now);
        } else {
            self.core.handle_message(self.connection, message, now);
        }
    }

    /// Does what an operator asks.
    pub fn operate(&mut self, operator: Operator, now: Timestamp) {
        self.core.handle_operator(RequestId(0), operator, now);
    }

    /// The process dies, and starts with what its disk holds.
    pub fn restart(&mut self, now: Timestamp) {
        self.drain(now);
        self.lives += 1;
        self.core = recovered(self.lives, &self.disk);
    }

    /// Carries out what the core asks for; what is to be sent.
    pub fn drain(&mut self, now: Timestamp) -> Vec<FromAllocator> {
        let mut sent = Vec::new();
        while let Some(command) = self.core.next_command() {
            match command {
                Command::Persist { batch, writes, .. } => {
                    writes.iter().for_each(|write| self.disk.apply(write));
                    self.core.handle_persisted(batch, now);
                }
                Command::Send { message, .. } => sent.push(message),
                Command::HangUp { .. } | Command::Done { .. } | Command::SiteChanged { .. } | Command::Alert { .. } => {
                }
            }
        }
        sent
    }

    /// Looks at the books.
    ///
    /// # Panics
    /// Where they do not add up, or are not what the disk holds.
    pub fn check(&self) {
        self.core.image().check().expect("every unit is in one place");
        assert!(self.disk == *self.core.image(), "the disk holds what the core believes");
    }
}

fn recovered(lives: u64, disk: &Image) -> Allocator {
    let settings = Settings { edges: vec![EdgeSettings::named(edge_id())], guides: true, ..Settings::default() };
    Allocator::recover(settings, Instance(lives), disk.clone()).expect("what a core has written it can read")
}

fn sale(credit: u64) -> SaleDefinition {
    let units = |count| Units::new(count).expect("it is small");
    let item = |code: &str| ItemDefinition {
        sku: code.parse().expect("it is an id"),
        name: code.to_owned(),
        supply: units(40),
        budget: units(2),
        limit: units(2),
        few_left: Units::ONE,
        edges: None,
        weights: None,
    };
    SaleDefinition {
        id: "s".parse().expect("it is an id"),
        title: "Noise".to_owned(),
        starts_at: START,
        ends_at: START.after_ms(100_000),
        limit: units(3),
        credit: units(credit),
        by_page_views: false,
        items: vec![item("a"), item("b")],
    }
}
