//! The open loop: both sides at the same absolute rate, 70 % of nginx's own best.

use serde::Serialize;

use super::disk::Fsync;
use super::effort::Effort;
use super::load::Kind;
use super::progress;
use super::rounds::{Side, order};
use super::rows::{SMALL, Work};
use super::statistics::{median, quantile};
use super::tls::HOST;
use super::world::World;

/// The part of nginx's best rate.
const PART: f64 = 0.7;
/// As many connections as never run out where the server keeps up.
const CONNECTIONS: usize = 256;
/// Chance brings some more than the rate.
const SPARE_ORDERS: f64 = 1_000.0;

/// Latencies of one work at one rate, in microseconds: medians over the rounds.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Latency {
    /// The row's key.
    pub key: &'static str,
    /// Requests a second that fell due.
    pub rate: f64,
    /// Half of the edge's answers took no longer.
    pub ours_p50_us: f64,
    /// 99 of 100.
    pub ours_p99_us: f64,
    /// nginx's.
    pub peer_p50_us: f64,
    /// nginx's.
    pub peer_p99_us: f64,
    /// The disk's own, where an answer waits for it.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub fsync: Option<Fsync>,
}

/// Work that is measured so, by the key of its row.
pub const WORKS: [(&str, Work); 3] =
    [("static_1k", Work::Page(SMALL)), ("sold_out", Work::SoldOut), ("purchase_64", Work::Purchase)];

impl World {
    /// Measures both sides.
    ///
    /// # Errors
    /// One did not do the work.
    pub async fn latency(
        &self,
        (key, work): (&'static str, Work),
        peer_rps_max: f64,
        fsync: Option<Fsync>,
        effort: &Effort,
    ) -> anyhow::Result<Latency> {
        let rate = peer_rps_max * PART;
        let (mut ours, mut peer) = (Percentiles::default(), Percentiles::default());
        for round in 0..effort.paced_rounds {
            progress(&format!("open loop, {key} at {rate:.0}/s: round {} of {}", round + 1, effort.paced_rounds));
            for side in order(round, false) {
                let kind = self.paced(work, rate * effort.paced_s);
                let measured = self.load(work, side, CONNECTIONS, Some((rate, effort.paced_s)), &kind).await?;
                let of_side = if side == Side::Ours { &mut ours } else { &mut peer };
                of_side.add(&measured.outcome.latencies_us);
            }
        }
        let (ours_p50_us, ours_p99_us) = ours.medians();
        let (peer_p50_us, peer_p99_us) = peer.medians();
        Ok(Latency { key, rate, ours_p50_us, ours_p99_us, peer_p50_us, peer_p99_us, fsync })
    }

    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a rate times seconds is a small count"
    )]
    fn paced(&self, work: Work, expected: f64) -> Kind {
        match work {
            Work::SoldOut | Work::Purchase => self.orders(work, (expected * 1.1 + SPARE_ORDERS) as u64),
            Work::Page(page) | Work::PageOverTls(page) | Work::PageOverH2c(page) => {
                Kind::Page { host: HOST.to_owned(), path: page.path.to_owned() }
            }
        }
    }
}

#[derive(Default)]
struct Percentiles {
    p50: Vec<f64>,
    p99: Vec<f64>,
}

impl Percentiles {
    fn add(&mut self, latencies: &[f64]) {
        self.p50.push(quantile(latencies, 0.5));
        self.p99.push(quantile(latencies, 0.99));
    }

    fn medians(&self) -> (f64, f64) {
        (median(&self.p50), median(&self.p99))
    }
}
