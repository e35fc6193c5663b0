//! `make bench-policy`.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Parser;
use doorbuster_allocator_core::Policy;
use doorbuster_policy::{Replay, Row, Scale, Shape, Trace, Workload, goals, json, measure, plots, table, verdict};

/// Units of a recorded sale.
const RECORDED_SUPPLY: u64 = 3_000;

/// Runs every allocation policy under every workload, and compares them.
#[derive(Parser)]
struct Options {
    /// Under a minute: every shape of demand at one size.
    #[arg(long)]
    quick: bool,
    /// Only this shape of demand; a trace's is its file's name, without the ending.
    #[arg(long)]
    shape: Option<String>,
    /// Only this policy.
    #[arg(long)]
    policy: Option<String>,
    /// Only with so many edges; with --supply, whatever there is a row for.
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..))]
    edges: Option<u16>,
    /// Only with so many units; with --edges, whatever there is a row for. A trace's is 3,000 without it.
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..))]
    supply: Option<u32>,
    /// Units that a shopper wants; may be repeated, and shoppers take turns. One without it.
    #[arg(long, value_name = "UNITS", value_parser = clap::value_parser!(u16).range(1..=1_000))]
    cart: Vec<u16>,
    /// Besides, demand as it was recorded; may be repeated. A CSV file with the header second,edge,shoppers and a row for
    /// each interval of each edge: when it begins, in seconds from any moment (decimals allowed), the edge's name, and how
    /// many shoppers came. An interval lasts until the next later second in the file. At most 64 MiB and 1,000 edges.
    #[arg(long, value_name = "FILE")]
    trace: Vec<PathBuf>,
    /// A trace is compressed or stretched to so many seconds, after which it begins anew; 20 is what a steady sale takes.
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u16).range(1..=3_600))]
    trace_seconds: u16,
    /// Over a whole trace so many times the supply is asked for; 1 is what a steady sale has.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=1_000))]
    trace_demand: u16,
    /// Sales of each row; 30, 2 when quick, and fewer where a sale takes long.
    #[arg(long)]
    seeds: Option<u64>,
    /// Where policy.json and the plots go.
    #[arg(long)]
    out: Option<PathBuf>,
}

fn main() -> anyhow::Result<()> {
    let options = Options::parse();
    let scale = options.scale();
    let (workloads, policies) = (options.workloads()?, options.policies()?);
    let rows = measure(&workloads, &policies, |workload| options.seeds.unwrap_or(scale.seeds(workload)));
    println!("{}", table(&rows));
    let goals = goals(&rows);
    if !goals.is_empty() {
        println!("{}", verdict(&goals));
    }
    options.out.as_deref().map_or(Ok(()), |out| write(out, &rows))
}

impl Options {
    fn scale(&self) -> Scale {
        if self.quick { Scale::Quick } else { Scale::Full }
    }

    fn workloads(&self) -> anyhow::Result<Vec<Workload>> {
        let (edges, supply) = (self.edges.map(usize::from), self.supply.map(u64::from));
        let mut workloads = match (edges, supply) {
            (Some(edges), Some(supply)) => Shape::MADE.map(|shape| Workload::of(shape, edges, supply)).to_vec(),
            _ => self.scale().workloads(),
        };
        workloads.extend(self.recorded()?);
        if let Some(name) = &self.shape {
            workloads = named(name, &workloads)?;
        }
        workloads.retain(|workload| edges.is_none_or(|edges| workload.edges == edges));
        workloads.retain(|workload| supply.is_none_or(|supply| workload.supply == supply));
        anyhow::ensure!(!workloads.is_empty(), "expected a workload with these edges and units, found none");
        if !self.cart.is_empty() {
            let carts: Vec<u64> = self.cart.iter().copied().map(u64::from).collect();
            workloads = workloads.into_iter().map(|workload| workload.with_carts(&carts)).collect();
        }
        Ok(workloads)
    }

    fn recorded(&self) -> anyhow::Result<Vec<Workload>> {
        let supply = self.supply.map_or(RECORDED_SUPPLY, u64::from);
        let one = |path: &PathBuf| {
            let trace = Trace::read(path).with_context(|| format!("--trace {}", path.display()))?;
            let is_new = Shape::MADE.iter().all(|shape| shape.as_str() != trace.name());
            anyhow::ensure!(is_new, "--trace: expected a name that no made shape has, found {}", trace.name());
            let replay = Replay { trace: trace.into(), seconds: self.trace_seconds, demand: self.trace_demand };
            Ok(Workload::recorded(replay, supply))
        };
        self.trace.iter().map(one).collect()
    }

    fn policies(&self) -> anyhow::Result<Vec<Policy>> {
        let Some(name) = &self.policy else { return Ok(Policy::ALL.to_vec()) };
        let names =
            || format!("--policy: expected one of {}, found {name:?}", Policy::ALL.map(Policy::as_str).join(", "));
        Ok(vec![Policy::parse(name).with_context(names)?])
    }
}

/// The workloads of one shape.
fn named(name: &str, workloads: &[Workload]) -> anyhow::Result<Vec<Workload>> {
    let names: BTreeSet<&str> = workloads.iter().map(|workload| workload.shape.as_str()).collect();
    let expected = || format!("--shape: expected one of {}, found {name:?}", Vec::from_iter(names.clone()).join(", "));
    anyhow::ensure!(names.contains(name), expected());
    Ok(workloads.iter().filter(|workload| workload.shape.as_str() == name).cloned().collect())
}

fn write(out: &Path, rows: &[Row]) -> anyhow::Result<()> {
    std::fs::create_dir_all(out)?;
    std::fs::write(out.join("policy.json"), serde_json::to_vec_pretty(&json(rows))?)?;
    for (name, svg) in plots(rows) {
        std::fs::write(out.join(name), svg)?;
    }
    Ok(())
}
