//! The one file that opens RocksDB.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use doorbuster_allocator_core::{Image, JournalRecord, Write};
use doorbuster_proto::{Commit, SaleId, Term};
use rocksdb::{
    ColumnFamily, DB, DBCompressionType, DBRecoveryMode, IteratorMode, MemtableFactory, Options, WriteBatch,
    WriteOptions,
};

use super::keys::{FAMILIES, JOURNAL, Key, PRESENTATIONS};
use super::load::load;
use super::record::{Corrupt, Record};
use super::unusable::{Found, Use, explained, holds_ledger, unusable};
use super::writer::put_all;
use super::{Backups, Error, LedgerStore};
use crate::publish::Presentation;

const WAL_BYTES_MAX: u64 = 256 << 20;
const LOG_FILES_MAX: usize = 8;

/// The ledger in RocksDB: one process, one folder, a column family per kind of row.
pub struct RocksStore {
    path: PathBuf,
    used_to: Use,
    db: Arc<DB>,
}

/// What a ledger holds that was read whole, and whose accounts add up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Checked {
    /// The last term that was taken.
    pub term: Term,
    /// The last commit.
    pub commit: Commit,
    /// How many sales.
    pub sales: usize,
    /// How many orders.
    pub orders: usize,
}

impl RocksStore {
    /// Opens the folder, and makes a ledger where it is not there or holds nothing.
    ///
    /// # Errors
    /// [`Error::InUse`] where another process has it, [`Error::Unusable`] where it holds anything but a sound ledger.
    pub fn open(folder: &Path) -> Result<Self, Error> {
        if !holds_ledger(folder, Use::Serve)? {
            tracing::warn!(data = %folder.display(), "no ledger found, a new one is made");
        }
        Self::open_or_make(folder)
    }

    /// Opens the ledger of the folder.
    ///
    /// # Errors
    /// As [`open`](Self::open), and [`Error::Missing`] where there is none.
    pub fn open_existing(folder: &Path) -> Result<Self, Error> {
        if !holds_ledger(folder, Use::Serve)? {
            return Err(Error::Missing { path: folder.to_owned() });
        }
        Self::open_or_make(folder)
    }

    /// Opens the folder to look at it, also while another process has it, and where it is a backup. Changes nothing in it.
    ///
    /// # Errors
    /// [`Error::Missing`] where there is no ledger, [`Error::Unusable`] where it is damaged.
    pub fn open_read_only(folder: &Path) -> Result<Self, Error> {
        if !holds_ledger(folder, Use::Read)? {
            return Err(Error::Missing { path: folder.to_owned() });
        }
        let db = DB::open_cf_with_opts_for_read_only(&options(), folder, families(), false);
        Self::opened(folder, Use::Read, db)
    }

    /// Reads all of it, and adds its accounts up.
    ///
    /// # Errors
    /// [`Error::Unusable`] where a row does not read, or the accounts do not add up.
    pub fn check(&self) -> Result<Checked, Error> {
        let image = self.load()?;
        image.check().map_err(|violation| unusable(&self.path, self.used_to, Found::Damage(violation.to_string())))?;
        self.presentations()?;
        self.journal().try_for_each(|record| record.map(drop)).map_err(|error| self.at_reading(error))?;
        let (sales, orders) = (image.sales.len(), image.orders.len());
        Ok(Checked { term: image.term, commit: image.commit, sales, orders })
    }

    /// Makes copies of it while it is used.
    pub fn backups(&self) -> Backups {
        Backups::of(self.path.clone(), Arc::downgrade(&self.db))
    }

    /// Goes through the whole journal in its order.
    ///
    /// # Errors
    /// The first [`Error`].
    pub fn journal(&self) -> impl Iterator<Item = Result<JournalRecord, Error>> + '_ {
        self.rows(JOURNAL, |_, bytes| JournalRecord::from_bytes(bytes))
    }

    /// Every row of a kind, in the order of the keys.
    pub(super) fn rows<'a, T: 'a>(
        &'a self,
        kind: &'static str,
        read: impl Fn(&[u8], &[u8]) -> Result<T, Corrupt> + 'a,
    ) -> impl Iterator<Item = Result<T, Error>> + 'a {
        self.db.iterator_cf(self.family(kind), IteratorMode::Start).map(move |row| {
            let (key, value) = row?;
            read(&key, &value).map_err(|source| Error::Corrupt { kind, key: key.escape_ascii().to_string(), source })
        })
    }

    /// One row.
    pub(super) fn row<T: Record>(&self, kind: &'static str, key: &[u8]) -> Result<Option<T>, Error> {
        let bytes = self.db.get_cf(self.family(kind), key)?;
        let corrupt = |source| Error::Corrupt { kind, key: key.escape_ascii().to_string(), source };
        bytes.map(|bytes| T::from_bytes(&bytes).map_err(corrupt)).transpose()
    }

    pub(super) fn family(&self, kind: &str) -> &ColumnFamily {
        self.db.cf_handle(kind).expect("every column family is opened with the store")
    }

    #[cfg(test)]
    pub(super) fn flush_tables(&self) {
        for name in FAMILIES {
            self.db.flush_cf(self.family(name)).expect("a flush succeeds");
        }
    }

    fn open_or_make(folder: &Path) -> Result<Self, Error> {
        let mut options = options();
        options.create_if_missing(true);
        options.create_missing_column_families(true);
        Self::opened(folder, Use::Serve, DB::open_cf_with_opts(&options, folder, families()))
    }

    fn opened(folder: &Path, used_to: Use, db: Result<DB, rocksdb::Error>) -> Result<Self, Error> {
        let db = db.map_err(|error| explained(folder, used_to, error))?;
        Ok(Self { path: folder.to_owned(), used_to, db: Arc::new(db) })
    }

    /// What does not read when all is read, in the runbook's words.
    fn at_reading(&self, error: Error) -> Error {
        match error {
            Error::Store(error) => explained(&self.path, self.used_to, error),
            Error::Corrupt { kind, source: Corrupt::Version(version), .. } => {
                unusable(&self.path, self.used_to, Found::OtherVersion(format!("a row of {kind} of version {version}")))
            }
            Error::Corrupt { kind, key, source } => {
                unusable(&self.path, self.used_to, Found::Damage(format!("row {key} of {kind}: {source}")))
            }
            other => other,
        }
    }

    fn write(&self, batch: WriteBatch, sync: bool) -> Result<(), Error> {
        let mut options = WriteOptions::default();
        options.set_sync(sync);
        Ok(self.db.write_opt(batch, &options)?)
    }
}

impl LedgerStore for RocksStore {
    fn load(&self) -> Result<Image, Error> {
        let image = load(self).map_err(|error| self.at_reading(error))?;
        // Nobody reads the journal but an audit, years later: what is damaged there is told while it can be mended.
        let journal = self.rows(JOURNAL, |_, _| Ok(())).try_for_each(|row| row);
        journal.map_err(|error| self.at_reading(error))?;
        Ok(image)
    }

    fn commit(&mut self, writes: &[Write], sync: bool) -> Result<(), Error> {
        let mut batch = WriteBatch::default();
        let families = FAMILIES.map(|name| self.family(name));
        put_all(&mut batch, writes, &families);
        self.write(batch, sync)
    }

    fn presentations(&self) -> Result<Vec<Presentation>, Error> {
        let read = |_: &[u8], bytes: &[u8]| {
            serde_json::from_slice(bytes).map_err(|error| Corrupt::Document(error.to_string()))
        };
        let found: Result<Vec<_>, _> = self.rows(PRESENTATIONS, read).collect();
        found.map_err(|error| self.at_reading(error))
    }

    fn put_presentation(&mut self, presentation: &Presentation) -> Result<(), Error> {
        let document = serde_json::to_vec(presentation).expect("texts and numbers are JSON");
        let mut batch = WriteBatch::default();
        batch.put_cf(self.family(PRESENTATIONS), Key::sale(&presentation.id), document);
        self.write(batch, true)
    }

    fn drop_presentation(&mut self, sale: &SaleId) -> Result<(), Error> {
        let mut batch = WriteBatch::default();
        batch.delete_cf(self.family(PRESENTATIONS), Key::sale(sale));
        self.write(batch, true)
    }
}

fn families() -> impl Iterator<Item = (&'static str, Options)> {
    FAMILIES.into_iter().map(|name| (name, options()))
}

fn options() -> Options {
    let mut options = Options::default();
    // A torn tail is what a power cut leaves. Anything else is damage, and must not pass for the end of the log.
    options.set_wal_recovery_mode(DBRecoveryMode::TolerateCorruptedTailRecords);
    // A log that is gone is damage too.
    options.set_track_and_verify_wals_in_manifest(true);
    options.set_compression_type(DBCompressionType::Lz4);
    options.set_max_total_wal_size(WAL_BYTES_MAX);
    options.set_keep_log_file_num(LOG_FILES_MAX);
    // Rows are read when the ledger is opened, and never after: what is new need not be kept in order until it is written to a
    // table. That takes a quarter of an order's cost away; one thread writes, which is what this asks for.
    options.set_allow_concurrent_memtable_write(false);
    options.set_memtable_factory(MemtableFactory::Vector);
    options
}
