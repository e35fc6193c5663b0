//! Whether the edge's memory grows under load: pages and refusals for as long as was asked. Purchases are left out, since
//! orders are kept.

use std::time::{Duration, Instant};

use serde::Serialize;

use super::progress;
use super::rounds::Side;
use super::rows::{SMALL, Work};
use super::tls::HOST;
use super::usage::resident_bytes;
use super::world::World;
use super::wrk;

const CONNECTIONS: usize = 64;
/// Pages for so long, then refusals, again and again, each over connections of their own.
const PAGES_S: u64 = 10;
const REFUSALS: u64 = 50_000;
/// Looks at the memory in a run, by which a growth is told from a warm-up.
const LOOKS: u32 = 10;

/// The edge's resident memory over a long load.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Soak {
    /// How long it lasted.
    pub minutes: f64,
    /// Whole answers.
    pub answered: u64,
    /// After each tenth of the time, in bytes.
    pub resident_bytes: Vec<u64>,
}

impl World {
    /// Loads the edge for `duration`.
    ///
    /// # Errors
    /// It did not answer as it should.
    pub async fn soak(&self, duration: Duration) -> anyhow::Result<Soak> {
        let (begun, pid) = (Instant::now(), [self.ours.edge_pid()]);
        let mut soak = Soak { minutes: 0.0, answered: 0, resident_bytes: Vec::new() };
        for look in 1..=LOOKS {
            while begun.elapsed() < duration * look / LOOKS {
                soak.answered += self.mixed().await?;
            }
            soak.resident_bytes.push(resident_bytes(&pid)?);
            progress(&format!(
                "soak: {look} of {LOOKS}, {} answers, {} KiB",
                soak.answered,
                resident_bytes(&pid)? >> 10
            ));
        }
        soak.minutes = begun.elapsed().as_secs_f64() / 60.0;
        Ok(soak)
    }

    async fn mixed(&self) -> anyhow::Result<u64> {
        let page = format!("http://{}{}", self.ours.plain, SMALL.path);
        let pages = wrk::run(&page, HOST, CONNECTIONS, PAGES_S).await?;
        let kind = self.orders(Work::SoldOut, REFUSALS);
        let refusals = self.load(Work::SoldOut, Side::Ours, CONNECTIONS, None, &kind).await?;
        Ok(pages.answered + refusals.outcome.answered)
    }
}
