//! One side, one round of one row.

use std::net::SocketAddr;
use std::time::Duration;

use super::effort::Effort;
use super::load::{Kind, Load};
use super::outcome::Outcome;
use super::rounds::{Sample, Side};
use super::rows::{Row, Work};
use super::tls::HOST;
use super::usage::cpu;
use super::world::World;
use super::{h2load, wrk};

/// What came of one side's work, and what it cost.
pub struct Measured {
    /// What the load counted.
    pub outcome: Outcome,
    /// Processor time of the side's processes.
    pub cpu: Duration,
    /// Processor time of the allocator meanwhile.
    pub allocator: Duration,
}

impl World {
    /// Measures a side once.
    ///
    /// # Errors
    /// It did not do the work.
    pub async fn measure(&self, row: &Row, side: Side, effort: &Effort) -> anyhow::Result<Measured> {
        match row.work {
            Work::SoldOut | Work::Purchase => self.measure_orders(row, side, effort).await,
            _ => self.measure_page(row, side, effort).await,
        }
    }

    async fn measure_page(&self, row: &Row, side: Side, effort: &Effort) -> anyhow::Result<Measured> {
        let pids = self.pids(row.work, side)?;
        let target = self.target(row.work, side)?;
        let before = cpu(&pids)?;
        let outcome = match row.work {
            Work::PageOverH2c(page) => {
                h2load::run(&target.to_string(), HOST, page.path, row.connections, effort.page_s).await?
            }
            Work::PageOverTls(page) => {
                wrk::run(&format!("https://{target}{}", page.path), HOST, row.connections, effort.page_s).await?
            }
            Work::Page(page) => {
                wrk::run(&format!("http://{target}{}", page.path), HOST, row.connections, effort.page_s).await?
            }
            Work::SoldOut | Work::Purchase => unreachable!("an order is no page"),
        };
        Ok(Measured { outcome, cpu: cpu(&pids)?.saturating_sub(before), allocator: Duration::ZERO })
    }

    async fn measure_orders(&self, row: &Row, side: Side, effort: &Effort) -> anyhow::Result<Measured> {
        let mut whole = Measured { outcome: Outcome::default(), cpu: Duration::ZERO, allocator: Duration::ZERO };
        for _ in 0..effort.bursts {
            let kind = self.orders(row.work, effort.burst_orders);
            let burst = self.load(row.work, side, row.connections, None, &kind).await?;
            whole.outcome.add(burst.outcome);
            whole.cpu += burst.cpu;
            whole.allocator += burst.allocator;
        }
        Ok(whole)
    }

    /// Loads a side with the bench's own generator. What the edge does for its orders after their answers counts too:
    /// the time is taken when the ledger has taken them in.
    ///
    /// # Errors
    /// The side did not do the work.
    pub async fn load(
        &self,
        work: Work,
        side: Side,
        connections: usize,
        pace: Option<(f64, f64)>,
        kind: &Kind,
    ) -> anyhow::Result<Measured> {
        let (pids, allocator) = (self.pids(work, side)?, [self.ours.allocator_pid()]);
        let load = Load::prepare(self.target(work, side)?, connections, pace, kind).await?;
        let (before, allocator_before) = (cpu(&pids)?, cpu(&allocator)?);
        let outcome = load.run().await?;
        if side == Side::Ours {
            self.ours.taken_in().await?;
        }
        let (after, allocator_after) = (cpu(&pids)?, cpu(&allocator)?);
        check(work, side, &outcome)?;
        self.note(work, side, &outcome);
        let allocator = allocator_after.saturating_sub(allocator_before);
        Ok(Measured { outcome, cpu: after.saturating_sub(before), allocator })
    }

    /// Where a side does this work.
    pub(super) fn target(&self, work: Work, side: Side) -> anyhow::Result<SocketAddr> {
        Ok(match (side, work) {
            (Side::Beside, _) => self.beside(work)?.address,
            (Side::Ours, Work::PageOverTls(_)) => self.ours.tls,
            (Side::Ours, _) => self.ours.plain,
            (Side::Peer, Work::PageOverTls(_)) => self.peer.tls,
            (Side::Peer, Work::PageOverH2c(_)) => self.peer.h2c,
            (Side::Peer, _) => self.peer.plain,
        })
    }

    fn pids(&self, work: Work, side: Side) -> anyhow::Result<Vec<u32>> {
        match side {
            Side::Ours => Ok(vec![self.ours.edge_pid()]),
            Side::Peer => self.peer.pids(),
            Side::Beside => Ok(vec![self.beside(work)?.pid()?]),
        }
    }
}

impl Measured {
    /// Cost and rate. Of purchases only those count that were told to their shoppers as theirs.
    pub fn sample(&self, work: Work, side: Side) -> Sample {
        let Self { outcome, cpu, allocator } = self;
        let undecided = if work == Work::Purchase { outcome.with_status(202) } else { 0 };
        let done = Outcome::of(outcome.answered - undecided, outcome.seconds);
        Sample {
            cost_us: done.cost_us(*cpu),
            rate: done.rate(),
            allocator_us: if side == Side::Ours { done.cost_us(*allocator) } else { 0.0 },
            undecided: undecided as f64 / outcome.answered as f64,
        }
    }
}

/// Every answer is one that was asked for.
fn check(work: Work, side: Side, outcome: &Outcome) -> anyhow::Result<()> {
    let right: &[u16] = match (side, work) {
        (Side::Beside, _) | (_, Work::Page(_) | Work::PageOverTls(_) | Work::PageOverH2c(_)) => &[200],
        (_, Work::SoldOut) => &[409],
        (Side::Ours, Work::Purchase) => &[201, 202],
        (Side::Peer, Work::Purchase) => &[201],
    };
    let statuses = &outcome.statuses;
    anyhow::ensure!(outcome.answered > 0, "{side:?}: nothing was answered");
    anyhow::ensure!(
        statuses.keys().all(|status| right.contains(status)),
        "{side:?}: expected {right:?}, found {statuses:?}"
    );
    Ok(())
}
