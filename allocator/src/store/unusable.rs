//! Why a folder is not used as the ledger: looked at before RocksDB may touch it, and said in the runbook's words.

use std::path::{Path, PathBuf};

use doorbuster_config::StoreFolder;
use rocksdb::{DB, ErrorKind, Options};

use super::Error;
use super::rocks::FAMILIES;

/// Every RocksDB has it; here it stays empty.
const DEFAULT: &str = "default";
/// Column families that an edge's store has, and no ledger.
const OF_AN_EDGE: [&str; 2] = ["shelf", "log"];
const DAMAGED: &str = "\
  Do not start on an empty folder while edges hold stock, do not delete anything, and do not run a repair tool: what it \
cannot read it drops, and orders with it.
  Next: keep the folder, moved aside whole; bring the last backup in its place with `doorbuster-allocator restore`; start. \
Edges that are ahead of the backup halt their SKUs, and nothing of these is sold twice.
  RUNBOOK.md, \"The ledger is damaged\", has each step.";
const INCOMPLETE: &str = "\
  A ledger that is begun anew here would know of no unit that was granted or sold.
  Next: bring back what is missing, where it was moved or not copied. Else as with any damage:\n";
const OTHER_KIND: &str = "\
  Next: set `data` of the configuration to the ledger's own folder. Nothing was changed.";
const OTHER_VERSION: &str = "\
  Do not convert or repair it. Next: start the version of the allocator that has written it. No record was changed.";

/// What makes a folder unusable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// Records or files that do not read, or that contradict each other.
    Damage(String),
    /// A part of a ledger, without this.
    Lacks(&'static str),
    /// Another kind of store.
    OtherKind(&'static str),
    /// A ledger that another version has made.
    OtherVersion(String),
}

/// A folder that is not used, and what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}: {found}", path.display())]
pub struct Unusable {
    /// The folder.
    pub path: PathBuf,
    /// What was found there.
    pub found: Found,
}

impl std::fmt::Display for Found {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Damage(found) => write!(f, "expected a sound ledger, found damage: {found}\n{DAMAGED}"),
            Self::Lacks(part) => {
                write!(f, "expected a whole ledger, found one without {part}\n{INCOMPLETE}{DAMAGED}")
            }
            Self::OtherKind(kind) => write!(f, "expected a ledger, found {kind}\n{OTHER_KIND}"),
            Self::OtherVersion(found) => {
                write!(f, "expected a ledger of this version, found {found}\n{OTHER_VERSION}")
            }
        }
    }
}

/// Says whether the folder holds a ledger; `false` where it holds nothing.
pub(super) fn holds_ledger(path: &Path) -> Result<bool, Error> {
    let look = StoreFolder::look(path).map_err(|source| Error::Folder { path: path.to_owned(), source })?;
    match look {
        StoreFolder::Blank => Ok(false),
        StoreFolder::Lacks(part) => Err(unusable(path, Found::Lacks(part))),
        StoreFolder::Store => check_families(path).map(|()| true),
    }
}

/// What RocksDB says at the opening, in the runbook's words where it is damage.
pub(super) fn explained(path: &Path, error: rocksdb::Error) -> Error {
    let text = error.as_ref();
    let is_missing = text.contains("No such file");
    match error.kind() {
        ErrorKind::IOError if is_locked(text) => Error::InUse { path: path.to_owned() },
        // The disk itself, or the right to read it.
        ErrorKind::IOError if !is_missing => Error::Store(error),
        _ => unusable(path, Found::Damage(text.to_owned())),
    }
}

/// What the lock of a store says whose process runs. Any error names the path, and a path may have any name.
fn is_locked(text: &str) -> bool {
    ["/LOCK: Resource temporarily unavailable", "/LOCK: No locks available"].iter().any(|lock| text.contains(lock))
}

pub(super) fn unusable(path: &Path, found: Found) -> Error {
    Error::Unusable(Unusable { path: path.to_owned(), found })
}

fn check_families(path: &Path) -> Result<(), Error> {
    let names = DB::list_cf(&Options::default(), path).map_err(|error| explained(path, error))?;
    let is_known = |name: &String| name == DEFAULT || FAMILIES.contains(&name.as_str());
    if OF_AN_EDGE.iter().all(|family| names.iter().any(|name| name == family)) {
        return Err(unusable(path, Found::OtherKind("an edge's store")));
    }
    match names.into_iter().find(|name| !is_known(name)) {
        Some(name) => Err(unusable(path, Found::OtherVersion(format!("records of kind {name}")))),
        None => Ok(()),
    }
}
