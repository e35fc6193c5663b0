//! `make bench-policy`.

use std::path::PathBuf;

use anyhow::Context as _;
use clap::Parser;
use doorbuster_allocator_core::Policy;
use doorbuster_policy::{Scale, Shape, Workload, goals, json, measure, plots, table, verdict};

/// Runs every allocation policy under every workload, and compares them.
#[derive(Parser)]
struct Options {
    /// Under a minute: every shape of demand at one size.
    #[arg(long)]
    quick: bool,
    /// Only this shape of demand.
    #[arg(long)]
    shape: Option<String>,
    /// Only this policy.
    #[arg(long)]
    policy: Option<String>,
    /// Only with so many edges; with --supply, whatever there is a row for.
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..))]
    edges: Option<u16>,
    /// Only with so many units; with --edges, whatever there is a row for.
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..))]
    supply: Option<u32>,
    /// Sales of each row; 30, 2 when quick, and fewer where a sale takes long.
    #[arg(long)]
    seeds: Option<u64>,
    /// Where policy.json and the plots go.
    #[arg(long)]
    out: Option<PathBuf>,
}

fn main() -> anyhow::Result<()> {
    let options = Options::parse();
    let scale = if options.quick { Scale::Quick } else { Scale::Full };
    let (edges, supply) = (options.edges.map(usize::from), options.supply.map(u64::from));
    let mut workloads = match (edges, supply) {
        (Some(edges), Some(supply)) => Shape::ALL.map(|shape| Workload { shape, edges, supply }).to_vec(),
        _ => scale.workloads(),
    };
    if let Some(shape) = &options.shape {
        workloads.retain(|workload| workload.shape.as_str() == shape);
        let names = Shape::ALL.map(Shape::as_str).join(", ");
        anyhow::ensure!(!workloads.is_empty(), "--shape: expected one of {names}, found {shape:?}");
    }
    workloads.retain(|workload| edges.is_none_or(|edges| workload.edges == edges));
    workloads.retain(|workload| supply.is_none_or(|supply| workload.supply == supply));
    anyhow::ensure!(!workloads.is_empty(), "expected a workload with these edges and units, found none");
    let policies = match &options.policy {
        None => Policy::ALL.to_vec(),
        Some(name) => {
            let names =
                || format!("--policy: expected one of {}, found {name:?}", Policy::ALL.map(Policy::as_str).join(", "));
            vec![Policy::parse(name).with_context(names)?]
        }
    };
    let rows = measure(&workloads, &policies, |workload| options.seeds.unwrap_or(scale.seeds(workload)));
    println!("{}", table(&rows));
    let goals = goals(&rows);
    if !goals.is_empty() {
        println!("{}", verdict(&goals));
    }
    if let Some(out) = &options.out {
        std::fs::create_dir_all(out)?;
        std::fs::write(out.join("policy.json"), serde_json::to_vec_pretty(&json(&rows))?)?;
        for (name, svg) in plots(&rows) {
            std::fs::write(out.join(name), svg)?;
        }
    }
    Ok(())
}
