//! Our side: an allocator and one edge of one thread, with a sale whose stock lasts.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context as _;
use toml::Table;

use super::launch::{LOAD, SERVERS, pin};
use super::metrics::Metrics;
use super::settings::Settings;
use crate::fleet::{Fleet, Ports};
use crate::sale_file::SaleFile;
use crate::until;
use crate::web::Web;

/// The sale.
pub const SALE: &str = "bench";
/// Its item that is sold out before anything is measured.
pub const SOLD_OUT: &str = "bench-none";
/// Its items with stock: so many that the bound on one item's units in flight is never the one that is met.
const ITEMS: usize = 8;
const PLENTY: i64 = 100_000_000;
/// The credit W: the edge acknowledges after its own synced write, as Redis does with `appendfsync always`.
const CREDIT: i64 = 1_000_000;
/// No run takes a day.
const LASTS_S: i64 = 24 * 60 * 60;
const SETTLE_BOUND: Duration = Duration::from_secs(60);

/// The running fleet.
pub struct Ours {
    fleet: Fleet,
    web: Web,
    edge: u32,
    allocator: u32,
    /// Where the edge speaks HTTP/1.1, and HTTP/2 to whoever begins with it.
    pub plain: SocketAddr,
    /// Where it speaks TLS.
    pub tls: SocketAddr,
}

/// The items with stock.
pub fn skus() -> Vec<String> {
    (1..=ITEMS).map(|at| format!("bench-{at}")).collect()
}

impl Ours {
    /// Starts the fleet in `folder`, publishes the sale, and waits until its stock has come.
    ///
    /// # Errors
    /// Something did not start.
    pub async fn start(folder: &Path, settings: &Settings) -> anyhow::Result<Self> {
        let change = |process: &str, config: &mut Table| {
            if process != "allocator" {
                settings.change(config);
            }
        };
        let mut fleet = Fleet::start_with(folder, 1, &Ports::free(1)?, &change).await?;
        let pids = fleet.pids();
        let [allocator, edge] = pids[..] else { anyhow::bail!("expected an allocator and an edge, found {pids:?}") };
        pin(allocator, LOAD).await?;
        pin(edge, SERVERS).await?;
        publish(&fleet).await?;
        fleet.all_ready().await?;
        let plain = fleet.addresses().edges[0].shop.trim_start_matches("http://").parse()?;
        let ours = Self { fleet, web: Web::default(), edge, allocator, plain, tls: settings.tls };
        ours.stock_came().await?;
        Ok(ours)
    }

    /// The edge's process.
    pub fn edge_pid(&self) -> u32 {
        self.edge
    }

    /// The allocator's process.
    pub fn allocator_pid(&self) -> u32 {
        self.allocator
    }

    /// The key that signs shoppers' tokens.
    pub fn token_key(&self) -> PathBuf {
        self.fleet.folder().path().join("token.key")
    }

    /// The edge's configuration file.
    pub fn edge_config(&self) -> PathBuf {
        self.fleet.folder().config(&self.fleet.addresses().edges[0].id)
    }

    /// The edge's figures.
    ///
    /// # Errors
    /// It did not answer.
    pub async fn metrics(&self) -> anyhow::Result<Metrics> {
        let url = format!("{}/metrics", self.fleet.addresses().edges[0].admin);
        Ok(Metrics::read(&self.web.get(&url).await?.text()))
    }

    /// Waits until the ledger has taken in all that the edge has sold.
    ///
    /// # Errors
    /// It did not in time.
    pub async fn taken_in(&self) -> anyhow::Result<()> {
        until::holds("the ledger has taken in every order", SETTLE_BOUND, || async {
            self.metrics().await.is_ok_and(|metrics| metrics.up_in_flight() == Some(0))
        })
        .await
    }

    /// Waits until an item is sold out, as the ledger says and the edge tells.
    ///
    /// # Errors
    /// It was not in time.
    pub async fn sold_out(&self, sku: &str) -> anyhow::Result<()> {
        self.shown(sku, "sold-out").await
    }

    /// Ends everything.
    ///
    /// # Errors
    /// A process did not end.
    pub async fn stop(mut self) -> anyhow::Result<()> {
        self.fleet.stop().await
    }

    async fn stock_came(&self) -> anyhow::Result<()> {
        for sku in skus() {
            self.shown(&sku, "available").await?;
        }
        Ok(())
    }

    async fn shown(&self, sku: &str, word: &str) -> anyhow::Result<()> {
        let url = format!("http://{}/api/sales/{SALE}", self.plain);
        until::holds(&format!("{sku} is {word}"), SETTLE_BOUND, || async {
            let Ok(answer) = self.web.get(&url).await else { return false };
            let sale = answer.json();
            let mut items = sale["items"].as_array().into_iter().flatten();
            items.any(|item| item["sku"] == sku && item["availability"] == word)
        })
        .await
    }
}

async fn publish(fleet: &Fleet) -> anyhow::Result<()> {
    let sale = SaleFile::new(SALE).window_s(0, LASTS_S).limit(1).credit(CREDIT).item(SOLD_OUT, 1, 1);
    let sale = skus().iter().fold(sale, |sale, sku| sale.item(sku, PLENTY, 1));
    let file = sale.write(&fleet.folder().path().join("sale")).context("write the sale")?;
    let published = fleet.publish(&file).await?;
    let told = String::from_utf8_lossy(&published.stderr);
    anyhow::ensure!(published.status.success(), "the sale was refused: {told}");
    Ok(())
}
