//! Copies of the ledger while it is used: RocksDB's checkpoints, which are one commit each.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Weak;

use rocksdb::DB;
use rocksdb::checkpoint::Checkpoint;

use super::unusable::mark_backup;

/// Makes copies, beside the thread that commits: RocksDB keeps the two apart. Cheap to clone.
#[derive(Clone)]
pub struct Backups {
    ledger: PathBuf,
    /// Whoever may ask for a copy keeps no ledger open.
    db: Weak<DB>,
}

/// Why there is no backup.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// It would be written into something that is there.
    #[error("expected a folder that is not there yet, found {}", .0.display())]
    Exists(PathBuf),
    /// Nowhere to put it.
    #[error("expected the folder {} to be there, to make the backup in it", .0.display())]
    NoParent(PathBuf),
    /// It would lie within what it copies.
    #[error("expected a folder outside the ledger's own, found {}", .0.display())]
    Within(PathBuf),
    /// Its owner has stopped.
    #[error("the ledger is closed: the allocator stops")]
    Closed,
    /// RocksDB failed.
    #[error("the checkpoint failed")]
    Checkpoint(#[from] rocksdb::Error),
    /// The copy may not outlive a power cut.
    #[error("the backup could not be made durable")]
    Durable(#[from] io::Error),
}

impl Backups {
    pub(super) fn of(ledger: PathBuf, db: Weak<DB>) -> Self {
        Self { ledger, db }
    }

    /// The folder of the ledger that is copied.
    pub fn ledger(&self) -> &Path {
        &self.ledger
    }

    /// Copies the ledger as it is now into a folder that is not there yet; durable on return. Takes as long as what is in
    /// memory alone takes to be written, while commits go on.
    ///
    /// # Errors
    /// [`BackupError`]; what was begun under the name with `.tmp` may be left, which is no backup.
    pub fn make(&self, to: &Path) -> Result<(), BackupError> {
        let parent = self.check(to)?;
        let db = self.db.upgrade().ok_or(BackupError::Closed)?;
        let staging = staging(to);
        Checkpoint::new(&db)?.create_checkpoint(&staging)?;
        mark_backup(&staging)?;
        // As closed to others as the ledger is.
        fs::set_permissions(&staging, fs::metadata(&self.ledger)?.permissions())?;
        sync_files(&staging)?;
        fs::rename(&staging, to)?;
        Ok(sync_folder(&parent)?)
    }

    fn check(&self, to: &Path) -> Result<PathBuf, BackupError> {
        let staging = staging(to);
        // RocksDB empties the folder that it builds the checkpoint in, whosever it is.
        let built_in = self::staging(&staging);
        if let Some(found) = [to, &staging, &built_in].into_iter().find(|path| path.symlink_metadata().is_ok()) {
            return Err(BackupError::Exists(found.to_owned()));
        }
        let parent = to.parent().unwrap_or(Path::new("/"));
        let parent = parent.canonicalize().map_err(|_| BackupError::NoParent(parent.to_owned()))?;
        let ledger = self.ledger.canonicalize()?;
        if parent.starts_with(&ledger) {
            return Err(BackupError::Within(to.to_owned()));
        }
        Ok(parent)
    }
}

/// Where it is before it is whole, and marked as a backup. RocksDB builds a checkpoint beside its place by the same name.
fn staging(to: &Path) -> PathBuf {
    to.with_file_name(format!("{}.tmp", to.file_name().unwrap_or_default().display()))
}

/// Makes every file of a folder durable, and that it is there.
pub(super) fn sync_files(folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        File::open(entry?.path())?.sync_all()?;
    }
    sync_folder(folder)
}

/// Makes durable which files a folder has.
pub(super) fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}
