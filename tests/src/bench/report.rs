//! All figures of a run, and `bench.json`.

use std::fs;
use std::path::Path;

use anyhow::Context as _;
use serde_json::{Map, Value, json};

use super::disk::Fsync;
use super::environment::Environment;
use super::latency::Latency;
use super::memory::Memory;
use super::rounds::{Beside, Figures};
use super::rows::Row;
use super::soak::Soak;
use super::start::ColdStart;

/// What was measured.
#[derive(Debug, Clone)]
pub struct Report {
    /// Where.
    pub environment: Environment,
    /// The rows, in the table's order, and the disk beside what is durable.
    pub rows: Vec<(Row, Figures, Option<Fsync>)>,
    /// The open loop.
    pub latencies: Vec<Latency>,
    /// Idle connections.
    pub memory: Option<Memory>,
    /// Cold starts.
    pub start: Option<ColdStart>,
    /// A long load.
    pub soak: Option<Soak>,
    /// How the sides' answers differ.
    pub differences: Vec<String>,
}

impl Report {
    /// Nothing yet.
    pub fn new(environment: Environment) -> Self {
        let (rows, latencies, differences) = (Vec::new(), Vec::new(), Vec::new());
        Self { environment, rows, latencies, memory: None, start: None, soak: None, differences }
    }

    /// A row's figures.
    pub fn figures(&self, key: &str) -> Option<&Figures> {
        self.rows.iter().find_map(|(row, figures, _)| (row.key == key).then_some(figures))
    }

    /// Writes `bench.json`: whoever sees the file sees all of it.
    ///
    /// # Errors
    /// The disk refused.
    pub fn write(&self, path: &Path) -> anyhow::Result<()> {
        let part = path.with_extension("json.part");
        fs::write(&part, serde_json::to_string_pretty(&self.json())?)
            .with_context(|| format!("write {}", part.display()))?;
        fs::rename(&part, path).with_context(|| format!("write {}", path.display()))
    }

    /// A key for each row; the rest beside them.
    fn json(&self) -> Value {
        let mut all = Map::new();
        for (row, figures, fsync) in &self.rows {
            all.insert(row.key.into(), row_json(row, figures, *fsync));
        }
        let latencies = self.latencies.iter().map(|latency| (latency.key.to_owned(), json!(latency)));
        all.insert("open_loop".into(), latencies.collect::<Map<_, _>>().into());
        all.insert("idle_connection".into(), json!(self.memory));
        all.insert("cold_start".into(), json!(self.start));
        all.insert("soak".into(), json!(self.soak));
        all.insert("differences".into(), json!(self.differences));
        all.insert("environment".into(), json!(self.environment));
        all.into()
    }
}

fn row_json(row: &Row, figures: &Figures, fsync: Option<Fsync>) -> Value {
    let Figures { ours_us, peer_us, ours_rps, peer_rps, ratio, .. } = figures;
    let mut all = json!({
        "ours_us": ours_us, "peer_us": peer_us, "ours_rps": ours_rps, "peer_rps": peer_rps,
        "ratio": ratio.middle, "ratio_low": ratio.low, "ratio_high": ratio.high,
    });
    if let Some((beside, (us, of))) = row.beside.zip(figures.beside_us.zip(figures.of_beside)) {
        let name = if beside == Beside::Floor { "floor" } else { "null" };
        all[format!("{name}_us")] = us.into();
        all[format!("{name}_rps")] = figures.beside_rps.into();
        all[format!("of_{name}")] = json!({ "middle": of.middle, "low": of.low, "high": of.high });
    }
    if row.is_durable() {
        all["allocator_us"] = figures.allocator_us.into();
        all["undecided"] = figures.undecided.into();
        all["fsync_p50_us"] = fsync.map(|fsync| fsync.p50_us).into();
        all["fsync_p99_us"] = fsync.map(|fsync| fsync.p99_us).into();
    }
    all
}

#[cfg(test)]
pub(super) mod tests {
    use super::super::rounds::{Sample, Samples, Side};
    use super::super::rows::ROWS;
    use super::*;

    pub(in crate::bench) fn report() -> Report {
        let environment =
            Environment { cpu: "2 × C".into(), kernel: "6".into(), programs: vec!["n".into()], quick: true };
        let mut samples = Samples::default();
        for (side, cost_us) in [(Side::Ours, 10.0), (Side::Peer, 25.0), (Side::Beside, 8.0)] {
            let sample = Sample { cost_us, rate: 1e5 / cost_us, allocator_us: 4.0, undecided: 0.0 };
            samples.add(side, sample);
        }
        let fsync = Fsync { p50_us: 120.0, p99_us: 900.0 };
        let rows = [ROWS[0], ROWS[5]].map(|row| (row, samples.figures(), row.is_durable().then_some(fsync)));
        Report { rows: rows.into(), ..Report::new(environment) }
    }

    #[test]
    fn every_row_has_its_key_and_its_fields() {
        let json = report().json();
        let page = &json["static_1k"];
        assert_eq!((&page["ours_us"], &page["peer_us"], &page["floor_us"]), (&json!(10.0), &json!(25.0), &json!(8.0)));
        assert_eq!((&page["ratio"], &page["ratio_low"], &page["ratio_high"]), (&json!(2.5), &json!(2.5), &json!(2.5)));
        assert_eq!((&page["ours_rps"], &page["peer_rps"]), (&json!(10_000.0), &json!(4_000.0)));
        assert!(page.get("null_us").is_none() && page.get("fsync_p50_us").is_none());
        let purchase = &json["purchase_64"];
        assert_eq!((&purchase["null_us"], &purchase["fsync_p99_us"]), (&json!(8.0), &json!(900.0)));
        assert!(purchase.get("floor_us").is_none());
    }

    #[test]
    fn the_file_is_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("bench.json");
        report().write(&path).unwrap();
        let read: Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
        assert_eq!(read["environment"]["quick"], true);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
