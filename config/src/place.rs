//! Where something is in a document, and where its faults are noted.

use std::path::Path;

use crate::Faults;

/// A place in a document.
#[derive(Debug, Clone)]
pub(crate) struct Place<'a> {
    pub(crate) path: String,
    pub(crate) folder: &'a Path,
    faults: &'a Faults,
}

impl<'a> Place<'a> {
    pub(crate) fn document(folder: &'a Path, faults: &'a Faults) -> Self {
        Self { path: String::new(), folder, faults }
    }

    pub(crate) fn key(&self, key: &str) -> Self {
        let path = if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) };
        Self { path, ..*self }
    }

    pub(crate) fn entry(&self, n: usize) -> Self {
        Self { path: format!("{}[{n}]", self.path), ..*self }
    }

    pub(crate) fn note(&self, expected: impl Into<String>, found: impl Into<String>) {
        let path = if self.path.is_empty() { "(document)" } else { &self.path };
        self.faults.note(path, expected, found);
    }
}
