//! What `make bench-allocator` runs.

use std::process::ExitCode;

use doorbuster_tests::allocator_bench::{Options, run};

// One thread: children die with the thread that started them.
#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match async { run(Options::from_env()?).await }.await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
