//! What is seen from above: messages, units that lie where nobody asks, and the sale's figures.

use doorbuster_allocator_core::{Account, Policy};
use doorbuster_edge_core::HEARTBEAT_MS;
use doorbuster_proto::{AllocatorBody, DownEntry, EdgeBody, Timestamp, UpEntry};

use super::guidance::GO_THERE_MS;
use super::shoppers::Shopper;
use super::{SYNC_MS, World};
use crate::figures::Figures;
use crate::statistics::quantile;

/// Shelves are looked at so often, in milliseconds.
const LOOK_MS: u64 = 10;
/// A unit lies idle where it would not be asked for within so long, in milliseconds.
const IDLE_MS: f64 = 1_000.0;
/// The last tenth of the supply, or a unit for each edge where that is more, is the tail: there, purchases may ask the
/// allocator.
const TAIL_PART: u64 = 10;

/// Messages, by kind.
#[derive(Debug, Default)]
pub(super) struct Counts {
    asks: u64,
    grants: u64,
    recalls: u64,
    returns: u64,
}

#[derive(Debug, Default)]
pub(super) struct Watch {
    pub(super) counts: Counts,
    stranded_unit_ms: f64,
    /// When each edge told all its levels last: its heartbeats come at whole intervals from there.
    told_all_at: Vec<Timestamp>,
}

impl Counts {
    pub(super) fn down(&mut self, body: &AllocatorBody) {
        match body {
            AllocatorBody::Recall { .. } => self.recalls += 1,
            AllocatorBody::Down(batch) => {
                let grants = batch.entries.iter().filter(|entry| matches!(entry, DownEntry::Grant { .. }));
                self.grants += grants.count() as u64;
            }
            _ => {}
        }
    }
}

impl Watch {
    pub(super) fn of(edges: usize) -> Self {
        Self { told_all_at: vec![Timestamp(0); edges], ..Self::default() }
    }

    /// An edge sends something. What it tells between two heartbeats is an ask; that it is there is a heartbeat at any time.
    pub(super) fn up(&mut self, edge: usize, body: &EdgeBody, now: Timestamp, is_open: bool) {
        match body {
            EdgeBody::Levels(_) => self.told_all_at[edge] = now,
            EdgeBody::LevelsChanged(levels) => {
                let is_heartbeat = now.since_ms(self.told_all_at[edge]).is_multiple_of(HEARTBEAT_MS);
                self.counts.asks += u64::from(is_open && !is_heartbeat && !levels.is_empty());
            }
            EdgeBody::Up(batch) => {
                let returns = batch.entries.iter().filter(|entry| matches!(entry, UpEntry::StockReturned { .. }));
                self.counts.returns += returns.count() as u64;
            }
            _ => {}
        }
    }
}

impl World {
    pub(super) fn look(&mut self) {
        if !self.now.0.is_multiple_of(LOOK_MS) {
            return;
        }
        let ms = self.now.since_ms(self.starts_at);
        let shares = self.workload.shares(ms);
        let all: f64 = shares.iter().sum();
        let rate = self.workload.rate(ms);
        let mut idle = 0.0;
        let mut starves = false;
        for (edge, share) in shares.iter().enumerate().filter(|(edge, _)| !self.edges[*edge].is_dead) {
            let shelf = self.shelf(edge) as f64;
            idle += (shelf - rate * share / all * IDLE_MS).max(0.0);
            starves |= shelf < 1.0 && self.shoppers.is_anyone_waiting_at(edge);
        }
        if starves {
            self.watch.stranded_unit_ms += idle * LOOK_MS as f64;
        }
    }

    /// Whether a unit is left that could be sold: what a lost edge may have sold is not.
    pub(super) fn is_any_unit_left(&self) -> bool {
        // An order that waits for credit is in the ledger before its shopper hears of it.
        let ledger = self.allocator.image().stock[&Self::sku()].balance(&Account::Sold).get();
        self.sellable() > self.shoppers.sold.max(ledger)
    }

    pub(super) fn sellable(&self) -> u64 {
        let stock = &self.allocator.image().stock[&Self::sku()];
        self.workload.supply - stock.quarantine().get().min(self.workload.supply)
    }

    pub(super) fn finish(self) -> Figures {
        let ends = self.shoppers.last_at.filter(|_| !self.is_any_unit_left() || self.shoppers.waiting().count() == 0);
        let lasted_ms = ends.unwrap_or(self.now).since_ms(self.starts_at);
        let (waited, came) = self.waited(lasted_ms);
        Figures {
            false_sold_out: ratio(self.shoppers.sold_out_false, self.shoppers.sold_out_said),
            waiting_share: ratio(waited, came),
            stranded_unit_seconds: self.watch.stranded_unit_ms / 1_000.0,
            unsold: self.unsold() as f64,
            messages_per_1000: self.messages() as f64 * 1_000.0 / (self.shoppers.sold.max(1)) as f64,
            sell_out_ratio: self.sell_out_ratio(lasted_ms),
            latency_p99_ms: self.latency_p99_ms(),
            lasted_ms: lasted_ms as f64,
        }
    }

    /// Shoppers who were not served within two round trips although a unit was left; and all who came while one was.
    fn waited(&self, lasted_ms: u64) -> (u64, u64) {
        let ends = self.starts_at.after_ms(lasted_ms);
        let came = self.shoppers.all().iter().filter(|shopper| shopper.came_at <= ends);
        let waited = came.clone().filter(|shopper| {
            let hop = if shopper.was_guided { GO_THERE_MS } else { 0 };
            let patience = hop + 4 * (self.workload.one_way_ms(shopper.edge) + SYNC_MS);
            let until = shopper.came_at.after_ms(patience);
            until < ends && shopper.served_at.is_none_or(|at| at > until)
        });
        (waited.count() as u64, came.count() as u64)
    }

    /// What nobody was sold although somebody waited for it: all that those who wait could have had.
    fn unsold(&self) -> u64 {
        let left = self.sellable().saturating_sub(self.shoppers.sold);
        let mut carts: Vec<u64> = self.shoppers.waiting().map(|shopper| self.workload.cart(shopper.number)).collect();
        carts.sort_unstable();
        let had = carts.into_iter().scan(0, |had, cart| {
            *had += cart;
            Some(*had)
        });
        had.take_while(|had| *had <= left).last().unwrap_or_default()
    }

    /// Asks, grants, recalls and returns. A central counter is asked for every purchase, whatever a link puts into one message.
    fn messages(&self) -> u64 {
        let Counts { asks, grants, recalls, returns } = self.watch.counts;
        if self.policy == Policy::Central {
            return 2 * self.shoppers.asks;
        }
        asks + grants + recalls + returns
    }

    /// Against a counter that is nowhere away: sold out with the shopper who takes the last unit.
    fn sell_out_ratio(&self, lasted_ms: u64) -> f64 {
        let mut wanted = 0;
        let mut takes_the_last = |shopper: &&Shopper| {
            wanted += self.workload.cart(shopper.number);
            wanted >= self.sellable()
        };
        let last = self.shoppers.all().iter().find(&mut takes_the_last);
        let limit = last.map_or(lasted_ms, |shopper| shopper.came_at.since_ms(self.starts_at));
        lasted_ms.max(1) as f64 / limit.max(1) as f64
    }

    /// What the 99th of 100 buyers waited, before the tail.
    fn latency_p99_ms(&self) -> f64 {
        let mut served: Vec<_> =
            self.shoppers.all().iter().filter_map(|shopper| Some((shopper.served_at?, shopper.came_at))).collect();
        served.sort_unstable();
        let tail = (self.workload.supply / TAIL_PART).max(self.workload.edges as u64);
        let before_tail = self.workload.supply.saturating_sub(tail);
        served.truncate(usize::try_from(before_tail).unwrap_or(usize::MAX));
        let waits: Vec<f64> = served.iter().map(|(served, came)| served.since_ms(*came) as f64).collect();
        quantile(&waits, 0.99)
    }
}

fn ratio(part: u64, whole: u64) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}
