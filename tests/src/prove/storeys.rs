//! The four storeys. Each adds what it saw, and says what it found, with the command that replays it.

use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use doorbuster_model::{Limit, all, explore_all};
use doorbuster_mutants::{Gate, load};

use super::Proof;
use crate::{nemesis, sim};

/// Worlds, configurations and mutants beside each other.
const BESIDE: usize = 2;

/// Explores the model.
pub fn explore(proof: &mut Proof, lasts: Duration) {
    let shares = u32::try_from(all().len().div_ceil(BESIDE)).unwrap_or(u32::MAX);
    let limit = Limit { states: usize::MAX, time: Some(lasts / shares) };
    for report in explore_all(limit, BESIDE) {
        proof.model_states += report.states as u64;
        proof.model_states_unique += report.unique as u64;
        proof.model_configurations_exhausted += u64::from(report.is_exhausted);
        if report.violation.is_some() {
            proof.violations += 1;
            eprintln!("VIOLATION {report}");
        }
    }
}

/// Breaks the protocol on purpose.
///
/// # Errors
/// A mutant does not fit the source, or cannot be built or run.
pub fn mutate(proof: &mut Proof, repository: &Path, target: &Path) -> anyhow::Result<()> {
    let mutants = load(&repository.join("tests/model/mutants"))?;
    let gate = Gate { root: repository.to_owned(), folder: target.join("mutants"), threads: BESIDE };
    let report = gate.run(&mutants)?;
    proof.mutants += report.mutants() as u64;
    proof.mutants_caught += report.mutants_caught() as u64;
    println!("{report}");
    Ok(())
}

/// Simulates worlds, from seed 0 on.
pub fn simulate(proof: &mut Proof, lasts: Duration) {
    let until = Instant::now() + lasts;
    let (next, sum) = (AtomicU64::new(0), Mutex::new((sim::Report::default(), 0, Vec::new())));
    thread::scope(|scope| {
        for _ in 0..BESIDE {
            scope.spawn(|| {
                while Instant::now() < until {
                    let run = sim::run(next.fetch_add(1, Ordering::Relaxed));
                    let mut sum = sum.lock().expect("no other thread panics");
                    sum.1 += 1;
                    match run {
                        Ok(report) => sum.0.add(&report),
                        Err(violation) => sum.2.push(violation),
                    }
                }
            });
        }
    });
    let (report, seeds, violations) = sum.into_inner().expect("no other thread panics");
    proof.seeds += seeds;
    proof.simulated_hours += report.simulated_ms as f64 / 3.6e6;
    proof.orders_checked += report.orders;
    proof.violations += violations.len() as u64;
    for (fault, times) in &report.faults {
        proof.fault("sim", &format!("{fault:?}"), *times);
    }
    for violation in violations {
        eprintln!("VIOLATION {violation}");
    }
}

/// Attacks real processes, from seed 0 on; once at least.
///
/// # Errors
/// A run failed for another reason than what its judge found.
pub async fn attack(proof: &mut Proof, lasts: Duration) -> anyhow::Result<()> {
    let until = Instant::now() + lasts;
    for seed in 0.. {
        match nemesis::run(seed).await {
            Ok(report) => {
                proof.nemesis_runs += report.runs;
                proof.orders_checked += report.orders_checked;
                for ((fault, role), times) in &report.faults {
                    proof.fault("nemesis", &format!("{fault} of {role}"), *times);
                }
            }
            Err(failure) => {
                eprintln!("{failure}");
                proof.violations += failure.violations.len() as u64;
                let reason = failure.reason.map_or(Ok(()), |reason| Err(reason).context("a run of the nemesis failed"));
                return reason;
            }
        }
        if Instant::now() >= until {
            break;
        }
    }
    Ok(())
}
