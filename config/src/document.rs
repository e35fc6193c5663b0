//! A whole document: from its text to what it says, or to everything that is wrong with it.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::{Fault, Faults, Field, in_lines};

/// Why there is no configuration.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The file cannot be read.
    #[error("cannot read {}", path.display())]
    Read {
        /// Which file.
        path: PathBuf,
        /// The cause.
        source: std::io::Error,
    },
    /// The file is wrong.
    #[error("{} is wrong:{}", path.display(), in_lines(faults))]
    Faults {
        /// Which file.
        path: PathBuf,
        /// All that is wrong with it.
        faults: Vec<Fault>,
    },
}

/// Reads a TOML file. Paths in it are relative to its folder.
///
/// # Errors
/// [`Error`], with every fault of the file.
pub fn load<T>(path: &Path, read: impl FnOnce(&Field<'_>) -> Option<T>) -> Result<T, Error> {
    let text = std::fs::read_to_string(path).map_err(|source| Error::Read { path: path.into(), source })?;
    let folder = path.parent().unwrap_or(Path::new(""));
    parse(&text, folder, read).map_err(|faults| Error::Faults { path: path.into(), faults })
}

/// Reads a TOML text. Paths in it are relative to `folder`.
///
/// `read` answers `None` only where it noted a fault; it should read every part before it gives up, so that all faults
/// are found in one go.
///
/// # Errors
/// Every fault of the text.
pub fn parse<T>(text: &str, folder: &Path, read: impl FnOnce(&Field<'_>) -> Option<T>) -> Result<T, Vec<Fault>> {
    let document = from_toml(text).map_err(|fault| vec![fault])?;
    let faults = Faults::default();
    let value = read(&Field::document(&document, &faults).in_folder(folder));
    faults.or(value)
}

/// A TOML text as the reader takes it.
///
/// # Errors
/// The fault that keeps it from being TOML, with its line.
pub fn from_toml(text: &str) -> Result<Value, Fault> {
    let table = text.parse::<toml::Table>().map_err(|error| not_toml(text, &error))?;
    Ok(as_json(toml::Value::Table(table)))
}

fn not_toml(text: &str, error: &toml::de::Error) -> Fault {
    let line = error.span().map_or(1, |span| text[..span.start].matches('\n').count() + 1);
    let found = error.message().lines().next().unwrap_or_default().to_owned();
    Fault { path: format!("line {line}"), expected: "valid TOML".to_owned(), found }
}

fn as_json(value: toml::Value) -> Value {
    match value {
        toml::Value::String(text) => Value::String(text),
        toml::Value::Integer(n) => Value::from(n),
        toml::Value::Float(n) => Value::from(n),
        toml::Value::Boolean(yes) => Value::Bool(yes),
        toml::Value::Datetime(time) => Value::String(time.to_string()),
        toml::Value::Array(list) => Value::Array(list.into_iter().map(as_json).collect()),
        toml::Value::Table(table) => Value::Object(table.into_iter().map(|(k, v)| (k, as_json(v))).collect()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_toml_is_told_with_its_line() {
        for (text, line) in [("a = ", 1), ("a = 1\n\n[b\n", 3), ("a = 1\na = 2\n", 2)] {
            let fault = from_toml(text).unwrap_err();
            assert_eq!((fault.path, fault.expected.as_str()), (format!("line {line}"), "valid TOML"), "{text:?}");
        }
    }

    #[test]
    fn a_file_that_is_not_there_is_told_by_name() {
        let error = load(Path::new("no/such.toml"), |_| Some(())).unwrap_err();
        assert_eq!(error.to_string(), "cannot read no/such.toml");
    }
}
