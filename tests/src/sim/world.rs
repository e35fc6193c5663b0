//! The queue of events, and who is handed which.

mod allocator;
mod edges;
mod rest;
mod shoppers;
mod streams;

use std::collections::BTreeMap;

use doorbuster_allocator_core::{BatchId as LedgerBatch, Connection, Operator, RequestId};
use doorbuster_edge_core::BatchId;
use doorbuster_proto::{FromAllocator, FromEdge, SiteVersion, Timestamp};

use super::allocator::AllocatorNode;
use super::disk::Disk;
use super::edge::EdgeNode;
use super::invariants::{Seen, Violation};
use super::network::Network;
use super::plan::{BEGINS, Plan, SKEW_MS_MAX, Sabotage};
use super::remains::Remains;
use super::report::Report;
use super::shoppers::Shoppers;
use crate::dice::Dice;

/// Faults stop so long after the sale's end.
const FAULTS_AFTER_END_MS: u64 = 2_000;
/// Then everything must come to rest within this.
const REST_MS: u64 = 60_000;
/// What is costly to look at is looked at after so many events.
const LOOK_EVERY: u64 = 16;

/// Something that happens at its time.
#[derive(Debug, Clone)]
pub(super) enum Event {
    ToEdge {
        connection: Connection,
        edge: usize,
        message: FromAllocator,
    },
    ToAllocator {
        connection: Connection,
        edge: usize,
        message: FromEdge,
    },
    /// An end of a stream learns that it is broken.
    BrokenAtEdge {
        connection: Connection,
        edge: usize,
    },
    BrokenAtAllocator {
        connection: Connection,
    },
    EdgeWrote {
        edge: usize,
        life: u64,
        batch: BatchId,
        sync: bool,
    },
    AllocatorWrote {
        life: u64,
        batch: LedgerBatch,
        sync: bool,
    },
    EdgeTimer {
        edge: usize,
        life: u64,
    },
    AllocatorTimer {
        life: u64,
    },
    SiteFetched {
        edge: usize,
        life: u64,
        site: SiteVersion,
    },
    Connect {
        edge: usize,
        life: u64,
    },
    Ask {
        wish: usize,
    },
    Fault,
    Start {
        edge: usize,
    },
    StartAllocator,
    Heal {
        edge: usize,
    },
    DiskHasRoom {
        edge: usize,
    },
    /// Faults stop.
    Calm,
    /// Somebody looks after what no machine puts right.
    Tend,
}

/// The world.
pub(super) struct World {
    pub(super) plan: Plan,
    pub(super) dice: Dice,
    /// The true time.
    pub(super) now: Timestamp,
    queue: BTreeMap<(Timestamp, u64), Event>,
    last_event: u64,
    pub(super) edges: Vec<EdgeNode>,
    pub(super) allocator: AllocatorNode,
    pub(super) network: Network,
    pub(super) shoppers: Shoppers,
    pub(super) report: Report,
    /// Faults have stopped.
    calm: bool,
    seen: Seen,
    violation: Option<Violation>,
}

impl World {
    pub(super) fn new(plan: Plan) -> Self {
        let mut dice = Dice::new(plan.seed.wrapping_mul(0x2545_f491_4f6c_dd1d));
        let mut skew = || dice.below(2 * SKEW_MS_MAX);
        let nodes = plan.edges.iter().cloned().zip(1..);
        let mut edges: Vec<_> = nodes.map(|(name, number)| EdgeNode::new(name, number, skew())).collect();
        let mut allocator = AllocatorNode::new(&plan, skew());
        match plan.sabotage {
            Some(Sabotage::EdgeDisksLie) => edges.iter_mut().for_each(|edge| edge.disk = Disk::liar()),
            Some(Sabotage::AllocatorDiskLies) => allocator.disk = Disk::liar(),
            None => {}
        }
        let shoppers = Shoppers::of(&plan, &mut dice);
        let (network, report, seen) = (Network::default(), Report::default(), Seen::default());
        let (queue, now) = (BTreeMap::new(), BEGINS);
        Self {
            plan,
            dice,
            now,
            queue,
            last_event: 0,
            edges,
            allocator,
            network,
            shoppers,
            report,
            calm: false,
            seen,
            violation: None,
        }
    }

    pub(super) fn run(mut self) -> Result<Report, Violation> {
        self.begin();
        let ends = self.plan.sale.ends_at.after_ms(FAULTS_AFTER_END_MS + REST_MS);
        while let Some((at, event)) = self.queue.pop_first() {
            if at.0 >= ends {
                break;
            }
            self.happen(at, event);
            if let Some(violation) = self.violation.take() {
                return Err(violation);
            }
        }
        self.now = ends;
        self.look(true)?;
        Seen::look_at_rest(&self)?;
        Ok(self.finish())
    }

    /// Runs for so many events, or to the end, and looks at the disks as they are then.
    pub(super) fn pull_the_plug(mut self, events: u64) -> Remains {
        self.begin();
        let ends = self.plan.sale.ends_at.after_ms(FAULTS_AFTER_END_MS + REST_MS);
        while let Some((at, event)) = self.queue.pop_first().filter(|(place, _)| place.0 < ends) {
            if self.report.events >= events {
                break;
            }
            self.happen(at, event);
        }
        self.remains()
    }

    fn begin(&mut self) {
        self.operate(Operator::Publish(self.plan.sale.clone()));
        for edge in 0..self.edges.len() {
            let life = self.edges[edge].process.life;
            let after = self.dice.below(200);
            self.after(after, Event::Connect { edge, life });
        }
        let sale = &self.plan.sale;
        let (starts, ends) = (sale.starts_at.since_ms(BEGINS), sale.ends_at.since_ms(BEGINS));
        for wish in 0..self.shoppers.wishes.len() {
            // Most come at the start.
            let most = if self.dice.chance(60) { (ends - starts) / 4 } else { ends - starts + 500 };
            let after = (starts + self.dice.below(most)).saturating_sub(self.dice.below(300));
            self.after(after, Event::Ask { wish });
        }
        self.after(1, Event::Fault);
        self.after(ends + FAULTS_AFTER_END_MS, Event::Calm);
    }

    pub(super) fn after(&mut self, ms: u64, event: Event) {
        self.at(self.now.after_ms(ms), event);
    }

    pub(super) fn at(&mut self, time: Timestamp, event: Event) {
        self.last_event += 1;
        self.queue.insert((time.max(self.now), self.last_event), event);
    }

    fn happen(&mut self, (time, number): (Timestamp, u64), event: Event) {
        self.now = time;
        if let Some(until) = self.paused_until(&event).filter(|until| *until > time) {
            // It keeps its number, so that streams stay in order.
            self.queue.insert((until, number), event);
            return;
        }
        self.report.saw(&event, time.0);
        self.handle(event);
        if let Err(violation) = self.look(self.report.events.is_multiple_of(LOOK_EVERY)) {
            self.violated(violation);
        }
    }

    fn paused_until(&self, event: &Event) -> Option<Timestamp> {
        match event {
            Event::ToEdge { edge, .. }
            | Event::BrokenAtEdge { edge, .. }
            | Event::EdgeWrote { edge, .. }
            | Event::EdgeTimer { edge, .. }
            | Event::SiteFetched { edge, .. }
            | Event::Connect { edge, .. } => Some(self.edges[*edge].process.paused_until),
            Event::ToAllocator { .. }
            | Event::BrokenAtAllocator { .. }
            | Event::AllocatorWrote { .. }
            | Event::AllocatorTimer { .. } => Some(self.allocator.process.paused_until),
            Event::Ask { wish } => Some(self.edges[self.shoppers.wishes[*wish].edge].process.paused_until),
            _ => None,
        }
    }

    fn handle(&mut self, event: Event) {
        match event {
            Event::ToEdge { connection, edge, message } => self.arrive_at_edge(connection, edge, message),
            Event::ToAllocator { connection, edge, message } => self.arrive_at_allocator(connection, edge, message),
            Event::BrokenAtEdge { connection, edge } => self.broken_at_edge(connection, edge),
            Event::BrokenAtAllocator { connection } => self.broken_at_allocator(connection),
            Event::EdgeWrote { edge, life, batch, sync } => self.edge_wrote(edge, life, batch, sync),
            Event::AllocatorWrote { life, batch, sync } => self.allocator_wrote(life, batch, sync),
            Event::EdgeTimer { edge, life } => self.edge_timer(edge, life),
            Event::AllocatorTimer { life } => self.allocator_timer(life),
            Event::SiteFetched { edge, life, site } => self.site_fetched(edge, life, site),
            Event::Connect { edge, life } => self.connect(edge, life),
            Event::Ask { wish } => self.ask(wish),
            Event::Fault if self.calm => {}
            Event::Fault => self.fail(),
            Event::Start { edge } => self.start_edge(edge),
            Event::StartAllocator => self.start_allocator(),
            Event::Heal { edge } => self.edges[edge].cut_off = false,
            Event::DiskHasRoom { edge } => self.empty_disk(edge),
            Event::Calm => self.calm_down(),
            Event::Tend => self.tend(),
        }
    }

    pub(super) fn operate(&mut self, operator: Operator) {
        if self.allocator.process.up {
            let now = self.allocator.process.clock(self.now);
            self.allocator.core.handle_operator(RequestId(self.report.events), operator, now);
            self.run_allocator();
        }
    }

    fn look(&mut self, closely: bool) -> Result<(), Violation> {
        let mut seen = std::mem::take(&mut self.seen);
        let looked = seen.look(self, closely);
        self.seen = seen;
        looked
    }

    /// Keeps the first violation.
    pub(super) fn violated(&mut self, violation: Violation) {
        self.violation.get_or_insert(violation);
    }

    fn finish(self) -> Report {
        let image = self.allocator.core.image();
        let valid = image.orders.values().filter(|order| order.is_valid()).count() as u64;
        Report {
            simulated_ms: self.now.since_ms(BEGINS),
            acknowledged: self.shoppers.told.len() as u64,
            orders: image.orders.len() as u64,
            valid,
            fenced: image.epochs.values().flatten().filter(|(_, book)| !book.head.phase.is_unfenced()).count() as u64,
            quarantined_most: self.seen.quarantined_most(),
            ..self.report
        }
    }
}
