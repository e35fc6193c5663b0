//! What is counted while the allocator runs.

use std::time::Duration;

use doorbuster_config::Environment;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::Registry;

use super::units::UnitsCollector;
use crate::ledger::Ledger;

/// The counters of the ledger's owner.
#[derive(Debug)]
pub struct Metrics {
    /// Writes to the store.
    pub commits: Counter,
    /// Rows in a write.
    pub rows_per_commit: Histogram,
    /// Inputs that one turn of the owner took.
    pub inputs_per_turn: Histogram,
    /// How long the core takes over what follows from a turn's inputs: grants, recalls, words and guidance.
    pub decision_seconds: Histogram,
    /// How long a synced write takes.
    pub fsync_seconds: Histogram,
    /// Levels of shelves that edges told.
    pub levels: Counter,
    /// What a person had to see.
    pub alerts: Counter,
    /// Edges that were hung up because they did not keep up.
    pub slow_edges: Counter,
}

impl Default for Metrics {
    fn default() -> Self {
        Self {
            commits: Counter::default(),
            rows_per_commit: Histogram::new(exponential_buckets(1.0, 4.0, 10)),
            inputs_per_turn: Histogram::new(exponential_buckets(1.0, 2.0, 11)),
            decision_seconds: Histogram::new(exponential_buckets(0.000_02, 1.5, 24)),
            fsync_seconds: Histogram::new(exponential_buckets(0.000_1, 2.0, 15)),
            levels: Counter::default(),
            alerts: Counter::default(),
            slow_edges: Counter::default(),
        }
    }
}

impl Metrics {
    /// Notes a write of the ledger.
    pub fn committed(&self, rows: usize, sync: bool, took: Duration) {
        self.commits.inc();
        self.rows_per_commit.observe(rows as f64);
        if sync {
            self.fsync_seconds.observe(took.as_secs_f64());
        }
    }

    /// Notes a turn of the owner, and how long the core took over what followed from its inputs.
    pub fn turned(&self, inputs: usize, took: Duration) {
        self.inputs_per_turn.observe(inputs as f64);
        self.decision_seconds.observe(took.as_secs_f64());
    }

    /// Everything under its name, with the units of the ledger's figures.
    pub(super) fn registry(&self, environment: Environment, ledger: Ledger) -> Registry {
        let mut registry = Registry::with_prefix("doorbuster");
        let build = vec![("version", env!("CARGO_PKG_VERSION").to_owned()), ("environment", environment.to_string())];
        registry.register("build", "What runs here", Info::new(build));
        registry.register("commits", "Writes to the ledger's store", self.commits.clone());
        registry.register("rows_per_commit", "Rows in a write", self.rows_per_commit.clone());
        registry.register("inputs_per_turn", "Inputs that one turn took", self.inputs_per_turn.clone());
        let help = "How long what follows from a turn's inputs takes: grants, recalls, words and guidance";
        registry.register("decision_seconds", help, self.decision_seconds.clone());
        registry.register("fsync_seconds", "How long a synced write takes", self.fsync_seconds.clone());
        registry.register("levels", "Levels of shelves that edges told", self.levels.clone());
        registry.register("alerts", "What a person had to see", self.alerts.clone());
        registry.register("slow_edges", "Edges that were hung up for not keeping up", self.slow_edges.clone());
        registry.register_collector(Box::new(UnitsCollector(ledger)));
        registry
    }
}
