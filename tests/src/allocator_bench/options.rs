//! What the bench is told, by environment variables: `make bench-allocator QUICK=1`.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::Context as _;

/// What can be asked for.
const ROWS: [&str; 4] = ["grants", "orders", "heartbeats", "decisions"];

/// What the bench is told.
#[derive(Debug, Clone)]
pub struct Options {
    /// `QUICK=1`: short measurements.
    pub quick: bool,
    /// `BENCH_DIR`: where `allocator.json` goes, and where the ledgers are kept meanwhile.
    pub folder: PathBuf,
    /// How long one measurement lasts.
    pub lasts: Duration,
    chosen: Vec<String>,
}

impl Options {
    /// Reads the environment. An empty variable counts as none.
    ///
    /// # Errors
    /// `ROWS` names what there is not, or `BENCH_DIR` is missing.
    pub fn from_env() -> anyhow::Result<Self> {
        let text = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
        let quick = text("QUICK").is_some_and(|quick| quick != "0");
        let folder = text("BENCH_DIR").context("expected BENCH_DIR to name a folder")?.into();
        let rows = text("ROWS").unwrap_or_default();
        let chosen: Vec<String> = rows.split([',', ' ']).filter(|row| !row.is_empty()).map(str::to_owned).collect();
        if let Some(unknown) = chosen.iter().find(|row| !ROWS.contains(&row.as_str())) {
            anyhow::bail!("ROWS: expected some of {}, found {unknown:?}", ROWS.join(", "));
        }
        let lasts = Duration::from_secs(if quick { 3 } else { 10 });
        Ok(Self { quick, folder, lasts, chosen })
    }

    /// Whether a row was asked for: all, unless `ROWS` names some.
    pub fn wants(&self, row: &str) -> bool {
        self.chosen.is_empty() || self.chosen.iter().any(|chosen| chosen == row)
    }
}
