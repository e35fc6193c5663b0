//! A mutant, as its file says.

use std::io;
use std::path::{Path, PathBuf};

use serde::Deserialize;

/// A protocol made bad on purpose.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mutant {
    /// Its name: that of its file.
    #[serde(skip)]
    pub name: String,
    /// What is made bad.
    pub breaks: String,
    /// The invariant that must find it out.
    pub caught_by: String,
    /// The configuration to explore.
    pub configuration: String,
    /// The most states to explore: a mutant that is not found out by then is not found out.
    #[serde(default = "states_usually")]
    pub states: usize,
    /// What is changed.
    pub edits: Vec<Edit>,
}

/// A text that stands in place of another.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Edit {
    /// The file, from the repository's root.
    pub file: PathBuf,
    /// The text, which occurs once.
    pub find: String,
    /// What stands in its place.
    pub replace: String,
}

/// Why the gate cannot judge.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file or a folder.
    #[error("{0}")]
    Io(PathBuf, #[source] io::Error),
    /// A mutant's file.
    #[error("{0} is no mutant")]
    Mutant(PathBuf, #[source] toml::de::Error),
    /// A manifest.
    #[error("{0} is no manifest that the gate understands: {1}")]
    Manifest(PathBuf, String),
    /// An edit that fits nowhere, or in several places.
    #[error("mutant {mutant}: expected the text once in {file}, found it {found} times:\n{text}", file = file.display())]
    Edit {
        /// The mutant.
        mutant: String,
        /// The file.
        file: PathBuf,
        /// How often the text is there.
        found: usize,
        /// The text.
        text: String,
    },
    /// An edit of what the gate does not copy.
    #[error("mutant {0}: {1} belongs to no crate that the gate copies")]
    Elsewhere(String, PathBuf),
    /// The copies do not compile.
    #[error("the mutants do not compile:\n{0}")]
    Build(String),
    /// A model that said nothing of use.
    #[error("mutant {0}: the model ended with:\n{1}")]
    Run(String, String),
}

fn states_usually() -> usize {
    400_000
}

/// Reads every mutant of a folder, in the order of their names.
///
/// # Errors
/// [`Error`] where a file cannot be read, or is no mutant.
pub fn load(folder: &Path) -> Result<Vec<Mutant>, Error> {
    let entries = std::fs::read_dir(folder).map_err(|error| Error::Io(folder.to_owned(), error))?;
    let mut files = Vec::new();
    for entry in entries {
        let path = entry.map_err(|error| Error::Io(folder.to_owned(), error))?.path();
        if path.extension().is_some_and(|extension| extension == "toml") {
            files.push(path);
        }
    }
    files.sort();
    files.iter().map(|file| read(file)).collect()
}

fn read(file: &Path) -> Result<Mutant, Error> {
    let text = std::fs::read_to_string(file).map_err(|error| Error::Io(file.to_owned(), error))?;
    let mutant: Mutant = toml::from_str(&text).map_err(|error| Error::Mutant(file.to_owned(), error))?;
    let name = file.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    Ok(Mutant { name, ..mutant })
}
