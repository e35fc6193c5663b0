//! The figures, as a table and as `allocator.json`.

use std::fmt::{self, Display, Formatter};
use std::fs;
use std::path::Path;

use anyhow::Context as _;
use serde::Serialize;

use super::crowd::Counted;
use super::subject::Subject;

/// One measurement.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Row {
    key: &'static str,
    title: &'static str,
    edges: usize,
    skus: usize,
    /// Of what the row counts.
    per_s: f64,
    /// The part of a processor that the allocator took.
    load: f64,
    /// The allocator's processor time for each of what is counted, in microseconds.
    cost_us: f64,
    p50_ms: f64,
    p99_ms: f64,
    decision_p99_ms: f64,
}

impl Row {
    pub(super) fn new(key: &'static str, title: &'static str, subject: &Subject, counted: Counted) -> Self {
        let Counted { per_s, load, p50_ms, p99_ms, decision_p99_ms, .. } = counted;
        let (edges, skus) = (subject.scale.edges, subject.scale.skus);
        let cost_us = load * 1e6 / per_s.max(1.0);
        Self { key, title, edges, skus, per_s, load, cost_us, p50_ms, p99_ms, decision_p99_ms }
    }
}

impl Display for Row {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Self { title, edges, skus, per_s, load, cost_us, p50_ms, p99_ms, decision_p99_ms, .. } = self;
        let load = load * 100.0;
        write!(f, "| {title} | {edges} × {skus} | {per_s:.0} | {cost_us:.2} | {load:.1} % | {decision_p99_ms:.2} | ")?;
        if *p99_ms > 0.0 { write!(f, "{p50_ms:.1}, {p99_ms:.1} |") } else { f.write_str("|") }
    }
}

/// All of them.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Report {
    cpu: String,
    quick: bool,
    rows: Vec<Row>,
}

impl Report {
    pub(super) fn new(cpu: String, quick: bool) -> Self {
        Self { cpu, quick, rows: Vec::new() }
    }

    pub(super) fn add(&mut self, row: Row) {
        self.rows.push(row);
    }

    pub(super) fn write(&self, folder: &Path) -> anyhow::Result<()> {
        let path = folder.join("allocator.json");
        fs::write(&path, serde_json::to_string_pretty(self)?).with_context(|| format!("write {}", path.display()))
    }
}

impl Display for Report {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        writeln!(f, "# The allocator{}\n", if self.quick { " (a quick look)" } else { "" })?;
        writeln!(f, "{}. The allocator on processor 0, the played edges on processor 1.\n", self.cpu)?;
        let columns = [
            "work",
            "edges × items",
            "in a second",
            "CPU of each, µs",
            "of a processor",
            "decision p99, ms",
            "answer p50, p99, ms",
        ];
        writeln!(f, "| {} |\n|---|{}", columns.join(" | "), "--:|".repeat(columns.len() - 1))?;
        self.rows.iter().try_for_each(|row| writeln!(f, "{row}"))
    }
}
