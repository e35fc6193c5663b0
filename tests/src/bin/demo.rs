//! What `make demo` runs: an allocator, some edges, a sale, and perhaps a crowd.

use std::process::ExitCode;

use doorbuster_tests::demo::{Ended, Options, run};

const USAGE: &str = "\
expected no arguments: the demo is told by environment variables, and starts a fleet
  EDGES=3       how many edges, 1 to 32
  SHOPPERS=0    how many shoppers are simulated
  SALE=FILE     the sale file; without it, the sample sale
  DEMO_DIR=DIR  where everything is kept; without it, a new folder
  PORT=N        the first of consecutive ports; without it, free ones
  ONCE=1        stop when the sale is over";

// One thread: children die with the thread that started them.
#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    if std::env::args_os().len() > 1 {
        eprintln!("{USAGE}");
        return ExitCode::from(2);
    }
    let ended = async { run(Options::from_env()?).await };
    match ended.await {
        Ok(Ended::Drained) => ExitCode::SUCCESS,
        Ok(Ended::Killed) => ExitCode::from(130),
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
