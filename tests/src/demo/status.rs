//! One line a second.

use crate::console::{Snapshot, SnapshotEdge, SnapshotSale, SnapshotSku};
use crate::shoppers::Progress;

pub(super) fn line(snapshot: &Snapshot, sale: &SnapshotSale, crowd: Option<Progress>) -> String {
    let total = |of: fn(&SnapshotSku) -> u64| -> u64 { sale.skus.iter().map(of).sum() };
    let (sold, supply) = (total(|sku| sku.sold), total(|sku| sku.supply + sku.budget));
    let (phase, pool, rate) = (phase(snapshot.now_ms, sale), total(|sku| sku.pool), snapshot.orders_per_s);
    let edges: String = snapshot.edges.iter().map(|edge| shelf(edge, sale)).collect();
    let crowd = crowd.map(|crowd| format!("  shoppers served {:>6}", crowd.ended)).unwrap_or_default();
    format!("{phase:<16}  sold {sold:>6} of {supply}  {rate:>6.0} orders/s  escrow{edges}  pool {pool:>6}{crowd}")
}

fn shelf(edge: &SnapshotEdge, sale: &SnapshotSale) -> String {
    let away = if edge.state == "live" { String::new() } else { format!(" ({})", edge.state) };
    format!("  {}{away} {:>5}", edge.id, escrow(sale, &edge.id))
}

fn escrow(sale: &SnapshotSale, edge: &str) -> u64 {
    let all = sale.skus.iter().flat_map(|sku| &sku.escrow);
    all.filter(|escrow| escrow.edge == edge).map(|escrow| escrow.units).sum()
}

fn phase(now_ms: u64, sale: &SnapshotSale) -> String {
    match sale.state.as_str() {
        "planned" => format!("opens in {}", clock(sale.starts_at_ms.saturating_sub(now_ms))),
        "open" => format!("open, {} left", clock(sale.ends_at_ms.saturating_sub(now_ms))),
        other => other.to_owned(),
    }
}

fn clock(ms: u64) -> String {
    let s = ms.div_ceil(1_000);
    format!("{}:{:02}", s / 60, s % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clock_counts_the_second_that_has_begun() {
        assert_eq!([0, 1, 15_000, 61_000].map(clock), ["0:00", "0:01", "0:15", "1:01"]);
    }
}
