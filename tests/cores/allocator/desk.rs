//! One allocator with its store, driven by hand; and what edges say to it.

mod peer;

use std::collections::BTreeMap;

use doorbuster_allocator_core::{
    Account, Allocator, Command, EdgeSettings, Image, ItemDefinition, Operator, Outcome, Policy, Refusal, RequestId,
    SaleDefinition, Settings, Stock, Write,
};
use doorbuster_proto::{
    AllocatorBody, DownBatch, DownEntry, DownTotal, EdgeBody, EdgeId, Epoch, IdempotencyKey, Instance, Level,
    LevelBooks, LogMark, OrderId, OrderPlaced, OrderVerdict, Seq, ShopperId, Sku, Timestamp, Units, UpEntry, UpTaken,
    Verdict, Welcome, Word,
};

pub(super) use self::peer::Peer;

pub(super) const START: Timestamp = Timestamp(1_000_000);
pub(super) const ENDS: Timestamp = Timestamp(2_000_000);

/// What came out, less the envelopes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Out {
    To(u64, AllocatorBody),
    HangUp(u64),
    Done(Result<Outcome, Refusal>),
    Site(u64),
    Alert,
}

/// An allocator, and the store that its batches went to.
pub(super) struct Desk {
    pub(super) core: Allocator,
    pub(super) store: Image,
    pub(super) now: Timestamp,
    /// Whether each batch had to be synced.
    pub(super) synced: Vec<bool>,
    pub(super) alerts: Vec<String>,
    /// How far each log in the store was trimmed.
    trimmed: BTreeMap<(&'static str, EdgeId, Epoch), Seq>,
    starts: u64,
    edges: Vec<EdgeId>,
    policy: Policy,
    /// Of the next process.
    pub(super) evict_after_ms: Option<u64>,
}

/// Fixed shares and top-ups, without guidance: what moves is easy to foresee.
pub(super) fn settings(edges: &[EdgeId], evict_after_ms: Option<u64>) -> Settings {
    let edges = edges.iter().cloned().map(EdgeSettings::named).collect();
    Settings { edges, evict_after_ms, policy: Policy::Threshold, guides: false }
}

impl Desk {
    /// A fresh ledger, its term taken.
    pub(super) fn fresh(edges: &[&str]) -> Self {
        Self::over(Image::default(), edges)
    }

    pub(super) fn over(store: Image, edges: &[&str]) -> Self {
        Self::led(store, edges, Policy::Threshold, false)
    }

    /// A fresh ledger, whose edges are guided.
    pub(super) fn guiding(edges: &[&str]) -> Self {
        Self::led(Image::default(), edges, Policy::Threshold, true)
    }

    /// A fresh ledger, whose stock moves by this policy, and whose edges are guided.
    pub(super) fn guiding_under(policy: Policy, edges: &[&str]) -> Self {
        Self::led(Image::default(), edges, policy, true)
    }

    /// A fresh ledger, whose stock moves by this policy.
    pub(super) fn under(policy: Policy, edges: &[&str]) -> Self {
        Self::led(Image::default(), edges, policy, false)
    }

    fn led(store: Image, edges: &[&str], policy: Policy, guides: bool) -> Self {
        let edges: Vec<EdgeId> = edges.iter().map(|edge| edge.parse().unwrap()).collect();
        let settings = Settings { guides, policy, ..settings(&edges, None) };
        let core = Allocator::recover(settings, Instance(1), store.clone()).unwrap();
        let (synced, alerts) = (Vec::new(), Vec::new());
        let (now, trimmed) = (Timestamp(1_000), BTreeMap::new());
        let (starts, evict_after_ms) = (1, None);
        let mut desk = Self { core, store, now, synced, alerts, trimmed, starts, edges, policy, evict_after_ms };
        desk.drain();
        desk
    }

    /// A desk with one sale published: a SKU "a" with so many units, a limit of 5, credit W.
    pub(super) fn selling(edges: &[&str], supply: u64, credit: u64) -> Self {
        let mut desk = Self::fresh(edges);
        desk.publish(sale("s", &[("a", supply)], credit));
        desk
    }

    /// The process dies; the next one finds what the store holds.
    pub(super) fn restart(&mut self) -> Vec<Out> {
        self.starts += 1;
        let settings = Settings { policy: self.policy, ..settings(&self.edges, self.evict_after_ms) };
        self.core = Allocator::recover(settings, Instance(self.starts), self.store.clone()).unwrap();
        self.drain()
    }

    /// Carries out everything, durably and at once.
    pub(super) fn drain(&mut self) -> Vec<Out> {
        let mut outs = Vec::new();
        while let Some(command) = self.core.next_command() {
            if let Command::Persist { batch, writes, sync } = command {
                self.keep(&writes);
                self.synced.push(sync);
                self.core.handle_persisted(batch, self.now);
            } else {
                outs.push(self.out(command));
            }
        }
        assert!(self.store == *self.core.image(), "the store is what the core believes");
        self.store.check().expect("conservation");
        self.core.check_sights().expect("what is kept is what a look from scratch finds");
        outs
    }

    /// Writes a batch into the store.
    pub(super) fn keep(&mut self, writes: &[Write]) {
        for write in writes {
            self.expect_no_overlap(write);
            self.store.apply(write);
        }
    }

    /// A store may delete by ranges, which must not overlap.
    fn expect_no_overlap(&mut self, write: &Write) {
        let (log, edge, epoch, first, through) = match write {
            Write::DownTrimmed { edge, epoch, first, through } => ("down", edge, epoch, first, through),
            Write::VerdictsTrimmed { edge, epoch, first, through } => ("verdicts", edge, epoch, first, through),
            _ => return,
        };
        let before = self.trimmed.insert((log, edge.clone(), *epoch), *through);
        assert!(before.is_none_or(|before| before < *first) && first <= through, "{before:?}, then {write:?}");
    }

    fn out(&mut self, command: Command) -> Out {
        match command {
            Command::Persist { .. } => unreachable!("carried out above"),
            Command::Send { connection, message } => {
                assert_eq!(message.instance, Instance(self.starts));
                assert_eq!(message.term, self.store.term, "the term was stored before it spoke");
                assert!(message.commit <= self.store.commit, "the commit was stored before it was told");
                Out::To(connection.0, message.body)
            }
            Command::HangUp { connection, .. } => Out::HangUp(connection.0),
            Command::Done { outcome, .. } => Out::Done(outcome),
            Command::SiteChanged { site } => Out::Site(site.0),
            Command::Alert { text } => {
                self.alerts.push(text);
                Out::Alert
            }
        }
    }

    pub(super) fn operator(&mut self, operator: Operator) -> Vec<Out> {
        self.core.handle_operator(RequestId(7), operator, self.now);
        self.drain()
    }

    pub(super) fn outcome(&mut self, operator: Operator) -> Result<Outcome, Refusal> {
        let done = self.operator(operator).into_iter().find_map(|out| match out {
            Out::Done(outcome) => Some(outcome),
            _ => None,
        });
        done.expect("every request is answered")
    }

    pub(super) fn publish(&mut self, sale: SaleDefinition) -> Vec<Out> {
        self.operator(Operator::Publish(sale))
    }

    pub(super) fn at(&mut self, now: Timestamp) -> Vec<Out> {
        self.now = now;
        self.core.handle_timeout(now);
        self.drain()
    }

    pub(super) fn hello(&mut self, peer: &Peer) -> Vec<Out> {
        self.core.handle_hello(peer.connection, peer.hello(), self.now);
        self.drain()
    }

    pub(super) fn say(&mut self, peer: &Peer, body: EdgeBody) -> Vec<Out> {
        self.core.handle_message(peer.connection, peer.message(body), self.now);
        self.drain()
    }

    /// An edge on a new disk: says hello, stores its epoch, takes its first grants.
    pub(super) fn join(&mut self, name: &str, connection: u64) -> Peer {
        let mut peer = Peer::new(name, connection);
        self.begin(&mut peer);
        peer
    }

    pub(super) fn begin(&mut self, peer: &mut Peer) {
        let outs = self.hello(peer);
        let begun = welcomes(&outs, peer).into_iter().find_map(|welcome| match welcome {
            Welcome::Begin { epoch } => Some(epoch),
            _ => None,
        });
        peer.epoch = Some(begun.unwrap_or_else(|| panic!("an epoch was to begin: {outs:?}")));
        self.confirm(peer);
    }

    pub(super) fn confirm(&mut self, peer: &mut Peer) -> Vec<Out> {
        let epoch = peer.epoch.expect("it has an epoch");
        let outs = self.say(peer, EdgeBody::EpochStored { epoch });
        self.take_downs(peer, &outs);
        outs
    }

    /// The edge stores every down batch that it was sent, and says so.
    pub(super) fn take_downs(&mut self, peer: &mut Peer, outs: &[Out]) {
        for out in outs {
            if let Out::To(to, AllocatorBody::Down(batch)) = out
                && *to == peer.connection.0
            {
                assert_eq!(batch.first, peer.down_taken.next(), "without gaps");
                peer.down_taken = Seq(peer.down_taken.0 + batch.entries.len() as u64);
            }
        }
        let more = self.say(peer, EdgeBody::DownTaken { watermark: peer.down_taken });
        assert!(more.iter().all(|out| !matches!(out, Out::HangUp(_))), "{more:?}");
    }

    pub(super) fn up(&mut self, peer: &mut Peer, entries: Vec<UpEntry>) -> Vec<Out> {
        let batch = peer.batch(entries);
        self.say(peer, EdgeBody::Up(batch))
    }

    pub(super) fn level(&mut self, peer: &Peer, shelf: u64, waiting: u64) -> Vec<Out> {
        self.say(peer, EdgeBody::LevelsChanged(vec![self.level_of(peer, shelf, waiting)]))
    }

    /// A level whose books fit the ledger's: what is not on the shelf is sold.
    pub(super) fn level_of(&self, peer: &Peer, shelf: u64, waiting: u64) -> Level {
        let (edge, epoch) = (&peer.edge, peer.epoch.expect("it has an epoch"));
        let total = self.store.book(edge, epoch).expect("the ledger knows it").total(&sku("a"));
        let sold = total.granted.saturating_sub(total.returned).saturating_sub(units(shelf));
        let books = LevelBooks { granted: total.granted, sold, returned: total.returned };
        Level { sku: sku("a"), shelf: units(shelf), waiting: units(waiting), books, views: 0 }
    }

    /// The ledger's end of a peer's up log, which is at this entry.
    pub(super) fn mark(&self, peer: &Peer, seq: u64) -> LogMark {
        let mark = self.store.book(&peer.edge, peer.epoch.unwrap()).unwrap().head.up_mark();
        assert_eq!(mark.seq, Seq(seq));
        mark
    }

    pub(super) fn stock(&self, code: &str) -> &Stock {
        &self.store.stock[&sku(code)]
    }

    /// Pool, escrow, sold, quarantine, written off of SKU "a".
    pub(super) fn accounts(&self) -> [u64; 5] {
        let stock = self.stock("a");
        let sums = [
            stock.balance(&Account::Pool),
            stock.escrow(),
            stock.balance(&Account::Sold),
            stock.quarantine(),
            stock.written_off(),
        ];
        sums.map(Units::get)
    }
}

pub(super) fn units(count: u64) -> Units {
    Units::new(count).unwrap()
}

pub(super) fn sku(code: &str) -> Sku {
    Sku { sale: "s".parse().unwrap(), code: code.parse().unwrap() }
}

pub(super) fn sale(id: &str, items: &[(&str, u64)], credit: u64) -> SaleDefinition {
    let item = |(code, supply): &(&str, u64)| ItemDefinition {
        sku: code.parse().unwrap(),
        name: (*code).to_owned(),
        supply: units(*supply),
        budget: Units::ZERO,
        limit: units(5),
        few_left: units(1),
        edges: None,
        weights: None,
    };
    SaleDefinition {
        id: id.parse().unwrap(),
        title: id.to_owned(),
        starts_at: START,
        ends_at: ENDS,
        limit: units(5),
        credit: units(credit),
        by_page_views: false,
        items: items.iter().map(item).collect(),
    }
}

pub(super) fn placed(code: &str, shopper: &str, key: &str, count: u64) -> OrderPlaced {
    let shopper: ShopperId = shopper.parse().unwrap();
    let key: IdempotencyKey = key.parse().unwrap();
    let order = OrderId::of(&"s".parse().unwrap(), &shopper, &key);
    OrderPlaced { order, key, sku: sku(code), shopper, units: units(count), at: START }
}

/// One shopper's order of SKU "a"; the shopper is the key.
pub(super) fn order(shopper: &str, count: u64) -> UpEntry {
    UpEntry::OrderPlaced(placed("a", shopper, shopper, count))
}

pub(super) fn id_of(shopper: &str) -> OrderId {
    placed("a", shopper, shopper, 1).order
}

pub(super) fn returned(count: u64) -> UpEntry {
    UpEntry::StockReturned { sku: sku("a"), units: units(count) }
}

pub(super) fn taken(peer: &Peer, watermark: u64, verdicts: &[(u64, Verdict)], tail: bool) -> Out {
    let verdicts = verdicts
        .iter()
        .map(|(seq, verdict)| OrderVerdict { seq: Seq(*seq), verdict: *verdict, backorder: false })
        .collect();
    Out::To(peer.connection.0, AllocatorBody::UpTaken(UpTaken { watermark: Seq(watermark), verdicts, tail }))
}

pub(super) fn word(peer: &Peer, sold_out: bool) -> Out {
    Out::To(peer.connection.0, AllocatorBody::Words(vec![Word { sku: sku("a"), sold_out, halted: false }]))
}

/// A down batch of one grant.
pub(super) fn granted(peer: &Peer, seq: u64, count: u64, total: u64) -> Out {
    let entries = vec![DownEntry::Grant { sku: sku("a"), units: units(count) }];
    down(peer, seq, entries, &[total])
}

pub(super) fn down(peer: &Peer, first: u64, entries: Vec<DownEntry>, totals: &[u64]) -> Out {
    let totals = totals.iter().map(|total| DownTotal { sku: sku("a"), granted: units(*total) }).collect();
    Out::To(peer.connection.0, AllocatorBody::Down(DownBatch { first: Seq(first), entries, totals }))
}

pub(super) fn welcomes(outs: &[Out], peer: &Peer) -> Vec<Welcome> {
    let welcome = |out: &Out| match out {
        Out::To(to, AllocatorBody::Welcome(welcome)) if *to == peer.connection.0 => Some(welcome.clone()),
        _ => None,
    };
    outs.iter().filter_map(welcome).collect()
}

/// What is not the soft state that follows most answers.
pub(super) fn hard(outs: Vec<Out>) -> Vec<Out> {
    let soft = |out: &Out| matches!(out, Out::To(_, AllocatorBody::Words(_) | AllocatorBody::Published(_)));
    outs.into_iter().filter(|out| !soft(out)).collect()
}
