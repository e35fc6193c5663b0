//! What `make demo` runs: an allocator, some edges, a sale, and perhaps a crowd.

use std::process::ExitCode;

use doorbuster_tests::demo::{Ended, Options, run};

// One thread: children die with the thread that started them.
#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
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
