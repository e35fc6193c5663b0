//! Judges a fleet's folder once its processes have stopped: `checker DEMO_DIR`.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use doorbuster_tests::checker::{gather, judge};

/// Reads the stores of the allocator and of every edge, and the shoppers' log, and says whether they agree.
#[derive(Parser)]
struct Arguments {
    /// The folder of a demo, or of an end-to-end test; its processes must have stopped.
    folder: PathBuf,
    /// The shoppers' log has every shopper: an order of anybody else is a violation.
    #[arg(long)]
    log_is_whole: bool,
}

fn main() -> ExitCode {
    match verdict(&Arguments::parse()) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::from(2)
        }
    }
}

fn verdict(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let facts = gather(&arguments.folder, arguments.log_is_whole)?;
    let (orders, edges, told) = (facts.valid().count(), facts.edges.len(), facts.told.len());
    println!("{orders} valid orders, {edges} edges, {told} intents in the shoppers' log");
    if facts.told.is_empty() {
        println!("no shopper told anything: only the books are judged");
    }
    let violations = judge(&facts);
    for violation in &violations {
        println!("VIOLATION {violation}");
    }
    if violations.is_empty() {
        println!(
            "clean: {}",
            if facts.told.is_empty() { "the books agree" } else { "the books and the shoppers agree" }
        );
        return Ok(ExitCode::SUCCESS);
    }
    println!("{} violations", violations.len());
    Ok(ExitCode::FAILURE)
}
