//! The allocator that is measured: on a processor of its own, with one sale.

use std::path::Path;
use std::time::Duration;

use anyhow::Context as _;
use doorbuster_proto::{EdgeId, Sku};
use toml::{Table, Value, toml};

use super::Scale;
use super::histogram::Histogram;
use super::played::Played;
use crate::bench::launch::{SERVERS, pin};
use crate::bench::usage;
use crate::fleet::{Addresses, Fleet, Ports};
use crate::sale_file::SaleFile;
use crate::web::Web;

const SALE: &str = "bench";
/// Enough for every edge to be told.
const STARTS_IN_S: i64 = 2;
/// No run takes a day.
const LASTS_S: i64 = 24 * 60 * 60;

/// The running allocator.
pub(super) struct Subject {
    fleet: Fleet,
    web: Web,
    pid: u32,
    /// How many edges it knows, and how many items they sell.
    pub(super) scale: Scale,
    /// The edges that it knows.
    pub(super) edges: Vec<EdgeId>,
    /// The items that all of them sell.
    pub(super) skus: Vec<Sku>,
}

/// What the allocator counts itself.
pub(super) struct Metrics {
    /// How long what follows from a turn's inputs takes.
    pub(super) decisions: Histogram,
    /// Levels that it took.
    pub(super) levels: u64,
}

impl Subject {
    pub(super) async fn start(folder: &Path, scale: Scale) -> anyhow::Result<Self> {
        let edges: Vec<EdgeId> = (0..scale.edges).map(|at| format!("edge-{at}").parse()).collect::<Result<_, _>>()?;
        let change = |_: &str, config: &mut Table| {
            let entries = edges.iter().map(|edge| {
                let id = edge.as_str();
                Value::Table(toml! { id = id })
            });
            config.insert("edge".into(), entries.collect::<Vec<_>>().into());
        };
        let mut fleet = Fleet::prepared(folder, Addresses::on(&Ports::free(0)?, 0), &change)?;
        fleet.start_all().await?;
        let [pid] = fleet.pids()[..] else { anyhow::bail!("expected an allocator alone, found {:?}", fleet.pids()) };
        pin(pid, SERVERS).await?;
        let skus = (0..scale.skus).map(|at| Ok(Sku { sale: SALE.parse()?, code: format!("item-{at}").parse()? }));
        let skus = skus.collect::<anyhow::Result<_>>()?;
        Ok(Self { fleet, web: Web::default(), pid, scale, edges, skus })
    }

    /// Every edge, connected; and then the sale is published, as operators do.
    ///
    /// # Errors
    /// One was refused, or the sale was.
    pub(super) async fn join_all(&self) -> anyhow::Result<Vec<Played>> {
        let mut all = Vec::with_capacity(self.edges.len());
        for edge in &self.edges {
            all.push(Played::join(&self.fleet.addresses().allocator.grpc, edge).await?);
        }
        self.publish().await?;
        Ok(all)
    }

    /// The time that it has been on a processor.
    ///
    /// # Errors
    /// It is gone.
    pub(super) fn cpu(&self) -> anyhow::Result<Duration> {
        usage::cpu(&[self.pid])
    }

    /// What it counts itself.
    ///
    /// # Errors
    /// It did not answer.
    pub(super) async fn metrics(&self) -> anyhow::Result<Metrics> {
        let text = self.web.get(&format!("{}/metrics", self.fleet.addresses().allocator.admin)).await?.text();
        let levels = text.lines().find_map(|line| line.strip_prefix("doorbuster_levels_total ")?.parse().ok());
        let levels = levels.context("expected the metric doorbuster_levels_total, found none")?;
        Ok(Metrics { decisions: Histogram::read(&text, "doorbuster_decision_seconds"), levels })
    }

    pub(super) async fn stop(mut self) -> anyhow::Result<()> {
        self.fleet.stop().await
    }

    async fn publish(&self) -> anyhow::Result<()> {
        let sale = SaleFile::new(SALE).window_s(STARTS_IN_S, LASTS_S).limit(1);
        let sale = self.skus.iter().fold(sale, |sale, sku| sale.item(sku.code.as_str(), self.scale.supply, 1));
        let published = self.fleet.publish(&sale.write(&self.fleet.folder().path().join("sale"))?).await?;
        let told = String::from_utf8_lossy(&published.stderr);
        anyhow::ensure!(published.status.success(), "the sale was refused: {told}");
        Ok(())
    }
}
