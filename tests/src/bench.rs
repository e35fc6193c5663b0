//! The edge beside nginx, side by side in one run: what `make bench` runs.
//!
//! Owns the measuring, the load and the incumbent; speaks to the edge over its sockets alone. Whatever it starts ends with
//! it.

pub mod beside;
pub mod disk;
pub mod effort;
pub mod environment;
pub mod exchange;
pub mod fill;
pub mod floor;
pub mod h2load;
pub mod idle;
pub mod latency;
pub mod launch;
pub mod likeness;
pub mod load;
pub mod measure;
pub mod memory;
pub mod metrics;
pub mod null;
pub mod options;
pub mod ours;
pub mod outcome;
pub mod peer;
pub mod ports;
pub mod report;
pub mod rounds;
pub mod rows;
pub mod settings;
pub mod soak;
pub mod start;
pub mod statistics;
pub mod table;
pub mod tally;
pub mod tls;
pub mod tokens;
pub mod usage;
pub mod world;
pub mod wrk;

use std::fs;
use std::path::Path;

use anyhow::Context as _;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::signal::unix::{SignalKind, signal};

use self::disk::Fsync;
use self::effort::Effort;
use self::environment::Environment;
pub use self::options::Options;
use self::report::Report;
use self::rounds::{Figures, Samples, order};
use self::rows::Row;
use self::world::World;

/// One processor for the servers, one for the load.
const PROCESSORS_MIN: usize = 2;
/// Two connections for each of the most that are idle, and plenty.
const FILES: u64 = 65_536;

/// Measures what was asked for, prints the table, and writes `bench.json`.
///
/// # Errors
/// Something did not start, or did not do its work.
pub async fn run(options: Options) -> anyhow::Result<()> {
    let processors = std::thread::available_parallelism()?.get();
    anyhow::ensure!(processors >= PROCESSORS_MIN, "expected {PROCESSORS_MIN} processors at least, found {processors}");
    allow_many_files()?;
    fs::create_dir_all(&options.folder).with_context(|| format!("make {}", options.folder.display()))?;
    let folder = fs::canonicalize(&options.folder)?;
    let workshop = tempfile::Builder::new().prefix("run-").tempdir_in(&folder)?;
    // Asked to stop, it drops what it started and what it wrote; only a failure leaves its folder behind.
    let done = tokio::select! {
        done = measured(&options, workshop.path()) => done,
        stopped = stop_signal() => return stopped.and_then(|()| anyhow::bail!("stopped: nothing is written")),
    };
    let report = match done {
        Ok(report) => report,
        Err(error) => return Err(error.context(format!("logs are in {}", workshop.keep().display()))),
    };
    println!("{report}");
    let path = folder.join("bench.json");
    report.write(&path)?;
    progress(&format!("written: {}", path.display()));
    Ok(())
}

async fn measured(options: &Options, folder: &Path) -> anyhow::Result<Report> {
    let effort = options.effort();
    let mut report = Report::new(Environment::found(options.quick).await);
    progress("starting the edge, nginx and Redis");
    let world = World::begin(folder).await?;
    report.differences = world.likenesses.iter().filter_map(likeness::Likeness::difference).collect();
    if options.wants("idle_connection") {
        report.memory = Some(world.memory(&effort).await?);
    }
    for row in options.rows() {
        let fsync = row.is_durable().then(|| Fsync::measure(folder)).transpose()?;
        let figures = measure_row(&world, &row, &effort).await?;
        report.rows.push((row, figures, fsync));
    }
    if options.wants("open_loop") {
        measure_latencies(&world, &mut report, folder, &effort).await?;
    }
    if let Some(duration) = options.soak {
        report.soak = Some(world.soak(duration).await?);
    }
    world.agree().await?;
    let edge = world.ours.edge_config();
    world.end().await?;
    if options.wants("cold_start") {
        report.start = Some(start::measure(&edge, &folder.join("starts"), &effort).await?);
    }
    Ok(report)
}

async fn measure_row(world: &World, row: &Row, effort: &Effort) -> anyhow::Result<Figures> {
    world.peer.set_sync(row.sync).await?;
    let mut samples = Samples::default();
    for round in 0..effort.rounds {
        progress(&format!("{}: round {} of {}", row.key, round + 1, effort.rounds));
        for side in order(round, row.beside.is_some()) {
            let measured = world.measure(row, side, effort).await.with_context(|| format!("{}: {side:?}", row.key))?;
            samples.add(side, measured.sample(row.work, side));
        }
    }
    Ok(samples.figures())
}

/// Only of rows that were measured: their rates are what the open loop's are taken from.
async fn measure_latencies(world: &World, report: &mut Report, folder: &Path, effort: &Effort) -> anyhow::Result<()> {
    world.peer.set_sync(peer::Sync::Always).await?;
    for (key, work) in latency::WORKS {
        let Some(rate) = report.figures(key).map(|figures| figures.peer_rps_max) else { continue };
        let fsync = (work == rows::Work::Purchase).then(|| Fsync::measure(folder)).transpose()?;
        report.latencies.push(world.latency((key, work), rate, fsync, effort).await?);
    }
    Ok(())
}

/// What is started from here inherits it. Only root goes beyond the highest number that was allowed.
pub(crate) fn allow_many_files() -> anyhow::Result<()> {
    let most = Rlimit { current: Some(FILES), maximum: Some(FILES) };
    let Rlimit { maximum, .. } = getrlimit(Resource::Nofile);
    let allowed = Rlimit { current: maximum, maximum };
    setrlimit(Resource::Nofile, most).or_else(|_| setrlimit(Resource::Nofile, allowed)).context("raise the open files")
}

async fn stop_signal() -> anyhow::Result<()> {
    let (mut interrupted, mut terminated) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    tokio::select! {
        _ = interrupted.recv() => {}
        _ = terminated.recv() => {}
    }
    Ok(())
}

fn progress(line: &str) {
    eprintln!("bench: {line}");
}
