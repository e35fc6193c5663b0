//! One sale of the simulated fleet: who comes when, what is under way, and what it came to.

mod allocator;
mod edges;
mod events;
mod guidance;
mod shoppers;
mod start;
mod watch;

use doorbuster_allocator_core::{Allocator, Policy};
use doorbuster_edge_core::Edge;
use doorbuster_proto::Timestamp;

use self::events::{Event, Queue};
use self::shoppers::Shoppers;
use self::watch::Watch;
use crate::arrivals::Arrivals;
use crate::figures::Figures;
use crate::workload::{Shape, Workload};

/// The sale starts so long after the edges' first hello, in milliseconds.
const BEFORE_START_MS: u64 = 2_000;
/// The run goes on so long after the last unit was sold: the word must spread.
const AFTER_LAST_MS: u64 = 1_500;
/// Every message takes so much longer, in milliseconds: what was written is synced first.
const SYNC_MS: u64 = 1;

pub(crate) struct World {
    workload: Workload,
    policy: Policy,
    now: Timestamp,
    starts_at: Timestamp,
    queue: Queue,
    allocator: Allocator,
    allocator_timer: Option<Timestamp>,
    edges: Vec<Node>,
    shoppers: Shoppers,
    arrivals: Arrivals,
    watch: Watch,
}

/// One edge.
struct Node {
    core: Edge,
    timer: Option<Timestamp>,
    /// Where each way's last message arrives: a stream keeps its order.
    up_at: Timestamp,
    down_at: Timestamp,
    is_dead: bool,
}

/// Runs one sale, and says what it came to.
pub fn simulate(workload: &Workload, policy: Policy, seed: u64) -> Figures {
    World::new(workload, policy, seed).run()
}

impl World {
    fn run(mut self) -> Figures {
        self.begin();
        let ends = self.starts_at.after_ms(self.workload.open_ms());
        while self.now < ends && !self.is_over() {
            self.now = self.now.after_ms(1);
            while let Some(event) = self.queue.due(self.now) {
                self.handle(event);
            }
            if self.now >= self.starts_at {
                self.sell();
            }
        }
        self.finish()
    }

    /// Shoppers come, and what can be seen from above is noted.
    fn sell(&mut self) {
        let ms = self.now.since_ms(self.starts_at);
        if self.shoppers.sold < self.workload.supply {
            for edge in self.arrivals.at(ms) {
                let edge = self.alive(edge);
                let shopper = self.shoppers.come(edge, self.now);
                self.ask(shopper);
            }
        }
        let dies = self.workload.shape == Shape::EdgeDies && self.shoppers.sold * 3 > self.workload.supply;
        if dies && !self.edges[0].is_dead {
            self.kill(0);
        }
        self.look();
    }

    /// Where a shopper of this edge goes: a CDN sends nobody to a dead one.
    fn alive(&self, edge: usize) -> usize {
        let others = || (edge..self.edges.len()).chain(0..edge);
        others().find(|edge| !self.edges[*edge].is_dead).unwrap_or(edge)
    }

    fn is_over(&self) -> bool {
        let all_sold = self.shoppers.sold >= self.workload.supply;
        all_sold && self.shoppers.last_at.is_some_and(|at| self.now.since_ms(at) >= AFTER_LAST_MS)
    }

    fn handle(&mut self, event: Event) {
        match event {
            Event::ToEdge { edge, message } => self.edge_hears(edge, message),
            Event::ToAllocator { edge, message } => self.allocator_hears(edge, message),
            Event::EdgeTimer { edge } => self.edge_timer(edge),
            Event::AllocatorTimer => self.allocator_timer(),
            Event::Ask { shopper } => self.ask(shopper),
            Event::Gone { edge } => self.allocator_loses(edge),
        }
    }
}
