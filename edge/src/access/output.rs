//! Where the log's bytes go: a file that is appended to, or standard output.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use super::Target;

/// Shoppers' addresses are read by the operators' group, not by everybody.
const MODE: u32 = 0o640;

/// Why there is no access log.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The file cannot be opened.
    #[error("cannot open the access log {}", path.display())]
    Open {
        /// Which file.
        path: PathBuf,
        /// The cause.
        source: io::Error,
    },
    /// No thread.
    #[error("cannot start the access log's thread")]
    Thread(#[source] io::Error),
}

/// An open log.
#[derive(Debug)]
pub(super) enum Output {
    Stdout,
    File {
        path: PathBuf,
        /// Nothing, where it could not be opened again; the next write tries.
        file: Option<File>,
    },
}

impl Output {
    pub(super) fn open(target: &Target) -> Result<Self, Error> {
        match target {
            Target::Stdout => Ok(Self::Stdout),
            Target::File(path) => {
                let file = append(path).map_err(|source| Error::Open { path: path.clone(), source })?;
                Ok(Self::File { path: path.clone(), file: Some(file) })
            }
        }
    }

    /// Opens the file anew at its path, after it was moved away. The old one is kept where that fails.
    pub(super) fn reopen(&mut self) -> io::Result<()> {
        if let Self::File { path, file } = self {
            *file = Some(append(path)?);
        }
        Ok(())
    }

    /// Writes as much as it can; answers how much that was, and why it was not all.
    pub(super) fn write(&mut self, bytes: &[u8]) -> (usize, io::Result<()>) {
        match self {
            Self::Stdout => write_all(&mut io::stdout().lock(), bytes),
            Self::File { path, file } => match present(path, file) {
                Ok(file) => write_all(file, bytes),
                Err(error) => (0, Err(error)),
            },
        }
    }
}

fn append(path: &Path) -> io::Result<File> {
    OpenOptions::new().append(true).create(true).mode(MODE).open(path)
}

/// The open file; a new one, where the old one was deleted.
fn present<'a>(path: &Path, file: &'a mut Option<File>) -> io::Result<&'a mut File> {
    let is_there = file.as_ref().is_some_and(|file| file.metadata().is_ok_and(|found| found.nlink() > 0));
    if !is_there {
        *file = None;
        *file = Some(append(path)?);
    }
    Ok(file.as_mut().expect("it was opened"))
}

fn write_all(to: &mut impl Write, bytes: &[u8]) -> (usize, io::Result<()>) {
    let mut written = 0;
    while written < bytes.len() {
        match to.write(&bytes[written..]) {
            Ok(0) => return (written, Err(io::ErrorKind::WriteZero.into())),
            Ok(n) => written += n,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return (written, Err(error)),
        }
    }
    (written, to.flush())
}
