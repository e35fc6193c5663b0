//! Parses, builds, runs until a signal, drains.

use std::process::ExitCode;

use anyhow::Context as _;
use clap::Parser as _;
use doorbuster_allocator::backup::{backup, restore};
use doorbuster_allocator::cli::{Cli, Command};
use doorbuster_allocator::config::Config;
use doorbuster_allocator::publish::publish;
use doorbuster_allocator::service::Service;
use doorbuster_config::log;
use tokio::signal::unix::{SignalKind, signal};

/// Orders and messages are many small pieces of memory that one thread asks for and another gives back.
#[global_allocator]
static MEMORY: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let cli = Cli::parse();
    let outcome = match &cli.command {
        Some(Command::Publish { sale, console, check }) => {
            runtime().block_on(publish(sale, (!check).then_some(console))).map_err(anyhow::Error::from)
        }
        Some(Command::Backup { config, to }) => Config::load(config)
            .map_err(anyhow::Error::from)
            .and_then(|config| Ok(runtime().block_on(backup(&config, to))?)),
        Some(Command::Restore { config, from }) => Config::load(config)
            .map_err(anyhow::Error::from)
            .and_then(|config| Ok(runtime().block_on(restore(&config, from))?)),
        None => serve(&cli),
    };
    match outcome {
        Ok(said) => {
            if !said.is_empty() {
                println!("{said}");
            }
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Returns what there is to say at the end: nothing after serving.
fn serve(cli: &Cli) -> anyhow::Result<String> {
    let path = &cli.serve.config;
    let config = Config::load(path)?;
    if cli.serve.check_config {
        return Ok(format!("{} is right, with {} edges", path.display(), config.edges.len()));
    }
    log::to_stderr(&config.log);
    do_without_huge_pages();
    abort_on_panic();
    runtime().block_on(async {
        let terminated = signal(SignalKind::terminate()).context("cannot listen for signals")?;
        let interrupted = signal(SignalKind::interrupt()).context("cannot listen for signals")?;
        Service::open(config).await?.run(either(terminated, interrupted)).await?;
        Ok(String::new())
    })
}

async fn either(mut one: tokio::signal::unix::Signal, mut other: tokio::signal::unix::Signal) {
    tokio::select! {
        _ = one.recv() => {}
        _ = other.recv() => {}
    }
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime can be built")
}

/// Each turn takes memory and gives it back. In huge pages the kernel would clear two megabytes for a few kilobytes that are
/// used, again and again, and turns would wait for it.
fn do_without_huge_pages() {
    if let Err(error) = rustix::thread::disable_transparent_huge_pages(true) {
        tracing::warn!(%error, "huge pages stay on: large turns take longer");
    }
}

/// A thread that panicked left its state half changed: the next start reads what is durable.
fn abort_on_panic() {
    let told = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        tracing::error!(%panic, "panicked, aborting");
        told(panic);
        std::process::abort();
    }));
}
