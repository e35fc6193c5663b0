//! One edge, its disk, a network that loses everything at a disconnection, and the ledger.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use doorbuster_edge_core::{Answer, Command, Edge, Image, OrderStatus, Purchase, Waiter, Write};
use doorbuster_proto::{
    AllocatorBody, Commit, Epoch, FromAllocator, FromEdge, Instance, OrderId, Published, Session, SiteVersion, Sku,
    Term, Timestamp, Units,
};
use doorbuster_tests::dice::Dice;

use super::super::rig::{END, START, identity, kettle, mug, rules};
use super::ledger::Ledger;

const SUPPLY: u64 = 60;

pub(crate) struct World {
    dice: Dice,
    edge: Edge,
    ledger: Ledger,
    /// What survives any crash.
    synced: Image,
    /// Written and not synced: a crash keeps the first few.
    unsynced: Vec<Vec<Write>>,
    connected: bool,
    session: Session,
    to_edge: VecDeque<FromAllocator>,
    to_ledger: VecDeque<FromEdge>,
    now: Timestamp,
    commit: u64,
    asked: BTreeMap<Waiter, Purchase>,
    told: BTreeSet<OrderId>,
}

impl World {
    pub(crate) fn new(seed: u64) -> Self {
        let dice = Dice::new(seed);
        let supply = BTreeMap::from([(kettle(), SUPPLY), (mug(), SUPPLY)]);
        let pool = supply.clone();
        let ledger = Ledger { supply, pool, lives: BTreeMap::new(), orders: BTreeMap::new(), credit: seed % 4 };
        Self {
            dice,
            edge: Edge::recover(identity(1), Image::default()).unwrap(),
            ledger,
            synced: Image::default(),
            unsynced: Vec::new(),
            connected: false,
            session: Session { boot: identity(1).boot, counter: 0 },
            to_edge: VecDeque::new(),
            to_ledger: VecDeque::new(),
            now: START,
            commit: 0,
            asked: BTreeMap::new(),
            told: BTreeSet::new(),
        }
    }

    pub(crate) fn step(&mut self) {
        match self.dice.below(100) {
            0..30 => self.deliver_to_edge(),
            30..60 => self.deliver_to_ledger(),
            60..80 => self.buy(),
            80..87 => {
                let (sku, units) = (self.any_sku(), 1 + self.dice.below(6));
                let grant = self.ledger.grant(&sku, units);
                self.say(grant);
            }
            87..89 => {
                let keep = Units::new(self.dice.below(4)).unwrap();
                let recall = AllocatorBody::Recall { sku: self.any_sku(), keep };
                self.say(Some(recall));
            }
            89..90 => {
                let expired = self.ledger.expire(&mut self.dice);
                self.say(expired);
            }
            90..94 => self.now = self.now.after_ms(self.dice.below(400)),
            94..97 => self.reconnect(),
            97..98 => self.disconnect(),
            98..99 => self.crash(),
            _ => {
                self.ledger.fence();
                if self.dice.chance(50) {
                    self.disconnect();
                }
            }
        }
        self.edge.handle_timeout(self.now);
        self.run_commands(true);
    }

    pub(crate) fn check(&self) {
        let is_closing = self.edge.meta().closing;
        for (sku, shelf) in self.edge.balances() {
            assert!(if is_closing { shelf.on_hand.is_zero() } else { shelf.balances() }, "{sku}: {shelf:?}");
            assert!(!shelf.halted, "{sku} is halted");
        }
        for (sku, supply) in &self.ledger.supply {
            assert_eq!(self.ledger.sum(sku), *supply, "units of {sku}");
            let beyond = self.shown_beyond_the_ledger(sku);
            assert!(beyond <= self.ledger.credit, "{beyond} units of {sku} acknowledged beyond the ledger");
        }
        for (id, (order, _)) in &self.ledger.orders {
            assert!(self.edge.order(&order.shopper, *id).is_some(), "the ledger's {id} is unknown to its edge");
        }
    }

    /// Faults stop, the sale ends, everything arrives.
    pub(crate) fn quiesce(&mut self) {
        self.now = END;
        for _ in 0..10 {
            self.reconnect();
            for _ in 0..2_000 {
                self.deliver_to_edge();
                self.deliver_to_ledger();
                self.edge.handle_timeout(self.now);
                self.run_commands(false);
            }
        }
    }

    pub(crate) fn check_at_rest(&self) {
        assert_eq!(self.edge.balances().map(|(_, shelf)| shelf.on_hand).sum::<Units>(), Units::ZERO);
        assert!(self.edge.is_drained());
        for life in self.ledger.lives.values() {
            let left: u64 = self.ledger.supply.keys().map(|sku| life.escrow(sku)).sum();
            assert!(life.quarantine.is_some() || left == 0, "{left} units in a live epoch");
        }
        for order in self.edge.all_orders() {
            assert_ne!(order.status, OrderStatus::Pending, "{}", order.id);
        }
        for id in &self.told {
            assert!(self.ledger.orders.contains_key(id), "{id} was acknowledged and the ledger does not know it");
        }
        let mut disk = self.synced.clone();
        self.unsynced.iter().flatten().for_each(|write| disk.apply(write));
        let known = self.edge.all_orders().map(|order| (order.id, order.clone())).collect();
        assert_eq!(disk.orders(), known, "the disk says of each order what memory does");
    }

    fn shown_beyond_the_ledger(&self, sku: &Sku) -> u64 {
        let orders = self.edge.all_orders().filter(|order| {
            let watermark = self.ledger.lives.get(&order.epoch).map_or(0, |life| life.watermark);
            let view = self.edge.order(&order.shopper, order.id).unwrap();
            order.sku == *sku && order.seq.0 > watermark && view.status == OrderStatus::Reserved
        });
        orders.map(|order| order.units.get()).sum()
    }

    fn buy(&mut self) {
        let shopper = self.dice.below(40);
        let purchase = Purchase {
            sale: kettle().sale,
            sku: self.any_sku().code,
            units: Units::new(1 + self.dice.below(2)).unwrap(),
            shopper: format!("shopper-{shopper}").parse().unwrap(),
            key: format!("k-{}", self.dice.below(3)).parse().unwrap(),
        };
        let waiter = Waiter(self.dice.roll());
        self.asked.insert(waiter, purchase.clone());
        self.edge.handle_purchase(waiter, purchase, self.now);
    }

    fn deliver_to_edge(&mut self) {
        if let Some(message) = self.to_edge.pop_front() {
            self.edge.handle_message(message, self.now);
        }
    }

    fn deliver_to_ledger(&mut self) {
        if let Some(message) = self.to_ledger.pop_front() {
            self.commit += 1;
            for (epoch, body) in self.ledger.hear(message, &mut self.dice) {
                self.say_of(epoch, body);
            }
        }
    }

    fn say(&mut self, body: Option<AllocatorBody>) {
        if let Some(body) = body {
            self.say_of(self.ledger.current(), body);
        }
    }

    fn say_of(&mut self, epoch: Option<Epoch>, body: AllocatorBody) {
        if self.connected {
            let commit = Commit(self.commit);
            let (session, term, instance) = (self.session, Term(1), Instance(7));
            self.to_edge.push_back(FromAllocator { session, epoch, term, instance, commit, body });
        }
    }

    fn reconnect(&mut self) {
        self.disconnect();
        self.connected = true;
        self.session.counter += 1;
        self.edge.handle_connected(self.now);
        self.run_commands(false);
        self.deliver_to_ledger();
        let sales = vec![rules(self.ledger.credit)];
        self.say(Some(AllocatorBody::Published(Published { site: SiteVersion(0), sales, edges: vec![] })));
    }

    fn disconnect(&mut self) {
        self.connected = false;
        self.to_edge.clear();
        self.to_ledger.clear();
        self.edge.handle_disconnected(self.now);
    }

    fn crash(&mut self) {
        self.disconnect();
        let kept = self.dice.below(self.unsynced.len() as u64 + 1);
        for writes in std::mem::take(&mut self.unsynced).into_iter().take(usize::try_from(kept).unwrap()) {
            self.keep(&writes);
        }
        let boot = self.session.boot.0 + 1;
        self.session = Session { boot: identity(boot).boot, counter: 0 };
        self.asked.clear();
        self.edge = Edge::recover(identity(boot), self.synced.clone()).unwrap();
        for id in &self.told {
            assert!(self.edge.all_orders().any(|order| order.id == *id), "{id} was acknowledged and is lost");
        }
    }

    /// Carries commands out; a crash may come before or after a write.
    fn run_commands(&mut self, faults: bool) {
        while let Some(command) = self.edge.next_command() {
            match command {
                Command::Persist { batch, writes, sync } => {
                    let (before, after) = (faults && self.dice.chance(1), faults && self.dice.chance(1));
                    if before {
                        return self.crash();
                    }
                    self.write(writes, sync);
                    if after {
                        return self.crash();
                    }
                    self.edge.handle_persisted(batch, self.now);
                }
                Command::Reply { waiter, answer } => self.hear_reply(waiter, &answer),
                Command::Send(message) if self.connected => self.to_ledger.push_back(message),
                Command::HangUp { .. } => self.disconnect(),
                Command::Alert(text) => panic!("alert: {text}"),
                _ => {}
            }
        }
    }

    fn write(&mut self, writes: Vec<Write>, sync: bool) {
        self.unsynced.push(writes);
        if sync {
            for writes in std::mem::take(&mut self.unsynced) {
                self.keep(&writes);
            }
        }
    }

    fn keep(&mut self, writes: &[Write]) {
        for write in writes {
            self.synced.apply(write);
        }
    }

    fn hear_reply(&mut self, waiter: Waiter, answer: &Answer) {
        let purchase = self.asked.remove(&waiter).expect("each waiter is answered once");
        if let Answer::Reserved(view) = answer {
            assert_eq!((view.id, view.units), (purchase.order(), purchase.units));
            if view.status.counts() {
                self.told.insert(view.id);
            }
        }
    }

    fn any_sku(&mut self) -> Sku {
        if self.dice.chance(50) { kettle() } else { mug() }
    }
}
