//! Random inputs, random crashes on both sides: conservation after each step, one outcome per order, and every unit
//! home in the end. A failure prints its seed; `run(<seed>)` replays it.

mod edge;

use std::collections::{BTreeMap, BTreeSet};

use doorbuster_allocator_core::{Account, CancelReason, Command, Connection, Operator, SaleStage, Write};
use doorbuster_proto::{
    AllocatorBody, BootId, DiskId, EdgeBody, Epoch, FromAllocator, Instance, OrderId, OrderState, Seq, Session,
    UpBatch, UpEntry, Verdict,
};
use doorbuster_tests::dice::Dice;

use self::edge::Edge;
use super::desk::{Desk, ENDS, Peer, placed, sale, settings, sku, units};

const EDGES: [&str; 3] = ["one", "two", "three"];
const CREDIT: u64 = 2;
const STEPS: u32 = 400;

struct World {
    desk: Desk,
    edges: Vec<Edge>,
    dice: Dice,
    connections: u64,
    /// Persists that were not yet carried out.
    unwritten: Vec<Command>,
    /// The kinds of verdict that were told.
    told: BTreeSet<&'static str>,
    /// Orders that once found no unit: that does not consume the id, so elsewhere the same one may stand.
    unitless: BTreeSet<OrderId>,
    /// Orders of batches that are written.
    first_of: BTreeSet<OrderId>,
    /// Orders whose key was used again for other units: there they are cancelled, and the first one may stand.
    reused: BTreeSet<OrderId>,
}

impl World {
    fn new(seed: u64) -> Self {
        let mut desk = Desk::fresh(&EDGES);
        desk.publish(sale("s", &[("a", 60)], CREDIT));
        let edge = |name: &&str| Edge {
            peer: Peer::new(name, 0),
            log: Vec::new(),
            shelf: 0,
            up: false,
            sent: 0,
            inbox: Vec::new(),
            answers: BTreeMap::new(),
            placed: BTreeSet::new(),
        };
        let mut edges: Vec<_> = EDGES.iter().map(edge).collect();
        for (at, edge) in edges.iter_mut().enumerate() {
            edge.peer.disk = DiskId(at as u128 + 1);
        }
        Self {
            desk,
            edges,
            dice: Dice::new(seed),
            connections: 0,
            unwritten: Vec::new(),
            told: BTreeSet::new(),
            unitless: BTreeSet::new(),
            first_of: BTreeSet::new(),
            reused: BTreeSet::new(),
        }
    }

    fn step(&mut self) {
        let at = usize::try_from(self.dice.below(EDGES.len() as u64)).unwrap();
        match self.dice.below(40) {
            0 => self.crash_allocator(),
            1 => self.disconnect(at),
            2 => self.lose_disk(at),
            3 => self.operator(at),
            4..8 => self.connect(at),
            8..16 => self.sell(at),
            16..18 => self.give_back(at),
            18..24 => self.ship(at),
            24..28 => self.tell_level(at),
            28..32 => self.read(at),
            _ => self.run_allocator(),
        }
        self.desk.core.image().check().expect("conservation in memory");
        self.desk.store.check().expect("conservation in the store");
    }

    /// Carries out some commands; the write of a turn and its report may be far apart.
    fn run_allocator(&mut self) {
        self.desk.now = self.desk.now.after_ms(self.dice.below(120));
        if self.desk.core.poll_timeout().is_some_and(|due| due <= self.desk.now) {
            self.desk.core.handle_timeout(self.desk.now);
        }
        while let Some(command) = self.desk.core.next_command() {
            match command {
                Command::Persist { .. } => self.unwritten.push(command),
                Command::Send { connection, message } => self.deliver(connection, &message),
                Command::HangUp { connection, .. } => self.hung_up(connection),
                _ => {}
            }
        }
        // Now and then the store is slow: a crash before the next turn loses what it had not written.
        if self.dice.below(3) == 0 {
            return;
        }
        for command in std::mem::take(&mut self.unwritten) {
            let Command::Persist { batch, writes, .. } = command else { unreachable!("only persists wait") };
            self.desk.keep(&writes);
            for write in &writes {
                let orders = match write {
                    Write::OrdersTaken(taken) => &taken.orders[..],
                    Write::Order(order) => std::slice::from_ref(order),
                    _ => &[],
                };
                let unitless = orders.iter().filter(|order| order.reason == Some(CancelReason::NoUnit));
                self.unitless.extend(unitless.map(|order| order.id));
                if let Write::OrdersTaken(taken) = write {
                    // Read back, batches come in no order of time: which of two with one id is the later is not to be seen.
                    let mut first = taken.orders.iter().map(|order| self.first_of.insert(order.id));
                    assert!(first.all(|is_first| is_first), "two batches of orders have one id");
                }
                if let Write::Verdicts { verdicts, .. } = write {
                    let reused = verdicts.iter().filter(|judged| judged.verdict == Verdict::KeyReused);
                    self.reused.extend(reused.map(|judged| judged.order));
                }
            }
            self.desk.core.handle_persisted(batch, self.desk.now);
        }
    }

    fn deliver(&mut self, connection: Connection, message: &FromAllocator) {
        if let AllocatorBody::UpTaken(taken) = &message.body {
            self.told.extend(taken.verdicts.iter().map(|told| kind(told.verdict)));
        }
        if let Some(edge) = self.edges.iter_mut().find(|edge| edge.up && edge.peer.connection == connection) {
            edge.inbox.push(message.clone());
        }
    }

    fn hung_up(&mut self, connection: Connection) {
        for edge in self.edges.iter_mut().filter(|edge| edge.peer.connection == connection) {
            edge.up = false;
        }
    }

    fn crash_allocator(&mut self) {
        self.unwritten.clear();
        let starts = self.desk.store.term.0 + 1;
        let edges = EDGES.map(|edge| edge.parse().unwrap()).to_vec();
        let settings = settings(&edges, None);
        let store = self.desk.store.clone();
        self.desk.core = doorbuster_allocator_core::Allocator::recover(settings, Instance(starts), store).unwrap();
        for edge in &mut self.edges {
            edge.up = false;
        }
    }

    fn disconnect(&mut self, at: usize) {
        let edge = &mut self.edges[at];
        edge.up = false;
        edge.inbox.clear();
        self.desk.core.handle_disconnected(edge.peer.connection, self.desk.now);
    }

    /// The disk is gone, with all that it held. What it acknowledged is at most W.
    fn lose_disk(&mut self, at: usize) {
        if self.dice.below(3) > 0 {
            return;
        }
        self.disconnect(at);
        self.connections += 1;
        let name = EDGES[at];
        let peer = Peer { disk: DiskId(1_000 + u128::from(self.connections)), ..Peer::new(name, self.connections) };
        let (log, inbox, answers, placed) = (Vec::new(), Vec::new(), BTreeMap::new(), BTreeSet::new());
        self.edges[at] = Edge { peer, log, shelf: 0, up: false, sent: 0, inbox, answers, placed };
    }

    fn operator(&mut self, at: usize) {
        let edge = self.edges[at].peer.edge.clone();
        let operator = match self.dice.below(4) {
            0 => Operator::Evict { edge },
            1 => Operator::ResumeGrants,
            2 => match self.desk.store.orders.values().next() {
                Some(order) => Operator::CancelOrder { order: order.id },
                None => Operator::ResumeGrants,
            },
            _ => {
                let epoch = self.desk.store.last_epoch(&edge).map_or(Epoch(1), |(epoch, _)| epoch);
                Operator::WriteOff { edge, epoch }
            }
        };
        self.desk.core.handle_operator(doorbuster_allocator_core::RequestId(1), operator, self.desk.now);
    }

    fn connect(&mut self, at: usize) {
        if self.edges[at].up {
            return;
        }
        self.connections += 1;
        let edge = &mut self.edges[at];
        edge.peer.connection = Connection(self.connections);
        edge.peer.session = Session { boot: BootId(self.connections), counter: 1 };
        (edge.up, edge.sent) = (true, u64::MAX);
        edge.inbox.clear();
        edge.peer.up_tail = Seq(edge.log.len() as u64);
        self.desk.core.handle_hello(edge.peer.connection, edge.peer.hello(), self.desk.now);
    }

    fn sell(&mut self, at: usize) {
        let (shopper, key) = (self.dice.below(12), self.dice.below(30));
        let count = 1 + self.dice.below(2);
        let edge = &mut self.edges[at];
        if edge.shelf < count || edge.peer.closing {
            return;
        }
        edge.shelf -= count;
        let order = placed("a", &format!("s{shopper}"), &format!("k{key}"), count);
        edge.placed.insert(order.order);
        edge.log.push(UpEntry::OrderPlaced(order));
    }

    fn give_back(&mut self, at: usize) {
        let edge = &mut self.edges[at];
        if edge.shelf > 0 && !edge.peer.closing {
            edge.log.push(UpEntry::StockReturned { sku: sku("a"), units: units(edge.shelf) });
            edge.shelf = 0;
        }
    }

    fn ship(&mut self, at: usize) {
        let edge = &self.edges[at];
        if !edge.up || edge.sent >= edge.log.len() as u64 {
            return;
        }
        let from = usize::try_from(edge.sent).unwrap();
        let most = (edge.log.len() - from) as u64;
        let many = 1 + usize::try_from(self.dice.below(most)).unwrap();
        let edge = &mut self.edges[at];
        // Totals cover the log up to the batch's end.
        let mut counter = Peer { up_tail: Seq(0), totals: Vec::new(), closing: false, ..edge.peer.clone() };
        counter.batch(edge.log[..from].to_vec());
        let counted = counter.batch(edge.log[from..from + many].to_vec());
        let batch = UpBatch { verdicts_taken: edge.peer.verdicts_taken, tail: edge.peer.closing, ..counted };
        edge.sent += many as u64;
        let message = edge.peer.message(EdgeBody::Up(batch));
        self.desk.core.handle_message(edge.peer.connection, message, self.desk.now);
    }

    fn tell_level(&mut self, at: usize) {
        let waiting = self.dice.below(3);
        let edge = &self.edges[at];
        let level = edge.level(waiting);
        let message = edge.peer.message(EdgeBody::Levels(vec![level]));
        if edge.up {
            self.desk.core.handle_message(edge.peer.connection, message, self.desk.now);
        }
    }

    fn read(&mut self, at: usize) {
        for message in std::mem::take(&mut self.edges[at].inbox) {
            let says = self.edges[at].read(message);
            for body in says {
                let message = self.edges[at].peer.message(body);
                self.desk.core.handle_message(self.edges[at].peer.connection, message, self.desk.now);
            }
        }
    }

    /// Faults stop: everybody connects, ships and returns until nothing moves.
    fn come_to_rest(&mut self) {
        self.desk.now = self.desk.now.max(ENDS);
        self.desk.core.handle_timeout(self.desk.now);
        for _ in 0..30 {
            for at in 0..EDGES.len() {
                self.connect(at);
                self.run_allocator();
                self.read(at);
                self.give_back(at);
                self.ship(at);
                self.run_allocator();
                self.read(at);
            }
            self.desk.core.handle_operator(
                doorbuster_allocator_core::RequestId(1),
                Operator::ResumeGrants,
                self.desk.now,
            );
            self.write_off_the_dead();
            self.run_allocator();
        }
    }

    /// Disks that are lost for good.
    fn write_off_the_dead(&mut self) {
        let alive: BTreeSet<_> = self.edges.iter().map(|edge| edge.peer.disk).collect();
        let books = self.desk.store.epochs.iter().flat_map(|(edge, books)| books.iter().map(move |book| (edge, book)));
        let dead = books.filter(|(_, (_, book))| !alive.contains(&book.head.disk));
        let dead: Vec<_> = dead.map(|(edge, (epoch, _))| (edge.clone(), *epoch)).collect();
        for (edge, epoch) in dead {
            let operator = Operator::WriteOff { edge, epoch };
            self.desk.core.handle_operator(doorbuster_allocator_core::RequestId(1), operator, self.desk.now);
        }
    }

    fn check_at_rest(&self, seed: u64) {
        let store = &self.desk.store;
        let stock = &store.stock[&sku("a")];
        assert_eq!(stock.halted, None, "seed({seed})");
        assert_eq!(
            store.sales.values().next().unwrap().stage,
            SaleStage::Settled,
            "seed({seed}): {:?}",
            stock.accounts
        );
        let valid: u64 = store.orders.values().filter(|order| order.is_valid()).map(|order| order.units.get()).sum();
        assert_eq!(stock.balance(&Account::Sold).get(), valid, "seed({seed})");
        let mut held: BTreeMap<_, u64> = BTreeMap::new();
        for order in store.orders.values().filter(|order| order.is_valid()) {
            *held.entry(&order.shopper).or_default() += order.units.get();
        }
        assert!(held.values().all(|units| *units <= 5), "seed({seed}): {held:?}");
        for edge in &self.edges {
            for (order, state) in edge.answers.iter().filter(|(order, _)| !self.unitless.contains(order)) {
                if *state == OrderState::Cancelled && self.reused.contains(order) {
                    continue;
                }
                assert_eq!(store.orders[order].state, Some(*state), "seed({seed}): {order} on {}", edge.peer.edge);
            }
            for order in &edge.placed {
                assert!(edge.answers.contains_key(order), "seed({seed}): {order} has no answer");
            }
        }
    }
}

fn kind(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Valid => "valid",
        Verdict::OverLimit => "over the limit",
        Verdict::Repeat(_) => "a repeat",
        Verdict::NoUnit => "no unit",
        Verdict::UnknownSku => "unknown SKU",
        Verdict::KeyReused => "a reused key",
    }
}

fn run(seed: u64) -> BTreeSet<&'static str> {
    let mut world = World::new(seed);
    for _ in 0..STEPS {
        world.step();
    }
    world.come_to_rest();
    world.check_at_rest(seed);
    world.told
}

#[test]
fn conservation_holds_through_any_crash_and_every_unit_comes_home() {
    let mut told = BTreeSet::new();
    for seed in 0..2_000 {
        let kinds = std::panic::catch_unwind(|| run(seed)).unwrap_or_else(|_| panic!("replay with run({seed})"));
        told.extend(kinds);
    }
    assert_eq!(
        told,
        BTreeSet::from(["a repeat", "a reused key", "no unit", "over the limit", "valid"]),
        "the dice reach every verdict"
    );
}

#[test]
fn the_same_seed_gives_the_same_ledger() {
    let ledger = |seed| {
        let mut world = World::new(seed);
        (0..STEPS).for_each(|_| world.step());
        world.desk.store
    };
    assert!(ledger(7) == ledger(7));
}
