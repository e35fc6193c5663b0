//! The ledger on disk: RocksDB behind a trait, so that another store can take its place.
//!
//! Owns keys and records. Never decides what is written, and never retries a write that failed.

mod backup;
mod keys;
mod load;
mod record;
mod records;
mod restore;
mod rocks;
mod unusable;
mod writer;

use std::path::{Path, PathBuf};

use doorbuster_allocator_core::{Image, Violation, Write};
use doorbuster_proto::SaleId;

use crate::publish::Presentation;
pub use backup::{BackupError, Backups};
pub use record::Corrupt;
pub use restore::{RestoreError, Restored, restore};
pub use rocks::{Checked, RocksStore};
pub use unusable::{Found, Unusable, Use};

/// What goes wrong with a store.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The store itself failed; after a failed write nobody knows what is on the disk.
    #[error("the ledger's store failed")]
    Store(#[from] rocksdb::Error),
    /// The folder cannot be read.
    #[error("cannot read the folder {}", path.display())]
    Folder {
        /// Which.
        path: PathBuf,
        /// The cause.
        source: std::io::Error,
    },
    /// Another process has it.
    #[error("{}: another process has the ledger", path.display())]
    InUse {
        /// The folder.
        path: PathBuf,
    },
    /// Nothing to look at.
    #[error("{}: expected a ledger, found none", path.display())]
    Missing {
        /// The folder.
        path: PathBuf,
    },
    /// The folder holds something that is not used as a ledger.
    #[error(transparent)]
    Unusable(#[from] Unusable),
    /// A row does not read.
    #[error("row {key} of {kind} is corrupt")]
    Corrupt {
        /// The kind of row.
        kind: &'static str,
        /// Its key, what is not ASCII escaped.
        key: String,
        /// The cause.
        source: Corrupt,
    },
}

impl Error {
    /// A ledger that was to be led on, whose rows read and do not add up.
    pub fn damaged(path: &Path, found: &Violation) -> Self {
        unusable::unusable(path, Use::Serve, Found::Damage(found.to_string()))
    }
}

/// Atomic commits of the ledger, and what shoppers see of its sales.
pub trait LedgerStore: Send {
    /// Reads the whole ledger.
    ///
    /// # Errors
    /// [`Error`] where the store fails or a row does not read.
    fn load(&self) -> Result<Image, Error>;

    /// Makes all of the writes, or none; with `sync`, so that they survive a power cut.
    ///
    /// # Errors
    /// [`Error::Store`]: the outcome is unknown, and the process must not go on.
    fn commit(&mut self, writes: &[Write], sync: bool) -> Result<(), Error>;

    /// Reads what shoppers see of every sale.
    ///
    /// # Errors
    /// [`Error`] where the store fails or a row does not read.
    fn presentations(&self) -> Result<Vec<Presentation>, Error>;

    /// Keeps what shoppers see of a sale, durably.
    ///
    /// # Errors
    /// [`Error::Store`], as with [`commit`](Self::commit).
    fn put_presentation(&mut self, presentation: &Presentation) -> Result<(), Error>;

    /// Forgets what shoppers see of a sale.
    ///
    /// # Errors
    /// [`Error::Store`], as with [`commit`](Self::commit).
    fn drop_presentation(&mut self, sale: &SaleId) -> Result<(), Error>;
}

/// Reads what shoppers see of the sales that the ledger knows. A presentation whose sale never reached the ledger is
/// what a crash left between the two writes of a publish: it is dropped.
///
/// # Errors
/// [`Error`] where the store fails or a row does not read.
pub fn settle_presentations(store: &mut dyn LedgerStore, image: &Image) -> Result<Vec<Presentation>, Error> {
    let (known, unknown): (Vec<_>, Vec<_>) =
        store.presentations()?.into_iter().partition(|sale| image.sales.contains_key(&sale.id));
    for sale in unknown {
        tracing::warn!(sale = %sale.id, "presentation of a sale that was never published dropped");
        store.drop_presentation(&sale.id)?;
    }
    Ok(known)
}

#[cfg(test)]
mod tests;
