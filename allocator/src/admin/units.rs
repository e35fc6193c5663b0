//! The ledger's balances as metrics, read off the newest figures when they are scraped.

use std::fmt;

use doorbuster_allocator_core::{SkuSnapshot, Snapshot};
use doorbuster_proto::Units;
use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric, MetricEncoder};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::gauge::ConstGauge;

use crate::ledger::Ledger;

/// Reads the figures when they are asked for.
pub(super) struct UnitsCollector(pub(super) Ledger);

impl fmt::Debug for UnitsCollector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("UnitsCollector")
    }
}

type UnitsOf = fn(&SkuSnapshot) -> Units;

/// What may be, or is, sold beyond the supply.
const BEYOND_SUPPLY: [(&str, &str, UnitsOf); 3] = [
    ("budget_units", "Units that may be sold beyond the supply", |sku| sku.budget),
    ("debt_units", "Units that edges are to return since supply or budget were lowered", |sku| sku.debt),
    ("oversold_units", "Units sold or given up before they could be returned", |sku| sku.oversold),
];

impl Collector for UnitsCollector {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let figures = self.0.figures();
        encode_units(&figures.snapshot, &mut encoder)?;
        encode_numbers(&figures.snapshot, figures.sessions, &mut encoder)
    }
}

fn encode_units(snapshot: &Snapshot, encoder: &mut DescriptorEncoder<'_>) -> fmt::Result {
    let help = "Units per account: those of a SKU add up to its supply_units";
    let mut metric = encoder.encode_descriptor("units", help, None, MetricType::Gauge)?;
    for sale in &snapshot.sales {
        for sku in &sale.skus {
            encode_sku(sale.id.as_str(), sku, &mut metric)?;
        }
    }
    let help = "Units that are out: supply and budget, and what is still out beyond them since they were lowered";
    let mut metric = encoder.encode_descriptor("supply_units", help, None, MetricType::Gauge)?;
    for sale in &snapshot.sales {
        for sku in &sale.skus {
            let labels = [("sale", sale.id.as_str()), ("sku", sku.sku.as_str())];
            let units = sku.supply.plus(sku.budget).plus(sku.debt).plus(sku.oversold);
            ConstGauge::new(signed(units.get())).encode(metric.encode_family(&labels)?)?;
        }
    }
    for (name, help, units) in BEYOND_SUPPLY {
        let mut metric = encoder.encode_descriptor(name, help, None, MetricType::Gauge)?;
        for sale in &snapshot.sales {
            for sku in &sale.skus {
                let labels = [("sale", sale.id.as_str()), ("sku", sku.sku.as_str())];
                ConstGauge::new(signed(units(sku).get())).encode(metric.encode_family(&labels)?)?;
            }
        }
    }
    let help =
        "Units that live epochs may have sold and acknowledged beyond the ledger's knowledge: lost with their disks";
    let mut metric = encoder.encode_descriptor("units_at_risk", help, None, MetricType::Gauge)?;
    for sale in &snapshot.sales {
        for sku in &sale.skus {
            let labels = [("sale", sale.id.as_str()), ("sku", sku.sku.as_str())];
            ConstGauge::new(signed(sku.at_risk.get())).encode(metric.encode_family(&labels)?)?;
        }
    }
    Ok(())
}

fn encode_sku(sale: &str, sku: &SkuSnapshot, metric: &mut MetricEncoder<'_>) -> fmt::Result {
    let mut put = |account: &str, edge: &str, units: Units| {
        let labels = [("account", account), ("sale", sale), ("sku", sku.sku.as_str()), ("edge", edge)];
        // Only escrow is an edge's.
        let labels = if edge.is_empty() { &labels[..3] } else { &labels[..] };
        ConstGauge::new(signed(units.get())).encode(metric.encode_family(&labels)?)
    };
    put("pool", "", sku.pool)?;
    put("sold", "", sku.sold)?;
    put("quarantine", "", sku.quarantine)?;
    put("written_off", "", sku.written_off)?;
    // Only the last epoch of an edge can hold escrow: one row an edge.
    sku.escrow.iter().try_for_each(|escrow| put("escrow", escrow.edge.as_str(), escrow.units))
}

fn encode_numbers(snapshot: &Snapshot, sessions: usize, encoder: &mut DescriptorEncoder<'_>) -> fmt::Result {
    let skus = snapshot.sales.iter().flat_map(|sale| &sale.skus);
    let halted = skus.filter(|sku| sku.halted.is_some()).count();
    for (name, help, value) in [
        ("sessions", "Edges that are connected", sessions as u64),
        ("term", "The allocator's term", snapshot.term),
        ("commit", "The ledger's commit", snapshot.commit),
        ("halted_skus", "SKUs of which nothing moves, because their numbers do not add up", halted as u64),
        ("waiting_for", "Edges that must speak before grants flow", snapshot.waiting_for.len() as u64),
    ] {
        let metric = encoder.encode_descriptor(name, help, None, MetricType::Gauge)?;
        ConstGauge::new(signed(value)).encode(metric)?;
    }
    Ok(())
}

fn signed(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}
