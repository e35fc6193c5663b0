//! Why a folder is not used as the edge's store: looked at before RocksDB may touch it, and said in the runbook's words.

use std::fmt;
use std::path::{Path, PathBuf};

use doorbuster_config::{ForeignRecord, StoreFolder};
use rocksdb::{DB, ErrorKind, Options};

use super::{DEFAULT, Error, FAMILIES};

/// Column families that a ledger has, and no edge's store.
const OF_A_LEDGER: [&str; 2] = ["accounts", "journal"];
const DAMAGED: &str = "\
  Do not delete it, do not put an older copy in its place, and do not run a repair tool: what it cannot read it drops, and \
this folder may hold orders that are nowhere else.
  Next: move the folder aside, whole; run `audit` on it; start the edge without it. To the allocator that is a new disk: \
it fences the old epoch, takes back what that cannot have sold, and keeps at most W units of each SKU in quarantine until \
the old disk speaks or an operator writes it off.
  RUNBOOK.md, \"An edge's store is damaged\", has each step.";
const INCOMPLETE: &str = "\
  A store that is begun anew in here would hide what is left of the old one.
  Next: bring back what is missing, where it was moved or not copied. Else as with any damage:\n";
const OTHER_KIND: &str = "\
  Next: set `data` of the configuration to the edge's own folder. Nothing was changed.";
const OTHER_VERSION: &str = "\
  Do not convert or repair it. Next: start the version of the edge that has written it. No record was changed.";

/// What makes a folder unusable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// Records or files that do not read, or that contradict each other.
    Damage(String),
    /// A part of a store, without this.
    Lacks(&'static str),
    /// Another kind of store.
    OtherKind(&'static str),
    /// A store that another version has made.
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

impl fmt::Display for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Damage(found) => write!(f, "expected a sound store of an edge, found damage: {found}\n{DAMAGED}"),
            Self::Lacks(part) => {
                write!(f, "expected a whole store of an edge, found one without {part}\n{INCOMPLETE}{DAMAGED}")
            }
            Self::OtherKind(kind) => write!(f, "expected an edge's store, found {kind}\n{OTHER_KIND}"),
            Self::OtherVersion(found) => {
                write!(f, "expected a store of this version of the edge, found {found}\n{OTHER_VERSION}")
            }
        }
    }
}

/// Says whether the folder holds a store; `false` where it holds nothing.
pub(super) fn holds_store(path: &Path) -> Result<bool, Error> {
    let look = StoreFolder::look(path).map_err(|source| Error::Folder(path.to_owned(), source))?;
    match look {
        StoreFolder::Blank => Ok(false),
        StoreFolder::Lacks(part) => Err(unusable(path, Found::Lacks(part))),
        StoreFolder::Store => check_logs(path).and_then(|()| check_families(path)).map(|()| true),
    }
}

fn check_logs(path: &Path) -> Result<(), Error> {
    let found = ForeignRecord::find(path).map_err(|source| Error::Folder(path.to_owned(), source))?;
    found.map_or(Ok(()), |record| Err(unusable(path, Found::Damage(record.to_string()))))
}

/// What RocksDB says at the opening, in the runbook's words where it is damage.
pub(super) fn explained(path: &Path, error: rocksdb::Error) -> Error {
    let text = error.as_ref();
    let is_missing = text.contains("No such file");
    match error.kind() {
        ErrorKind::IOError if is_locked(text) => Error::InUse(path.to_owned()),
        // The disk itself, or the right to read it.
        ErrorKind::IOError if !is_missing => Error::Disk(error),
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
    if OF_A_LEDGER.iter().all(|family| names.iter().any(|name| name == family)) {
        return Err(unusable(path, Found::OtherKind("an allocator's ledger")));
    }
    match names.into_iter().find(|name| name != DEFAULT && !FAMILIES.contains(&name.as_str())) {
        Some(name) => Err(unusable(path, Found::OtherVersion(format!("records of kind {name}")))),
        None => Ok(()),
    }
}
