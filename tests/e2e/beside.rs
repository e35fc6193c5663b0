//! The edge beside programs that others wrote: nginx as a second opinion on files, Varnish as the cache before it. A test whose program
//! is not installed says so and ends.

mod cache;
mod differential;
mod nginx;
mod varnish;

use std::path::{Path, PathBuf};

/// Where a program is, if it is installed; else it is told that the test is left out.
fn installed(program: &str, test: &str) -> Option<PathBuf> {
    let path = Path::new("/usr/sbin").join(program);
    if path.exists() {
        return Some(path);
    }
    println!("left out: {test}: {} is not installed (tests/setup.sh test installs it)", path.display());
    None
}
