//! When a server is left alone.

use doorbuster_config::Table;

use super::ms;
use crate::origin::breaker::Circuit;

const KEYS: [&str; 5] = ["failures", "percent", "requests_min", "window_ms", "open_ms"];

pub(super) fn read(origin: &Table<'_>) -> Option<Circuit> {
    let circuit = origin.section("circuit", &KEYS)?;
    let failures = circuit.number("failures", 1..=1_000_000, 5);
    let percent = circuit.number("percent", 1..=100, 50);
    let requests_min = circuit.number("requests_min", 1..=1_000_000, 20);
    let window = circuit.number("window_ms", 100..=3_600_000, 10_000).map(ms);
    let open = circuit.number("open_ms", 10..=600_000, 5_000).map(ms);
    Some(Circuit { failures: failures?, percent: percent?, requests_min: requests_min?, window: window?, open: open? })
}
