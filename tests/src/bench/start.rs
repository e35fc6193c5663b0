//! Cold starts of the edge: from the launch to its answer on `/livez`.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use serde::Serialize;
use toml::Table;

use super::effort::Effort;
use super::fill::fill;
use super::launch::{SERVERS, pinned};
use super::statistics::median;
use super::{ours, progress};
use crate::fleet::binary;

/// Orders in the full store.
const ORDERS: u64 = 1_000_000;
const LIVE_BOUND: Duration = Duration::from_secs(60);
const LOOK_EVERY: Duration = Duration::from_micros(200);

/// Milliseconds from the launch to the first answer: medians.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ColdStart {
    /// With an empty store.
    pub empty_ms: f64,
    /// With a million orders in it.
    pub million_ms: f64,
}

/// Starts an edge of this configuration in folders of its own.
///
/// # Errors
/// It did not start.
pub async fn measure(config: &Path, folder: &Path, effort: &Effort) -> anyhow::Result<ColdStart> {
    fs::create_dir_all(folder)?;
    let mut empty = Vec::new();
    for at in 0..effort.starts {
        progress(&format!("cold start with an empty store: {} of {}", at + 1, effort.starts));
        empty.push(start(&Start::of(config, &folder.join(format!("empty-{at}")))?).await?);
    }
    let full = Start::of(config, &folder.join("full"))?;
    // The first start makes the store.
    start(&full).await?;
    progress("writing a million orders");
    fill(&full.data.join("stock"), ours::SALE, &ours::skus(), ORDERS)?;
    let mut million = Vec::new();
    for at in 0..effort.starts {
        progress(&format!("cold start with a million orders: {} of {}", at + 1, effort.starts));
        million.push(start(&full).await?);
    }
    Ok(ColdStart { empty_ms: median(&empty), million_ms: median(&million) })
}

struct Start {
    config: PathBuf,
    data: PathBuf,
    admin: SocketAddr,
}

impl Start {
    /// The configuration with another data folder.
    fn of(config: &Path, folder: &Path) -> anyhow::Result<Self> {
        fs::create_dir_all(folder)?;
        let mut table: Table = fs::read_to_string(config)?.parse()?;
        let admin =
            table.get("admin").and_then(|admin| admin.get("listen")?.as_str()).context("admin.listen")?.parse()?;
        let data = folder.join("data");
        table.insert("data".into(), data.display().to_string().into());
        let config = folder.join("edge.toml");
        fs::write(&config, table.to_string())?;
        Ok(Self { config, data, admin })
    }
}

/// Milliseconds; the edge is killed then.
async fn start(what: &Start) -> anyhow::Result<f64> {
    let mut command = pinned(SERVERS, &binary("doorbuster-edge")?);
    command.arg("--config").arg(&what.config).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let begun = Instant::now();
    let mut child = command.spawn().context("start the edge")?;
    while !is_live(what.admin) {
        anyhow::ensure!(begun.elapsed() < LIVE_BOUND, "the edge was not live within {LIVE_BOUND:?}");
        let ended = child.try_wait()?;
        anyhow::ensure!(ended.is_none(), "the edge ended: see what it says of {}", what.config.display());
        std::thread::sleep(LOOK_EVERY);
    }
    let taken = begun.elapsed().as_secs_f64() * 1e3;
    child.kill().await?;
    Ok(taken)
}

fn is_live(admin: SocketAddr) -> bool {
    let ask = || {
        let mut stream = TcpStream::connect(admin).ok()?;
        stream.set_read_timeout(Some(LIVE_BOUND)).ok()?;
        stream.write_all(format!("GET /livez HTTP/1.1\r\nHost: {admin}\r\n\r\n").as_bytes()).ok()?;
        let mut answer = [0; 12];
        stream.read_exact(&mut answer).ok()?;
        Some(answer == *b"HTTP/1.1 200")
    };
    ask().unwrap_or_default()
}
