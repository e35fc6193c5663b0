//! What goes wrong with the store.

use std::path::{Path, PathBuf};

use doorbuster_edge_core::RecoverError;
use doorbuster_proto::BadId;

use super::codec::BadRecord;
use super::unusable::{Found, Unusable, unusable};

/// Why the store cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The folder cannot be made, or not be read.
    #[error("cannot use the folder {}", .0.display())]
    Folder(PathBuf, #[source] std::io::Error),
    /// Another process has it.
    #[error("{}: another process has the edge's store", .0.display())]
    InUse(PathBuf),
    /// Nothing to look at.
    #[error("{}: expected an edge's store, found none", .0.display())]
    Missing(PathBuf),
    /// The folder holds something that is not used as the store.
    #[error(transparent)]
    Unusable(#[from] Unusable),
    /// RocksDB failed.
    #[error("the store failed")]
    Disk(#[from] rocksdb::Error),
    /// No random number for a fresh store.
    #[error("the system gives no random numbers")]
    Random(#[source] getrandom::Error),
    /// A record that this version cannot read.
    #[error("a record of {family} cannot be read")]
    Record {
        /// The kind of record.
        family: &'static str,
        /// What is wrong with it.
        #[source]
        source: BadRecord,
    },
    /// A key that is none.
    #[error("a key of {family} cannot be read")]
    Key {
        /// The kind of record.
        family: &'static str,
        /// What is wrong with it.
        #[source]
        source: BadId,
    },
}

impl Error {
    /// A store whose records read, and contradict each other.
    pub fn contradictory(path: &Path, found: &RecoverError) -> Self {
        unusable(path, Found::Damage(found.to_string()))
    }
}
