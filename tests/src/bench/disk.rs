//! The disk alone: how long it takes to make 4 KB durable.

use std::fs::File;
use std::io::Write as _;
use std::path::Path;
use std::time::Instant;

use serde::Serialize;

use super::statistics::quantile;

const WRITES: usize = 500;
const BYTES: usize = 4 << 10;

/// Latencies of a synced write, in microseconds.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Fsync {
    /// The median.
    #[serde(rename = "fsync_p50_us")]
    pub p50_us: f64,
    /// What one in a hundred takes at least.
    #[serde(rename = "fsync_p99_us")]
    pub p99_us: f64,
}

impl Fsync {
    /// Appends to a file in `folder`, as a log does, and removes it.
    ///
    /// # Errors
    /// The disk refused.
    pub fn measure(folder: &Path) -> anyhow::Result<Self> {
        let path = folder.join("fsync");
        let mut file = File::create(&path)?;
        let taken: Vec<f64> = (0..WRITES).map(|_| synced_write_us(&mut file)).collect::<anyhow::Result<_>>()?;
        std::fs::remove_file(&path)?;
        Ok(Self { p50_us: quantile(&taken, 0.5), p99_us: quantile(&taken, 0.99) })
    }
}

fn synced_write_us(file: &mut File) -> anyhow::Result<f64> {
    let begun = Instant::now();
    file.write_all(&[7; BYTES])?;
    file.sync_data()?;
    Ok(begun.elapsed().as_secs_f64() * 1e6)
}
