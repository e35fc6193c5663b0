//! Collects everything that is wrong with a document, so that whoever wrote it can mend it in one go.

use std::cell::RefCell;
use std::fmt;

use serde::{Deserialize, Serialize};

/// One wrong field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    /// Where: `items[3].supply`.
    pub path: String,
    /// What would have been right.
    pub expected: String,
    /// What is there.
    pub found: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { path, expected, found } = self;
        write!(f, "{path}: expected {expected}, found {found}")
    }
}

/// Faults below one another, each on a line of its own.
pub fn in_lines(faults: &[Fault]) -> String {
    let lines: Vec<String> = faults.iter().map(|fault| format!("\n  {fault}")).collect();
    lines.concat()
}

/// The faults of one document, in the order of the document.
#[derive(Debug, Default)]
pub struct Faults(RefCell<Vec<Fault>>);

impl Faults {
    /// Notes a fault.
    pub fn note(&self, path: &str, expected: impl Into<String>, found: impl Into<String>) {
        let fault = Fault { path: path.to_owned(), expected: expected.into(), found: found.into() };
        self.0.borrow_mut().push(fault);
    }

    /// Whether nothing is wrong so far.
    pub fn is_empty(&self) -> bool {
        self.0.borrow().is_empty()
    }

    /// Everything that was noted.
    pub fn into_vec(self) -> Vec<Fault> {
        self.0.into_inner()
    }

    /// The value, if it was made and nothing at all was wrong; else every fault.
    ///
    /// # Errors
    /// Every fault noted.
    pub fn or<T>(self, value: Option<T>) -> Result<T, Vec<Fault>> {
        let faults = self.into_vec();
        match value {
            Some(value) if faults.is_empty() => Ok(value),
            _ => {
                assert!(!faults.is_empty(), "a value is missing only where a fault was noted");
                Err(faults)
            }
        }
    }
}
