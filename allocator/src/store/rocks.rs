//! The one file that opens RocksDB.

use std::path::Path;

use doorbuster_allocator_core::{Image, JournalRecord, Write};
use doorbuster_proto::SaleId;
use rocksdb::{ColumnFamily, DB, DBCompressionType, DBRecoveryMode, IteratorMode, Options, WriteBatch, WriteOptions};

use super::keys::Key;
use super::load::load;
use super::record::{Corrupt, Record};
use super::writer::put_all;
use super::{Error, LedgerStore};
use crate::publish::Presentation;

const PRESENTATIONS: &str = "presentations";
const JOURNAL: &str = "journal";
const FAMILIES: [&str; 11] = [
    "numbers",
    "sales",
    "halted",
    "accounts",
    "epochs",
    "totals",
    "down",
    "orders",
    "verdicts",
    JOURNAL,
    PRESENTATIONS,
];
const WAL_BYTES_MAX: u64 = 256 << 20;
const LOG_FILES_MAX: usize = 8;

/// The ledger in RocksDB: one process, one folder, a column family per kind of row.
pub struct RocksStore {
    db: DB,
}

impl RocksStore {
    /// Opens the folder, and makes it where it is not there.
    ///
    /// # Errors
    /// [`Error::Store`], also where another process has it.
    pub fn open(folder: &Path) -> Result<Self, Error> {
        let mut options = options();
        options.create_if_missing(true);
        options.create_missing_column_families(true);
        Ok(Self { db: DB::open_cf_with_opts(&options, folder, families())? })
    }

    /// Opens the folder to look at it, also while another process has it.
    ///
    /// # Errors
    /// [`Error::Store`] where there is no ledger.
    pub fn open_read_only(folder: &Path) -> Result<Self, Error> {
        Ok(Self { db: DB::open_cf_with_opts_for_read_only(&options(), folder, families(), false)? })
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

    fn write(&self, batch: WriteBatch, sync: bool) -> Result<(), Error> {
        let mut options = WriteOptions::default();
        options.set_sync(sync);
        Ok(self.db.write_opt(batch, &options)?)
    }
}

impl LedgerStore for RocksStore {
    fn load(&self) -> Result<Image, Error> {
        load(self)
    }

    fn commit(&mut self, writes: &[Write], sync: bool) -> Result<(), Error> {
        let mut batch = WriteBatch::default();
        put_all(&mut batch, writes, |kind| self.family(kind));
        self.write(batch, sync)
    }

    fn presentations(&self) -> Result<Vec<Presentation>, Error> {
        let read = |_: &[u8], bytes: &[u8]| {
            serde_json::from_slice(bytes).map_err(|error| Corrupt::Document(error.to_string()))
        };
        self.rows(PRESENTATIONS, read).collect()
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
    options.set_compression_type(DBCompressionType::Lz4);
    options.set_max_total_wal_size(WAL_BYTES_MAX);
    options.set_keep_log_file_num(LOG_FILES_MAX);
    options
}
