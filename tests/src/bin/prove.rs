//! `make prove`: simulates worlds for some minutes, or replays one; or does the same with real processes.

use std::process::ExitCode;
use std::time::{Duration, Instant};

use clap::Parser;
use doorbuster_tests::nemesis::{self, Plan};
use doorbuster_tests::sim;

/// Simulates worlds until the minutes are over, and says what it saw. Ends with 1 at the first violation, after the command
/// that replays it.
#[derive(Debug, Parser)]
struct Cli {
    /// How long.
    #[arg(long, default_value_t = 1)]
    minutes: u64,
    /// Only this world.
    #[arg(long)]
    seed: Option<u64>,
    /// Real processes and the nemesis, instead of simulated worlds.
    #[arg(long)]
    nemesis: bool,
    /// As `--nemesis`, with disks that say that all is synced and forget it: the run must fail.
    #[arg(long)]
    disks_lie: bool,
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    if cli.nemesis || cli.disks_lie {
        return attack(&cli);
    }
    if let Some(seed) = cli.seed {
        return match sim::run(seed) {
            Ok(report) => {
                println!("{report:#?}");
                ExitCode::SUCCESS
            }
            Err(violation) => refuse(&violation),
        };
    }
    let until = Instant::now() + Duration::from_secs(60 * cli.minutes);
    let mut sum = sim::Report::default();
    let mut seeds = 0;
    while Instant::now() < until {
        match sim::run(seeds) {
            Ok(report) => sum.add(&report),
            Err(violation) => return refuse(&violation),
        }
        seeds += 1;
    }
    println!("{seeds} seeds, {:.1} simulated hours: no violation\n{sum:#?}", sum.simulated_ms as f64 / 3.6e6);
    ExitCode::SUCCESS
}

fn refuse(violation: &sim::Violation) -> ExitCode {
    eprintln!("{violation}");
    ExitCode::FAILURE
}

/// Runs the nemesis, plan by plan.
// One thread: children die with the thread that started them.
#[tokio::main(flavor = "current_thread")]
async fn attack(cli: &Cli) -> ExitCode {
    let until = Instant::now() + Duration::from_secs(60 * cli.minutes);
    let mut sum = nemesis::Report::default();
    for seed in cli.seed.map_or(0..u64::MAX, |seed| seed..seed + 1) {
        if cli.seed.is_none() && Instant::now() >= until {
            break;
        }
        let plan = if cli.disks_lie { Plan::of_lying_disks(seed) } else { Plan::of(seed) };
        match nemesis::run_plan(plan).await {
            Ok(report) => sum.add(&report),
            Err(failure) => {
                eprintln!("{failure}");
                return ExitCode::FAILURE;
            }
        }
    }
    println!("no violation in {sum}");
    ExitCode::SUCCESS
}
