//! Starts programs on a processor of their own choosing. Whatever is started here dies with this process.

use std::path::Path;

use anyhow::Context as _;
use tokio::process::Command;

use crate::fleet::dies_with_parent;

/// The processor of the servers.
pub const SERVERS: u32 = 0;
/// The processor of the load, and of everything that is not measured.
pub const LOAD: u32 = 1;

/// A program on one processor.
pub fn pinned(processor: u32, program: &Path) -> Command {
    let mut command = dies_with_parent(Path::new("taskset"));
    command.args(["--cpu-list", &processor.to_string()]).arg(program).kill_on_drop(true);
    command
}

/// This program, with a subcommand.
///
/// # Errors
/// The system does not say where it is.
pub fn myself(processor: u32, subcommand: &str) -> anyhow::Result<Command> {
    let mut command = pinned(processor, &std::env::current_exe()?);
    command.arg(subcommand);
    Ok(command)
}

/// Moves a process that runs, with all its threads.
///
/// # Errors
/// It is gone, or there is no such processor.
pub async fn pin(pid: u32, processor: u32) -> anyhow::Result<()> {
    let mut command = Command::new("taskset");
    command.args(["--all-tasks", "--cpu-list", "--pid", &processor.to_string(), &pid.to_string()]);
    let output = command.output().await.context("run taskset")?;
    let told = String::from_utf8_lossy(&output.stderr);
    anyhow::ensure!(output.status.success(), "processor {processor} for process {pid}: {told}");
    Ok(())
}
