//! What was measured, as a table for people and as JSON for machines.

use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::figures::Figures;
use crate::goals::{goals, goals_json};
use crate::rows::Row;
use crate::statistics::Estimate;

/// A table of one workload after the other.
pub fn table(rows: &[Row]) -> String {
    let mut text = String::new();
    let mut workload = None;
    for row in rows {
        if workload.replace(&row.workload) != Some(&row.workload) {
            let _ = writeln!(text, "\n{}", row.workload.name());
            let _ = writeln!(
                text,
                "  {:<19}{:>14}{:>16}{:>16}{:>10}{:>16}{:>16}{:>12}",
                "policy", "false s-out %", "waiting %", "stranded u·s", "unsold", "msg/1000", "sell-out", "p99 ms"
            );
        }
        let _ = writeln!(text, "{}", line(row));
    }
    text
}

/// Every row with every figure: the mean, and beside it how far it can be trusted; and the goals.
pub fn json(rows: &[Row]) -> Value {
    json!({ "rows": rows.iter().map(row_json).collect::<Vec<_>>(), "goals": goals_json(&goals(rows)) })
}

fn line(row: &Row) -> String {
    let [false_sold_out, waiting, stranded, unsold, messages, sell_out, latency, _] = row.estimates();
    let percent = |of: Estimate| Estimate { mean: 100.0 * of.mean, within: 100.0 * of.within };
    let (false_sold_out, waiting) = (percent(false_sold_out), percent(waiting));
    format!(
        "  {:<19}{:>14}{:>16}{:>16}{:>10}{:>16}{:>16}{:>12}",
        row.policy.as_str(),
        shown(false_sold_out, 2),
        shown(waiting, 2),
        shown(stranded, 1),
        shown(unsold, 0),
        shown(messages, 1),
        shown(sell_out, 3),
        shown(latency, 0),
    )
}

fn shown(of: Estimate, digits: usize) -> String {
    if of.within > 0.0 {
        format!("{:.digits$} ±{:.digits$}", of.mean, of.within)
    } else {
        format!("{:.digits$}", of.mean)
    }
}

fn row_json(row: &Row) -> Value {
    let mut value = json!({
        "policy": row.policy.as_str(),
        "workload": row.workload.shape.as_str(),
        "edges": row.workload.edges,
        "supply": row.workload.supply,
        "seeds": row.sales.len(),
    });
    for (name, estimate) in Figures::NAMES.iter().zip(row.estimates()) {
        value[*name] = json!(estimate.mean);
        value[format!("{name}_within")] = json!(estimate.within);
    }
    value
}
