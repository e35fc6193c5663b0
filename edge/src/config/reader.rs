//! Takes a TOML table apart, field by field, and collects what is wrong with it.

use std::fmt;
use std::net::SocketAddr;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};

use toml::{Table, Value};

const FOUND_CHARS_MAX: usize = 80;

/// One thing that is wrong with a configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Where: `section.field`.
    pub path: String,
    /// What belongs there.
    pub expected: String,
    /// What is there.
    pub found: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: expected {}, found {}", self.path, self.expected, self.found)
    }
}

/// Reads a TOML text with `read`, and answers with what it made, or with all faults.
///
/// # Errors
/// Every fault that was found, in the order of the fields as `read` asks for them; unknown fields last.
pub fn parse<T>(text: &str, folder: &Path, read: impl FnOnce(&mut Reader) -> Option<T>) -> Result<T, Vec<Fault>> {
    let table = text.parse::<Table>().map_err(|error| vec![not_toml(text, &error)])?;
    let mut reader = Reader { path: String::new(), folder: folder.to_owned(), table, faults: Vec::new() };
    let made = read(&mut reader);
    reader.refuse_the_rest();
    match made {
        Some(made) if reader.faults.is_empty() => Ok(made),
        _ => Err(reader.faults),
    }
}

/// One table, as far as it has not been read yet. A field that was asked for is taken out; what is left is unknown.
#[derive(Debug)]
pub struct Reader {
    path: String,
    folder: PathBuf,
    table: Table,
    faults: Vec<Fault>,
}

impl Reader {
    /// A field that must be there. `None` says that a fault was noted.
    pub fn required<T>(&mut self, key: &str, expected: &str, take: impl FnOnce(&Value) -> Option<T>) -> Option<T> {
        match self.optional(key, expected, take)? {
            None => self.fault(key, expected, "nothing"),
            found => found,
        }
    }

    /// A field that may be there: `Some(None)` when it is not; `None` says that a fault was noted.
    #[allow(clippy::option_option, reason = "absent is not the same as at fault")]
    pub fn optional<T>(
        &mut self,
        key: &str,
        expected: &str,
        take: impl FnOnce(&Value) -> Option<T>,
    ) -> Option<Option<T>> {
        let Some(value) = self.table.remove(key) else { return Some(None) };
        match take(&value) {
            None => self.fault(key, expected, &value.to_string()),
            taken => Some(taken),
        }
    }

    /// A path that must be there, relative to the configuration's folder.
    pub fn required_path(&mut self, key: &str) -> Option<PathBuf> {
        let folder = self.folder.clone();
        self.required(key, "a path", |v| path(&folder, v))
    }

    /// A path that may be there.
    #[allow(clippy::option_option, reason = "absent is not the same as at fault")]
    pub fn optional_path(&mut self, key: &str) -> Option<Option<PathBuf>> {
        let folder = self.folder.clone();
        self.optional(key, "a path", |v| path(&folder, v))
    }

    /// An address to listen on, or the one that stands for it.
    pub fn address(&mut self, key: &str, otherwise: &str) -> Option<SocketAddr> {
        let expected = format!("an address such as {otherwise:?}");
        let found = self.optional(key, &expected, |v| v.as_str()?.parse().ok())?;
        Some(found.unwrap_or_else(|| otherwise.parse().expect("a default is an address")))
    }

    /// A whole number within bounds, or the one that stands for it.
    pub fn number(&mut self, key: &str, bounds: RangeInclusive<u32>, otherwise: u32) -> Option<u32> {
        let expected = format!("a whole number from {} to {}", bounds.start(), bounds.end());
        let found = self.optional(key, &expected, |v| {
            u32::try_from(v.as_integer()?).ok().filter(|number| bounds.contains(number))
        })?;
        Some(found.unwrap_or(otherwise))
    }

    /// A switch that is off where it is not set.
    pub fn switch(&mut self, key: &str) -> Option<bool> {
        Some(self.optional(key, "true or false", Value::as_bool)?.unwrap_or(false))
    }

    /// A section; one that is not there reads as an empty one.
    pub fn section<T>(&mut self, key: &str, read: impl FnOnce(&mut Self) -> Option<T>) -> Option<T> {
        let table = self.optional(key, "a section", |v| v.as_table().cloned())?.unwrap_or_default();
        let mut inner = Self { path: self.at(key), folder: self.folder.clone(), table, faults: Vec::new() };
        let made = read(&mut inner);
        inner.refuse_the_rest();
        self.faults.append(&mut inner.faults);
        made
    }

    /// Notes a fault; `None`, so that the caller can answer with it.
    pub fn fault<T>(&mut self, key: &str, expected: &str, found: &str) -> Option<T> {
        let found = found.chars().take(FOUND_CHARS_MAX).collect();
        self.faults.push(Fault { path: self.at(key), expected: expected.to_owned(), found });
        None
    }

    fn refuse_the_rest(&mut self) {
        for (key, value) in std::mem::take(&mut self.table) {
            self.fault::<()>(&key, "no such field", &value.to_string());
        }
    }

    fn at(&self, key: &str) -> String {
        if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) }
    }
}

fn path(folder: &Path, value: &Value) -> Option<PathBuf> {
    value.as_str().filter(|text| !text.is_empty()).map(|text| folder.join(text))
}

fn not_toml(text: &str, error: &toml::de::Error) -> Fault {
    let line = error.span().map_or(1, |span| text[..span.start].matches('\n').count() + 1);
    let found = error.message().lines().next().unwrap_or_default().to_owned();
    Fault { path: format!("line {line}"), expected: "TOML".to_owned(), found }
}
