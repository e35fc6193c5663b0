//! Why a folder is not used as the ledger: looked at before RocksDB may touch it, and said in the runbook's words.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use doorbuster_config::{ForeignRecord, StoreFolder};
use rocksdb::{DB, ErrorKind, Options};

use super::Error;
use super::keys::FAMILIES;

/// Every RocksDB has it; here it stays empty.
const DEFAULT: &str = "default";
/// Column families that an edge's store has, and no ledger.
const OF_AN_EDGE: [&str; 2] = ["shelf", "log"];
const DAMAGED: &str = "\
  Do not start on an empty folder while edges hold stock, do not delete anything, and do not run a repair tool: what it \
cannot read it drops, and orders with it.
  Next: keep the folder, moved aside whole; bring the last backup in its place with `doorbuster-allocator restore`; start. \
An edge that is ahead of the backup halts what it may sell, everywhere: nothing is sold twice.
  RUNBOOK.md, \"The ledger is damaged\", has each step.";
const DAMAGED_COPY: &str = "\
  Do not delete it, and do not run a repair tool: what it cannot read it drops, and orders with it. It was looked at only.
  Next: if this is a backup, take an earlier one, or the ledger's own folder. If it is the ledger's own folder, keep it, moved \
aside whole, and bring the last backup in its place with `doorbuster-allocator restore`.
  RUNBOOK.md, \"The ledger is damaged\", has each step.";
const INCOMPLETE: &str = "\
  A ledger that is begun anew here would know of no unit that was granted or sold.
  Next: bring back what is missing, where it was moved or not copied. Else as with any damage:\n";
const OTHER_KIND: &str = "\
  Next: set `data` of the configuration to the ledger's own folder. Nothing was changed.";
const OTHER_KIND_OF_COPY: &str = "\
  Next: give the folder of a ledger, or of a backup of one. Nothing was changed.";
const OTHER_VERSION: &str = "\
  Do not convert or repair it. Next: use the version of the allocator that has written it. No record was changed.";
const BACKUP: &str = "\
  A backup that is served as it is would lead terms that the edges have seen, and grant units that they have sold.
  Next: put `data` where the ledger is; or, if that is lost, use `doorbuster-allocator restore --from` this folder. Nothing \
was changed.
  RUNBOOK.md, \"The ledger is damaged\", has each step.";

/// Made in the folder of a backup. A copy of that folder has it too.
const BACKUP_MARK: &str = "IS_A_BACKUP";
const BACKUP_WORDS: &str =
    "A backup of a ledger. Bring it back with `doorbuster-allocator restore`; do not start on it.\n";

/// What a ledger is opened for: it decides what there is to do where it cannot be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Use {
    /// To be led on.
    Serve,
    /// To be read, by a restore or an audit.
    Read,
}

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
    /// A backup that was not restored.
    Backup,
}

/// A folder that is not used, and what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}: {found}\n{}", path.display(), found.advice(*used_to))]
pub struct Unusable {
    /// The folder.
    pub path: PathBuf,
    /// What it was opened for.
    pub used_to: Use,
    /// What was found there.
    pub found: Found,
}

impl std::fmt::Display for Found {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Damage(found) => write!(f, "expected a sound ledger, found damage: {found}"),
            Self::Lacks(part) => write!(f, "expected a whole ledger, found one without {part}"),
            Self::OtherKind(kind) => write!(f, "expected a ledger, found {kind}"),
            Self::OtherVersion(found) => write!(f, "expected a ledger of this version, found {found}"),
            Self::Backup => write!(f, "expected a ledger, found a backup"),
        }
    }
}

impl Found {
    fn advice(&self, used_to: Use) -> String {
        let damaged = match used_to {
            Use::Serve => DAMAGED,
            Use::Read => DAMAGED_COPY,
        };
        match self {
            Self::Damage(_) => damaged.to_owned(),
            Self::Lacks(_) => format!("{INCOMPLETE}{damaged}"),
            Self::OtherKind(_) if used_to == Use::Read => OTHER_KIND_OF_COPY.to_owned(),
            Self::OtherKind(_) => OTHER_KIND.to_owned(),
            Self::OtherVersion(_) => OTHER_VERSION.to_owned(),
            Self::Backup => BACKUP.to_owned(),
        }
    }
}

/// Says whether the folder holds a ledger that may be used so; `false` where it holds nothing.
pub(super) fn holds_ledger(path: &Path, used_to: Use) -> Result<bool, Error> {
    let look = StoreFolder::look(path).map_err(|source| Error::Folder { path: path.to_owned(), source })?;
    match look {
        StoreFolder::Blank => Ok(false),
        StoreFolder::Lacks(part) => Err(unusable(path, used_to, Found::Lacks(part))),
        StoreFolder::Store if used_to == Use::Serve && path.join(BACKUP_MARK).exists() => {
            Err(unusable(path, used_to, Found::Backup))
        }
        StoreFolder::Store => {
            check_logs(path, used_to)?;
            check_families(path, used_to).map(|()| true)
        }
    }
}

fn check_logs(path: &Path, used_to: Use) -> Result<(), Error> {
    let found = ForeignRecord::find(path).map_err(|source| Error::Folder { path: path.to_owned(), source })?;
    found.map_or(Ok(()), |record| Err(unusable(path, used_to, Found::Damage(record.to_string()))))
}

/// Marks a copy of a ledger as a backup, which is not served.
pub(super) fn mark_backup(path: &Path) -> io::Result<()> {
    fs::write(path.join(BACKUP_MARK), BACKUP_WORDS)
}

/// Takes the mark off, where there is one.
pub(super) fn unmark_backup(path: &Path) -> io::Result<()> {
    match fs::remove_file(path.join(BACKUP_MARK)) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// What RocksDB says at the opening, in the runbook's words where it is damage.
pub(super) fn explained(path: &Path, used_to: Use, error: rocksdb::Error) -> Error {
    let text = error.as_ref();
    let is_missing = text.contains("No such file");
    match error.kind() {
        ErrorKind::IOError if is_locked(text) => Error::InUse { path: path.to_owned() },
        // The disk itself, or the right to read it.
        ErrorKind::IOError if !is_missing => Error::Store(error),
        _ => unusable(path, used_to, Found::Damage(text.to_owned())),
    }
}

/// What the lock of a store says whose process runs. Any error names the path, and a path may have any name.
fn is_locked(text: &str) -> bool {
    ["/LOCK: Resource temporarily unavailable", "/LOCK: No locks available"].iter().any(|lock| text.contains(lock))
}

pub(super) fn unusable(path: &Path, used_to: Use, found: Found) -> Error {
    Error::Unusable(Unusable { path: path.to_owned(), used_to, found })
}

fn check_families(path: &Path, used_to: Use) -> Result<(), Error> {
    let names = DB::list_cf(&Options::default(), path).map_err(|error| explained(path, used_to, error))?;
    let is_known = |name: &String| name == DEFAULT || FAMILIES.contains(&name.as_str());
    if OF_AN_EDGE.iter().all(|family| names.iter().any(|name| name == family)) {
        return Err(unusable(path, used_to, Found::OtherKind("an edge's store")));
    }
    if let Some(name) = names.iter().find(|name| !is_known(name)) {
        return Err(unusable(path, used_to, Found::OtherVersion(format!("records of kind {name}"))));
    }
    // They are made in this order: where one is missing before another, no interrupted start of this version left it out.
    let is_missing = |family: &&str| !names.iter().any(|name| name == family);
    let first_missing = FAMILIES.iter().position(is_missing).unwrap_or(FAMILIES.len());
    let from_there = &FAMILIES[first_missing..];
    if !from_there.iter().all(is_missing) {
        let found = format!("one without records of kind {}", from_there[0]);
        return Err(unusable(path, used_to, Found::OtherVersion(found)));
    }
    Ok(())
}
