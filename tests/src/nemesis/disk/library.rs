//! The library that is preloaded: C, built when a run begins.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Context as _;

const SOURCE: &str = include_str!("../../../faulty-disk/faulty_disk.c");
/// Fortified names (`__open_2` …) would go past what stands in between.
const FLAGS: [&str; 7] = ["-std=gnu11", "-Wall", "-Wextra", "-Werror", "-O1", "-shared", "-fPIC"];

/// Builds the library into `folder` with the C compiler that RocksDB was built with.
///
/// # Errors
/// There is no C compiler, or it refused.
pub fn build_library(folder: &Path) -> anyhow::Result<PathBuf> {
    let (source, library) = (folder.join("faulty_disk.c"), folder.join("faulty_disk.so"));
    fs::write(&source, SOURCE)?;
    let mut command = Command::new("cc");
    command.args(FLAGS).arg("-U_FORTIFY_SOURCE").arg("-o").args([&library, &source]).arg("-ldl");
    let built = command.output().context("run cc")?;
    anyhow::ensure!(built.status.success(), "cc: {}", String::from_utf8_lossy(&built.stderr));
    Ok(library)
}
