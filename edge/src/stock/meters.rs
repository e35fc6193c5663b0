//! The stock's figures as Prometheus reads them.

use std::fmt;
use std::sync::Arc;

use doorbuster_edge_core::SessionState;
use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeLabelSet, EncodeMetric, MetricEncoder};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::counter::{ConstCounter, Counter};
use prometheus_client::metrics::gauge::ConstGauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::{Registry, Unit};

use super::figures::Figures;
use super::shared::Shared;

const VIEWS_HELP: &str = "Views of an item's page before the start, as the page's script reports them";

/// What the owner counts as it works.
#[derive(Debug)]
pub(super) struct Meters {
    pub(super) writes: Counter,
    pub(super) batch: Histogram,
    pub(super) fsync_seconds: Histogram,
    pub(super) turn: Histogram,
    pub(super) alerts: Counter,
    pub(super) hang_ups: Counter,
}

impl Default for Meters {
    fn default() -> Self {
        Self {
            writes: Counter::default(),
            batch: Histogram::new(exponential_buckets(1.0, 4.0, 8)),
            fsync_seconds: Histogram::new(exponential_buckets(0.000_1, 2.0, 14)),
            turn: Histogram::new(exponential_buckets(1.0, 4.0, 7)),
            alerts: Counter::default(),
            hang_ups: Counter::default(),
        }
    }
}

impl Meters {
    fn register(&self, registry: &mut Registry) {
        registry.register("doorbuster_commits", "Writes to the stock's store", self.writes.clone());
        registry.register("doorbuster_batch_records", "Records in a write", self.batch.clone());
        let fsync = self.fsync_seconds.clone();
        registry.register_with_unit("doorbuster_fsync", "Duration of a synced write", Unit::Seconds, fsync);
        registry.register("doorbuster_turn_requests", "Requests decided in one turn", self.turn.clone());
        registry.register("doorbuster_alerts", "Things that must not be", self.alerts.clone());
        registry.register("doorbuster_hang_ups", "Sessions that this edge ended", self.hang_ups.clone());
    }
}

/// Enters the stock's figures in a registry.
pub(super) fn register(shared: &Arc<Shared>, registry: &mut Registry) {
    shared.meters.register(registry);
    registry.register_collector(Box::new(Balances(Arc::clone(shared))));
}

/// Reads the published figures at each scrape.
struct Balances(Arc<Shared>);

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct UnitsLabels {
    account: &'static str,
    sale: String,
    sku: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct SkuLabels {
    sale: String,
    sku: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct StateLabels {
    state: &'static str,
}

impl Collector for Balances {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Result<(), fmt::Error> {
        let figures = self.0.figures.load();
        views(&self.0, encoder.encode_descriptor("doorbuster_page_views", VIEWS_HELP, None, MetricType::Counter)?)?;
        units(&figures, gauge(&mut encoder, "doorbuster_units", "Units per account, of this epoch")?)?;
        session(&figures, gauge(&mut encoder, "doorbuster_session", "1 for the session's state")?)?;
        let single = [
            ("doorbuster_epoch", "The epoch of the stock", figures.epoch.unwrap_or_default().0),
            ("doorbuster_term", "The highest term seen", figures.term.unwrap_or_default().0),
            ("doorbuster_up_in_flight", "Log entries that the ledger has not taken in", figures.up_in_flight),
        ];
        for (name, help, value) in single {
            ConstGauge::new(value).encode(gauge(&mut encoder, name, help)?)?;
        }
        Ok(())
    }
}

fn gauge<'e>(
    encoder: &'e mut DescriptorEncoder<'_>,
    name: &'e str,
    help: &str,
) -> Result<MetricEncoder<'e>, fmt::Error> {
    encoder.encode_descriptor(name, help, None, MetricType::Gauge)
}

fn units(figures: &Figures, mut family: MetricEncoder<'_>) -> Result<(), fmt::Error> {
    for (sku, shelf) in &figures.balances {
        let accounts =
            [("shelf", shelf.on_hand), ("sold", shelf.sold), ("returned", shelf.returned), ("granted", shelf.granted)];
        for (account, units) in accounts {
            let labels = UnitsLabels { account, sale: sku.sale.to_string(), sku: sku.code.to_string() };
            ConstGauge::new(units.get()).encode(family.encode_family(&labels)?)?;
        }
    }
    Ok(())
}

fn views(shared: &Shared, mut family: MetricEncoder<'_>) -> Result<(), fmt::Error> {
    for (sku, views) in shared.board.load().views() {
        let labels = SkuLabels { sale: sku.sale.to_string(), sku: sku.code.to_string() };
        ConstCounter::new(views).encode(family.encode_family(&labels)?)?;
    }
    Ok(())
}

fn session(figures: &Figures, mut family: MetricEncoder<'_>) -> Result<(), fmt::Error> {
    let now = figures.session.as_str();
    for state in SessionState::WORDS {
        ConstGauge::new(u64::from(state == now)).encode(family.encode_family(&StateLabels { state })?)?;
    }
    Ok(())
}

impl fmt::Debug for Balances {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Balances")
    }
}
