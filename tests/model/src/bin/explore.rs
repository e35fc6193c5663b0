//! Explores one configuration, or each, to a number of states, and says what it saw. Ends with 1 at a violation.

use std::process::ExitCode;
use std::time::Instant;

use doorbuster_model::{Configuration, Limit, all, explore, named};

fn main() -> ExitCode {
    let mut words = std::env::args().skip(1);
    let name = words.next().unwrap_or_else(|| "all".to_owned());
    let number = |word: Option<String>, usual| word.map_or(Some(usual), |word| word.parse::<usize>().ok());
    let (Some(states), Some(threads)) = (number(words.next(), 100_000), number(words.next(), 1)) else {
        eprintln!("expected: explore [CONFIGURATION | all] [STATES] [THREADS]");
        return ExitCode::from(2);
    };
    let configurations = if name == "all" { all() } else { named(&name).into_iter().collect() };
    if configurations.is_empty() {
        eprintln!("expected a configuration, found {name:?}");
        return ExitCode::from(2);
    }
    let kept = configurations.iter().map(|one| tell(one, Limit { states, threads })).filter(|kept| *kept).count();
    if kept == configurations.len() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn tell(configuration: &Configuration, limit: Limit) -> bool {
    let began = Instant::now();
    let report = explore(configuration, limit);
    println!(
        "{}: {} states, {} different, depth {}{}, reached {:?}, {:.1} s",
        report.configuration,
        report.states,
        report.unique,
        report.depth,
        if report.is_exhausted { ", exhausted" } else { "" },
        report.reached,
        began.elapsed().as_secs_f64(),
    );
    let Some(violation) = report.violation else { return true };
    println!("violated: {}\n{}", violation.invariant, violation.what);
    for (step, words) in violation.trace.iter().enumerate() {
        println!("  {}. {words}", step + 1);
    }
    false
}
