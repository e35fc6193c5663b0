//! A backup in the place of a lost ledger: checked, copied, and led on by terms and commits that the lost one cannot have
//! reached.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use doorbuster_allocator_core::{JournalRecord, Write};
use doorbuster_proto::{Commit, Term, Timestamp};

use super::backup::{sync_files, sync_folder};
use super::unusable::unmark_backup;
use super::{Checked, Error, LedgerStore as _, RocksStore};

/// Terms and commits go on at least so much higher. The lost ledger took one term a start and one commit a write after the
/// backup: nobody lives to see this many.
const RAISED_BY: u64 = 1 << 32;
/// And at least as high as the seconds since 1970, each with room for so many: one backup may be restored twice, and the
/// second life must not be taken for the first. Numbers stay below 2^53, which the console's JSON can hold.
const IN_A_SECOND: u64 = 1 << 20;

/// What was restored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Restored {
    /// The backup, as it was.
    pub backup: Checked,
    /// The term that is stored now; the next start takes the one after it.
    pub term: Term,
}

/// Why nothing was restored.
#[derive(Debug, thiserror::Error)]
pub enum RestoreError {
    /// There is something in the ledger's place.
    #[error(
        "expected {} to be missing or empty, found {found} in it: move the folder aside, whole; do not delete it, \
         it may be all that is left of some orders",
        path.display()
    )]
    Occupied {
        /// The ledger's folder.
        path: PathBuf,
        /// One of the names in it.
        found: String,
    },
    /// The backup cannot be used.
    #[error("the backup cannot be used; nothing was changed")]
    Backup(#[source] Error),
    /// The copy cannot be used.
    #[error("the copy of the backup cannot be used; it is left in {}", path.display())]
    Copy {
        /// The copy.
        path: PathBuf,
        /// The cause.
        source: Error,
    },
    /// What was given is what this command works on.
    #[error(
        "expected a backup, found {}, the working copy of a restore that was interrupted: give the backup itself, or \
         rename the folder",
        path.display()
    )]
    Leftover {
        /// The folder.
        path: PathBuf,
    },
    /// The numbers have no room left.
    #[error("expected a term and a commit that can be raised by {RAISED_BY}, found {0} and {1}")]
    Numbers(Term, Commit),
    /// Files could not be copied.
    #[error("the backup could not be copied")]
    Files(#[from] io::Error),
}

/// Puts a backup where the ledger should be: all of it, or nothing.
///
/// # Errors
/// [`RestoreError`]; the ledger's place is as it was.
pub fn restore(from: &Path, ledger: &Path, now: Timestamp) -> Result<Restored, RestoreError> {
    check_place(ledger)?;
    let backup = RocksStore::open_read_only(from).and_then(|store| store.check()).map_err(RestoreError::Backup)?;
    let parent = ledger.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::create_dir_all(parent)?;
    let copy = parent.join(format!("{}.restoring", ledger.file_name().unwrap_or_default().display()));
    if copy.exists() {
        if copy.canonicalize()? == from.canonicalize()? {
            return Err(RestoreError::Leftover { path: copy });
        }
        // By its name it is what an interrupted restore has left: a part of a backup.
        fs::remove_dir_all(&copy)?;
    }
    copy_files(from, &copy)?;
    unmark_backup(&copy)?;
    let term = raise(&copy, backup, now)?;
    sync_files(&copy)?;
    fs::rename(&copy, ledger)?;
    sync_folder(parent)?;
    Ok(Restored { backup, term })
}

fn check_place(ledger: &Path) -> Result<(), RestoreError> {
    let found = match fs::read_dir(ledger) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        entries => entries?.next().transpose()?,
    };
    match found {
        Some(entry) => {
            let found = entry.file_name().to_string_lossy().into_owned();
            Err(RestoreError::Occupied { path: ledger.to_owned(), found })
        }
        None => Ok(()),
    }
}

/// Copies, and does not link: the backup stays as it is, whatever becomes of the ledger.
fn copy_files(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir(to)?;
    fs::set_permissions(to, fs::metadata(from)?.permissions())?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        if entry.file_type()?.is_file() {
            fs::copy(entry.path(), to.join(entry.file_name()))?;
        }
    }
    sync_files(to)
}

/// The edges have seen terms of the lost ledger, and refuse lower ones. A site is known by the commit that published it,
/// so that commits must not come twice either.
fn raise(copy: &Path, backup: Checked, now: Timestamp) -> Result<Term, RestoreError> {
    let raised = |number: u64| number.checked_add(RAISED_BY).map(|raised| raised.max(now.0 / 1_000 * IN_A_SECOND));
    let numbers = raised(backup.term.0).zip(raised(backup.commit.0));
    let (term, commit) = numbers.ok_or(RestoreError::Numbers(backup.term, backup.commit))?;
    let (term, commit) = (Term(term), Commit(commit));
    let why = format!("restore of commit {}: term {} became {term}", backup.commit, backup.term);
    let record = JournalRecord { commit, index: 0, at: now, who: "operator".into(), why, transfers: Vec::new() };
    let writes = [Write::Term(term), Write::Commit(commit), Write::Restored(true), Write::Journal(record)];
    let written = RocksStore::open_existing(copy).and_then(|mut store| store.commit(&writes, true));
    written.map_err(|source| RestoreError::Copy { path: copy.to_owned(), source })?;
    Ok(term)
}
