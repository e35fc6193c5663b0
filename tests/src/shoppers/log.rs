//! The shoppers' log: one JSON line for each intent.

use std::fs::{File, OpenOptions};
use std::io::{BufRead as _, BufReader, BufWriter, Write as _};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Context as _;

use super::Told;

/// Collects what shoppers were told, and appends it to a file. Clones write to the same.
#[derive(Clone)]
pub struct Log(Arc<Mutex<Inner>>);

struct Inner {
    file: BufWriter<File>,
    told: Vec<Told>,
}

impl Log {
    /// Opens a log to append to.
    ///
    /// # Errors
    /// The file cannot be opened.
    pub fn append_to(path: &Path) -> anyhow::Result<Self> {
        let file = OpenOptions::new().create(true).append(true).open(path);
        let file = BufWriter::new(file.with_context(|| format!("open {}", path.display()))?);
        Ok(Self(Arc::new(Mutex::new(Inner { file, told: Vec::new() }))))
    }

    /// Adds a line.
    ///
    /// # Errors
    /// The disk refused.
    pub fn add(&self, told: Told) -> anyhow::Result<()> {
        let mut inner = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        serde_json::to_writer(&mut inner.file, &told)?;
        inner.file.write_all(b"\n")?;
        inner.told.push(told);
        Ok(())
    }

    /// Everything that was added, with the file flushed.
    ///
    /// # Errors
    /// The disk refused.
    pub fn told(&self) -> anyhow::Result<Vec<Told>> {
        let mut inner = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        inner.file.flush()?;
        Ok(inner.told.clone())
    }
}

/// Reads a log back; a file that is not there is an empty log.
///
/// # Errors
/// A line is not one that [`Log`] writes.
pub fn read_log(path: &Path) -> anyhow::Result<Vec<Told>> {
    let Ok(file) = File::open(path) else { return Ok(Vec::new()) };
    let lines = BufReader::new(file).lines().enumerate();
    let parse = |(at, line): (usize, std::io::Result<String>)| {
        serde_json::from_str(&line?).with_context(|| format!("{} line {}", path.display(), at + 1))
    };
    lines.map(parse).collect()
}
