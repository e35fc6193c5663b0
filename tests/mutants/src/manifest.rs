//! The manifests of the copies: other names, so that one workspace holds them all.

use std::path::{Path, PathBuf};

use toml::{Table, Value};

use crate::edit::{read, write};
use crate::mutant::{Error, Mutant};

/// The crates that a mutant may change, by their folder; those that others depend on first.
pub(crate) const CRATES: [&str; 3] = ["edge/core", "allocator/core", MODEL];
/// The crate whose binary is run.
const MODEL: &str = "tests/model";
/// The mutants are run for seconds, and built for as long: the least optimisation that makes a difference.
const OPT_LEVEL: i64 = 0;

/// The folder of a mutant's copy of a crate.
pub(crate) fn copy_of(workspace: &Path, krate: &str, mutant: &Mutant) -> PathBuf {
    workspace.join(&mutant.name).join(krate.replace('/', "-"))
}

/// Whether a mutant needs a copy of a crate: the model always, for it is built against the others.
pub(crate) fn is_copied(krate: &str, mutant: &Mutant) -> bool {
    krate == MODEL || mutant.edits.iter().any(|edit| edit.file.starts_with(krate))
}

/// Writes the workspace's manifest: the repository's own, with other members and paths.
pub(crate) fn write_workspace(root: &Path, workspace: &Path, mutants: &[Mutant]) -> Result<(), Error> {
    let mut manifest = table(&root.join("Cargo.toml"))?;
    let wrong = || Error::Manifest(root.join("Cargo.toml"), "no workspace".to_owned());
    let section = manifest.get_mut("workspace").and_then(Value::as_table_mut).ok_or_else(wrong)?;
    let models = mutants.iter().map(|mutant| copy_of(workspace, MODEL, mutant).to_string_lossy().into_owned());
    section.insert("members".to_owned(), Value::Array(models.map(Value::String).collect()));
    section.remove("lints");
    let dependencies = section.get_mut("dependencies").and_then(Value::as_table_mut).ok_or_else(wrong)?;
    for (_, dependency) in dependencies.iter_mut() {
        if let Some(path) = dependency.as_table_mut().and_then(|dependency| dependency.get_mut("path")) {
            *path = Value::String(root.join(path.as_str().unwrap_or_default()).to_string_lossy().into_owned());
        }
    }
    let release = Table::from_iter([("opt-level".to_owned(), Value::Integer(OPT_LEVEL))]);
    manifest.insert("profile".to_owned(), Value::Table(Table::from_iter([("release".to_owned(), release.into())])));
    write(&workspace.join("Cargo.toml"), &manifest.to_string())
}

/// Writes the manifest of a copy.
pub(crate) fn write_crate(root: &Path, workspace: &Path, krate: &str, mutant: &Mutant) -> Result<(), Error> {
    let file = root.join(krate).join("Cargo.toml");
    let mut manifest = table(&file)?;
    let package = manifest.get_mut("package").and_then(Value::as_table_mut);
    let package = package.ok_or_else(|| Error::Manifest(file.clone(), "no package".to_owned()))?;
    let original = package.get("name").and_then(Value::as_str).unwrap_or_default().to_owned();
    package.insert("name".to_owned(), Value::String(name_of_copy(&original, mutant)));
    package.insert("autobins".to_owned(), Value::Boolean(false));
    manifest.remove("lints");
    let lib = Table::from_iter([("name".to_owned(), Value::String(original.replace('-', "_")))]);
    manifest.insert("lib".to_owned(), Value::Table(lib));
    if krate == MODEL {
        let bin = [("name", mutant.name.as_str()), ("path", "src/bin/explore.rs")];
        let bin = bin.map(|(key, value)| (key.to_owned(), Value::String(value.to_owned())));
        manifest.insert("bin".to_owned(), Value::Array(vec![Value::Table(Table::from_iter(bin))]));
        point_at_copies(root, workspace, &mut manifest, mutant)?;
    }
    write(&copy_of(workspace, krate, mutant).join("Cargo.toml"), &manifest.to_string())
}

fn point_at_copies(root: &Path, workspace: &Path, manifest: &mut Table, mutant: &Mutant) -> Result<(), Error> {
    let Some(dependencies) = manifest.get_mut("dependencies").and_then(Value::as_table_mut) else { return Ok(()) };
    for krate in CRATES.iter().filter(|krate| **krate != MODEL && is_copied(krate, mutant)) {
        let original = table(&root.join(krate).join("Cargo.toml"))?;
        let name = original.get("package").and_then(|package| package.get("name")).and_then(Value::as_str);
        let name = name.unwrap_or_default().to_owned();
        let path = copy_of(workspace, krate, mutant).to_string_lossy().into_owned();
        let there = [("path", path), ("package", name_of_copy(&name, mutant))];
        let there = there.map(|(key, value)| (key.to_owned(), Value::String(value)));
        dependencies.insert(name, Value::Table(Table::from_iter(there)));
    }
    Ok(())
}

fn name_of_copy(original: &str, mutant: &Mutant) -> String {
    format!("{original}-{}", mutant.name)
}

fn table(file: &Path) -> Result<Table, Error> {
    read(file)?.parse().map_err(|error: toml::de::Error| Error::Manifest(file.to_owned(), error.to_string()))
}
