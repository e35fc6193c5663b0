//! What `make bench` runs; its subcommands are the processes that it starts.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use doorbuster_tests::bench::{Options, fill, floor, idle, load, null, ours, run};

/// Measures the edge beside nginx. `QUICK=1`, `BENCH_DIR` and `ROWS` are environment variables.
#[derive(Parser)]
struct Arguments {
    #[command(subcommand)]
    part: Option<Part>,
}

#[derive(Subcommand)]
enum Part {
    /// Serves the bytes of a file from a bare epoll loop.
    Floor {
        #[arg(long)]
        listen: SocketAddr,
        #[arg(long)]
        answer: PathBuf,
    },
    /// Serves answers of so many bytes from bare hyper.
    Null {
        #[arg(long)]
        listen: SocketAddr,
        #[arg(long)]
        bytes: usize,
    },
    /// Loads a server.
    Load(load::Arguments),
    /// Holds idle connections.
    Idle(idle::Arguments),
    /// Adds orders of long ago to the store of an edge that does not run.
    Fill {
        #[arg(long)]
        store: PathBuf,
        #[arg(long)]
        orders: u64,
    },
}

// One thread: children die with the thread that started them.
#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let done = match Arguments::parse().part {
        None => async { run(Options::from_env()?).await }.await,
        Some(Part::Floor { listen, answer }) => {
            std::fs::read(answer).map_err(Into::into).and_then(|answer| floor::serve(listen, &answer))
        }
        Some(Part::Null { listen, bytes }) => null::serve(listen, bytes).await,
        Some(Part::Load(arguments)) => load::run(&arguments),
        Some(Part::Idle(arguments)) => idle::hold(&arguments).await,
        Some(Part::Fill { store, orders }) => fill::fill(&store, ours::SALE, &ours::skus(), orders),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
