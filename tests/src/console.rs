//! An operator at the console's API.

use std::time::Duration;

use anyhow::Context as _;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::until;
use crate::web::{Answer, Web};

/// The console of one allocator.
#[derive(Debug, Clone)]
pub struct Console {
    web: Web,
    url: String,
}

/// The allocator's figures at one moment: what is needed of them here.
#[derive(Debug, Clone, Deserialize)]
pub struct Snapshot {
    /// When, in milliseconds since the Unix epoch.
    pub now_ms: u64,
    /// Edges that must speak before grants flow.
    pub waiting_for: Vec<String>,
    /// Orders taken in lately, in a second.
    pub orders_per_s: f64,
    /// The edges.
    pub edges: Vec<SnapshotEdge>,
    /// The sales.
    pub sales: Vec<SnapshotSale>,
}

/// An edge in a snapshot.
#[derive(Debug, Clone, Deserialize)]
pub struct SnapshotEdge {
    /// Its id.
    pub id: String,
    /// new, live, away, fenced, refused.
    pub state: String,
    /// What its fenced epochs have in quarantine.
    pub quarantine: Vec<SnapshotQuarantine>,
}

/// What one fenced epoch has in quarantine, in a snapshot.
#[derive(Debug, Clone, Deserialize)]
pub struct SnapshotQuarantine {
    /// The epoch.
    pub epoch: u64,
}

/// A sale in a snapshot.
#[derive(Debug, Clone, Deserialize)]
pub struct SnapshotSale {
    /// Its id.
    pub id: String,
    /// planned, open, closed, settled.
    pub state: String,
    /// Its first moment.
    pub starts_at_ms: u64,
    /// The first moment after it.
    pub ends_at_ms: u64,
    /// Its items.
    pub skus: Vec<SnapshotSku>,
}

/// A SKU in a snapshot, in units.
#[derive(Debug, Clone, Deserialize)]
pub struct SnapshotSku {
    /// Its code.
    pub sku: String,
    /// Units to sell.
    pub supply: u64,
    /// Oversell budget.
    pub budget: u64,
    /// Units that are to come back, since the supply was lowered.
    pub debt: u64,
    /// Units that the allocator holds.
    pub pool: u64,
    /// Units that each live epoch holds.
    pub escrow: Vec<SnapshotEscrow>,
    /// Units of valid orders.
    pub sold: u64,
}

/// One epoch's escrow in a snapshot.
#[derive(Debug, Clone, Deserialize)]
pub struct SnapshotEscrow {
    /// Whose.
    pub edge: String,
    /// How many units.
    pub units: u64,
}

/// The balances of a sale.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// The sale.
    pub sale: String,
    /// planned, open, closed, settled.
    pub state: String,
    /// Its items.
    pub skus: Vec<ReportSku>,
    /// Whether every SKU adds up to its supply and budget.
    pub balanced: bool,
}

/// One SKU's balances, in units.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportSku {
    /// Its code.
    pub sku: String,
    /// Units to sell.
    pub supply: u64,
    /// Oversell budget.
    pub budget: u64,
    /// Units that are to come back, since the supply was lowered.
    pub debt: u64,
    /// Units that were sold instead.
    pub oversold: u64,
    /// Units that the allocator holds.
    pub pool: u64,
    /// Units that live epochs hold.
    pub escrow: u64,
    /// Units of valid orders.
    pub sold: u64,
    /// Units that evicted edges may have sold.
    pub quarantine: u64,
    /// Units that an operator gave up.
    pub written_off: u64,
}

impl ReportSku {
    /// Whether the accounts add up.
    pub fn is_balanced(&self) -> bool {
        let Self { supply, budget, debt, oversold, pool, escrow, sold, quarantine, written_off, .. } = self;
        supply + budget + debt + oversold == pool + escrow + sold + quarantine + written_off
    }
}

impl Report {
    /// One SKU's balances.
    pub fn sku(&self, sku: &str) -> Option<&ReportSku> {
        self.skus.iter().find(|row| row.sku == sku)
    }

    /// Units sold, of all SKUs.
    pub fn sold(&self) -> u64 {
        self.skus.iter().map(|row| row.sold).sum()
    }
}

impl Console {
    /// The console at `url`.
    pub fn at(url: &str) -> Self {
        Self { web: Web::default(), url: url.to_owned() }
    }

    /// The figures now.
    ///
    /// # Errors
    /// No answer, or not the expected one.
    pub async fn snapshot(&self) -> anyhow::Result<Snapshot> {
        parse(&self.web.get(&format!("{}/api/snapshot", self.url)).await?)
    }

    /// A sale's balances now.
    ///
    /// # Errors
    /// No answer, or not the expected one.
    pub async fn report(&self, sale: &str) -> anyhow::Result<Report> {
        parse(&self.web.get(&format!("{}/api/sales/{sale}/report", self.url)).await?)
    }

    /// Closes a sale before its time; a sale that is closed already is left as it is.
    ///
    /// # Errors
    /// The allocator refused, or did not answer.
    pub async fn close(&self, sale: &str) -> anyhow::Result<()> {
        if self.report(sale).await?.is_closed() {
            return Ok(());
        }
        self.operate(&format!("sales/{sale}/close")).await
    }

    /// Fences an edge's epoch.
    ///
    /// # Errors
    /// The allocator refused, or did not answer.
    pub async fn evict(&self, edge: &str) -> anyhow::Result<()> {
        self.operate(&format!("edges/{edge}/evict")).await
    }

    /// Gives up what a fenced epoch has in quarantine.
    ///
    /// # Errors
    /// The allocator refused, or did not answer.
    pub async fn write_off(&self, edge: &str, epoch: u64) -> anyhow::Result<()> {
        self.operate(&format!("edges/{edge}/epochs/{epoch}/write-off")).await
    }

    /// Sets the supply of an item, its oversell budget, or both; the answer may be a refusal.
    ///
    /// # Errors
    /// The allocator did not answer.
    pub async fn set_supply(&self, sale: &str, sku: &str, numbers: &Value) -> anyhow::Result<Answer> {
        self.web.post(&format!("{}/api/sales/{sale}/items/{sku}", self.url), &[], numbers).await
    }

    /// Lets grants flow although not every edge has spoken in this term.
    ///
    /// # Errors
    /// The allocator refused, or did not answer.
    pub async fn resume_grants(&self) -> anyhow::Result<()> {
        self.operate("resume-grants").await
    }

    async fn operate(&self, what: &str) -> anyhow::Result<()> {
        let answer = self.web.post(&format!("{}/api/{what}", self.url), &[], &json!({})).await?;
        anyhow::ensure!(answer.status < 300, "{what}: {} {}", answer.status, answer.text());
        Ok(())
    }

    /// Waits until a sale is settled, and gives its final balances.
    ///
    /// # Errors
    /// It was not settled in time.
    pub async fn settled(&self, sale: &str, bound: Duration) -> anyhow::Result<Report> {
        until::found(&format!("{sale} is settled"), bound, || async {
            self.report(sale).await.ok().filter(Report::is_settled)
        })
        .await
    }
}

impl Report {
    /// Whether no unit is out any more.
    pub fn is_settled(&self) -> bool {
        self.state == "settled"
    }

    fn is_closed(&self) -> bool {
        self.state == "closed" || self.is_settled()
    }
}

fn parse<T: serde::de::DeserializeOwned>(answer: &Answer) -> anyhow::Result<T> {
    anyhow::ensure!(answer.status == 200, "{}: {}", answer.status, answer.text());
    serde_json::from_slice(&answer.body).with_context(|| format!("unexpected answer: {}", answer.text()))
}
