//! Reads stores that nobody writes: of processes that have stopped, or backups. Changes nothing in them.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use doorbuster_allocator::store::{self as ledger, LedgerStore as _, RocksStore};
use doorbuster_edge::stock::store::{self as stock, Store};
use doorbuster_edge_core::Image;
use doorbuster_proto::DiskId;
use rustix::fs::{FlockOperation, fcntl_lock};

use super::stores::{Disk, Ledger, Stores};

/// Why there is nothing to audit.
#[derive(Debug, thiserror::Error)]
pub enum Unusable {
    /// Its process runs, and what is read would be torn.
    #[error(
        "{}: expected a store that nobody uses, found it in use: stop its process, or take a backup of the ledger \
         (`doorbuster-allocator backup`) and audit that",
        .0.display()
    )]
    InUse(PathBuf),
    /// The folder cannot be read.
    #[error("cannot read {}", .0.display())]
    Folder(PathBuf, #[source] io::Error),
    /// No ledger, or a damaged one.
    #[error("the ledger cannot be read")]
    Ledger(#[from] ledger::Error),
    /// No edge's store, or a damaged one.
    #[error("an edge's store cannot be read")]
    Edge(#[from] stock::Error),
}

/// Reads the allocator's data folder or a backup of it, and the data folders of edges.
///
/// # Errors
/// [`Unusable`].
pub fn open(allocator: &Path, edges: &[PathBuf]) -> Result<Stores, Unusable> {
    Ok(Stores {
        ledger: read_ledger(allocator)?,
        disks: edges.iter().map(|edge| read_disk(edge)).collect::<Result<_, _>>()?,
    })
}

fn read_ledger(folder: &Path) -> Result<Ledger, Unusable> {
    check_unused(folder)?;
    let store = RocksStore::open_read_only(folder)?;
    let image = store.load()?;
    // No invariant speaks of them, and the allocator does not start where one does not read.
    store.presentations()?;
    let journal = store.journal().collect::<Result<_, _>>()?;
    Ok(Ledger { image, journal })
}

fn read_disk(folder: &Path) -> Result<Disk, Unusable> {
    // An edge's data folder has its store, and its pages, in folders of their own.
    let within = folder.join("stock");
    let path = if within.is_dir() { within } else { folder.to_owned() };
    check_unused(&path)?;
    let name = folder.display().to_string();
    Ok(match Store::open_read_only(&path)? {
        Some(store) => Disk { name, id: store.disk(), image: store.load()? },
        None => Disk { name, id: DiskId(0), image: Image::default() },
    })
}

/// Asks for the lock that a process has while it uses a store, and gives it back.
fn check_unused(folder: &Path) -> Result<(), Unusable> {
    let failed = |error| Unusable::Folder(folder.to_owned(), error);
    let lock = match File::open(folder.join("LOCK")) {
        // A backup has none.
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        lock => lock.map_err(failed)?,
    };
    match fcntl_lock(&lock, FlockOperation::NonBlockingLockShared) {
        Ok(()) => Ok(()),
        Err(rustix::io::Errno::AGAIN | rustix::io::Errno::ACCESS) => Err(Unusable::InUse(folder.to_owned())),
        Err(error) => Err(failed(error.into())),
    }
}
