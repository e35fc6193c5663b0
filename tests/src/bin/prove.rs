//! `make prove`: the long proof over all four storeys; or one simulated world, or one run of real processes, again.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context as _;
use clap::Parser;
use doorbuster_tests::nemesis::{self, Plan};
use doorbuster_tests::prove::{self, Proof};
use doorbuster_tests::sim;

/// Breaks the protocol in sixteen ways, explores the model, simulates worlds and attacks real processes until the minutes
/// are over (the mutants take the time that they take), says what it saw, and writes it as `prove.json` into `PROVE_DIR`.
/// Ends with 1 where anything was found, after the command that replays it.
#[derive(Debug, Parser)]
struct Cli {
    /// How long.
    #[arg(long, default_value_t = 1)]
    minutes: u32,
    /// Only this simulated world; or, with `--nemesis`, this run.
    #[arg(long)]
    seed: Option<u64>,
    /// Real processes alone: no model, no mutants, no simulated worlds.
    #[arg(long)]
    nemesis: bool,
    /// As `--nemesis`, with disks that say that all is synced and forget it: the run must fail.
    #[arg(long, requires = "seed")]
    disks_lie: bool,
}

// One thread: children die with the thread that started them.
#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<ExitCode> {
    let cli = Cli::parse();
    Ok(match cli.seed {
        Some(seed) if cli.disks_lie => attack(Plan::of_lying_disks(seed)).await,
        Some(seed) if cli.nemesis => attack(Plan::of(seed)).await,
        Some(seed) => simulate(seed),
        None => prove(Duration::from_secs(60) * cli.minutes, cli.nemesis).await?,
    })
}

async fn prove(lasts: Duration, only_processes: bool) -> anyhow::Result<ExitCode> {
    let repository = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize().context("the repository")?;
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| repository.join("target"), PathBuf::from);
    let folder = std::env::var_os("PROVE_DIR").map_or_else(|| target.join("prove"), PathBuf::from);
    let mut proof = Proof::default();
    if !only_processes {
        prove::mutate(&mut proof, &repository, &target)?;
        prove::explore(&mut proof, lasts.mul_f64(0.3));
        prove::simulate(&mut proof, lasts.mul_f64(0.3));
    }
    let attacked = prove::attack(&mut proof, lasts.mul_f64(if only_processes { 1.0 } else { 0.4 })).await;
    println!("{proof}");
    proof.write(&folder).with_context(|| format!("write to {}", folder.display()))?;
    attacked?;
    Ok(if proof.holds() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn simulate(seed: u64) -> ExitCode {
    match sim::run(seed) {
        Ok(report) => {
            println!("{report:#?}");
            ExitCode::SUCCESS
        }
        Err(violation) => {
            eprintln!("{violation}");
            ExitCode::FAILURE
        }
    }
}

async fn attack(plan: Plan) -> ExitCode {
    match nemesis::run_plan(plan).await {
        Ok(report) => {
            println!("no violation in {report}");
            ExitCode::SUCCESS
        }
        Err(failure) => {
            eprintln!("{failure}");
            ExitCode::FAILURE
        }
    }
}
