//! `make prove`: simulates worlds for some minutes, or replays one.

use std::process::ExitCode;
use std::time::{Duration, Instant};

use clap::Parser;
use doorbuster_tests::sim::{self, Report};

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
}

fn main() -> ExitCode {
    let cli = Cli::parse();
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
    let mut sum = Report::default();
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
