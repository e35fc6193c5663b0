//! Explores one configuration, or each, to a number of states, and says what it saw. Ends with 1 at a violation.

use std::process::ExitCode;

use doorbuster_model::{Limit, all, explore, named};

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
    let mut is_sound = true;
    for configuration in &configurations {
        let report = explore(configuration, Limit { states, threads });
        println!("{report}");
        is_sound &= report.violation.is_none();
    }
    if is_sound { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
