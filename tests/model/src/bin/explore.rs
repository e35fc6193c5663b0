//! Explores one configuration, or each, to a number of states or for some minutes, and says what it saw. Ends with 1 at a
//! violation.

use std::process::ExitCode;
use std::time::Duration;

use doorbuster_model::{Limit, all, explore, explore_all, named};

/// Configurations beside each other.
const BESIDE: usize = 2;

fn main() -> ExitCode {
    let mut words = std::env::args().skip(1);
    let name = words.next().unwrap_or_else(|| "all".to_owned());
    let mut number = |usual| words.next().map_or(Some(usual), |word| word.parse::<u64>().ok());
    let (Some(states), Some(minutes)) = (number(100_000), number(0)) else {
        eprintln!("expected: explore [CONFIGURATION | all] [STATES] [MINUTES]");
        return ExitCode::from(2);
    };
    let states = usize::try_from(states).unwrap_or(usize::MAX);
    let time = (minutes > 0).then(|| Duration::from_secs(60 * minutes));
    let reports = match named(&name) {
        Some(one) => vec![explore(&one, Limit { states, time })],
        None if name == "all" => explore_all(Limit { states, time: time.map(shared) }, BESIDE),
        None => {
            eprintln!("expected a configuration, found {name:?}");
            return ExitCode::from(2);
        }
    };
    for report in &reports {
        println!("{report}");
    }
    let is_sound = reports.iter().all(|report| report.violation.is_none());
    if is_sound { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// What one configuration gets of the time for all.
fn shared(time: Duration) -> Duration {
    let configurations = u32::try_from(all().len()).unwrap_or(u32::MAX);
    time * u32::try_from(BESIDE).unwrap_or(1) / configurations
}
