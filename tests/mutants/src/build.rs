//! Builds all mutants at once, in a workspace of their own: what they share is compiled once, and kept.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::edit::{self, copy_source};
use crate::manifest::{CRATES, copy_of, is_copied, write_crate, write_workspace};
use crate::mutant::{Error, Mutant};

/// Writes the copies and builds them; the binaries are in the folder that is returned.
pub(crate) fn build(root: &Path, folder: &Path, mutants: &[Mutant]) -> Result<PathBuf, Error> {
    let workspace = folder.join("workspace");
    check(root, mutants)?;
    for mutant in mutants {
        for krate in CRATES.iter().filter(|krate| is_copied(krate, mutant)) {
            let to = copy_of(&workspace, krate, mutant);
            fs::create_dir_all(to.join("src")).map_err(|error| Error::Io(to.clone(), error))?;
            copy_source(root, krate, &to, mutant)?;
            write_crate(root, &workspace, krate, mutant)?;
        }
    }
    write_workspace(root, &workspace, mutants)?;
    let lock = workspace.join("Cargo.lock");
    fs::copy(root.join("Cargo.lock"), &lock).map_err(|error| Error::Io(lock, error))?;
    compile(&workspace, &folder.join("target"))
}

/// Whether the mutants fit the source as it is, without building them.
///
/// # Errors
/// [`Error::Edit`] where a text is not found exactly once, [`Error::Elsewhere`] where a file is of another crate.
pub fn check(root: &Path, mutants: &[Mutant]) -> Result<(), Error> {
    for mutant in mutants {
        let elsewhere = |file: &Path| !CRATES.iter().any(|krate| file.starts_with(krate));
        if let Some(edit) = mutant.edits.iter().find(|edit| elsewhere(&edit.file)) {
            return Err(Error::Elsewhere(mutant.name.clone(), edit.file.clone()));
        }
        edit::check(root, mutant)?;
    }
    Ok(())
}

fn compile(workspace: &Path, target: &Path) -> Result<PathBuf, Error> {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    // The lock is the repository's; only the copies' own names are new to it.
    cargo.args(["build", "--release", "--bins", "--quiet", "--offline"]).current_dir(workspace);
    cargo.env("CARGO_TARGET_DIR", target).env_remove("RUSTFLAGS");
    let output = cargo.output().map_err(|error| Error::Io(workspace.to_owned(), error))?;
    if !output.status.success() {
        return Err(Error::Build(String::from_utf8_lossy(&output.stderr).into_owned()));
    }
    Ok(target.join("release"))
}
