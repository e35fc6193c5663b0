//! The allocator's own speed: one real process on a processor of its own, and edges that are played on the other. What
//! `make bench-allocator` runs.
//!
//! Owns the played edges and the load; speaks to the allocator over gRPC, and to its console and admin listeners.

mod crowd;
mod grants;
mod heartbeats;
mod histogram;
mod options;
mod orders;
mod played;
mod report;
mod subject;

use std::time::Duration;

pub use self::options::Options;
use self::report::{Report, Row};
use self::subject::Subject;
use crate::bench::launch::{LOAD, pin};
use crate::bench::{allow_many_files, environment};

/// How many edges, how many items each of them sells, and how many units there are of each item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Scale {
    edges: usize,
    skus: usize,
    supply: i64,
}

const FEW: Scale = Scale { edges: 32, skus: 32, supply: 1_000_000 };
const ORDERS: Scale = Scale { edges: 32, skus: 8, supply: 100_000_000 };
const MANY: Scale = Scale { edges: 1_000, skus: 1, supply: 1_000_000 };
/// Each has four times the pairs of edge and item of the one before.
const GROWTH: [Scale; 3] = [
    Scale { edges: 250, skus: 25, supply: 5_000 },
    Scale { edges: 500, skus: 50, supply: 10_000 },
    Scale { edges: 1_000, skus: 100, supply: 20_000 },
];

/// Measures everything, prints a table, and writes `allocator.json`.
///
/// # Errors
/// Something did not start, or did not do its work.
pub async fn run(options: Options) -> anyhow::Result<()> {
    allow_many_files()?;
    pin(std::process::id(), LOAD).await?;
    let lasts = options.lasts;
    let mut report = Report::new(environment::cpu(), options.quick);
    if options.wants("grants") {
        report.add(measure(&options, FEW, |subject| grants::flood(subject, lasts)).await?);
    }
    if options.wants("orders") {
        report.add(measure(&options, ORDERS, |subject| orders::flood(subject, lasts)).await?);
    }
    if options.wants("heartbeats") {
        report.add(measure(&options, MANY, |subject| heartbeats::idle(subject, lasts)).await?);
    }
    if options.wants("decisions") {
        for scale in GROWTH {
            report.add(measure(&options, scale, |subject| heartbeats::selling(subject, lasts)).await?);
        }
    }
    println!("{report}");
    report.write(&options.folder)
}

/// Starts an allocator for so many edges, has it measured, and stops it.
async fn measure<F>(options: &Options, scale: Scale, work: impl FnOnce(Subject) -> F) -> anyhow::Result<Row>
where
    F: Future<Output = anyhow::Result<(Subject, Row)>>,
{
    std::fs::create_dir_all(&options.folder)?;
    let folder = tempfile::Builder::new().prefix("allocator-").tempdir_in(&options.folder)?;
    let subject = Subject::start(folder.path(), scale).await?;
    let (subject, row) = work(subject).await?;
    eprintln!("{row}");
    subject.stop().await?;
    Ok(row)
}

/// What is left out of a measurement at its beginning.
const WARM_UP: Duration = Duration::from_secs(3);
