//! The edge's disk: one RocksDB, a column family a kind of record.
//!
//! The only place of the edge that names rocksdb. Writes a batch whole or not at all; never decides anything.

mod codec;
mod error;
mod keys;
mod record;
#[cfg(test)]
mod tests;
mod unusable;

use std::path::{Path, PathBuf};

use doorbuster_edge_core::{Image, Write};
use doorbuster_proto::{BadId, DiskId};
use rocksdb::{ColumnFamily, ColumnFamilyDescriptor, DB, DBRecoveryMode, Options, WriteBatch, WriteOptions};

pub use self::codec::BadRecord;
use self::codec::{Skus, Writer};
pub use self::error::Error;
pub use self::unusable::{Found, Unusable};
use self::unusable::{explained, holds_store, unusable};

/// Every RocksDB has it; here it stays empty.
const DEFAULT: &str = "default";
const META: &str = "meta";
const SHELF: &str = "shelf";
const LOG: &str = "log";
const STATUS: &str = "status";
const SALE: &str = "sale";
const FAMILIES: [&str; 5] = [META, SHELF, LOG, STATUS, SALE];

/// Memory for what is not in a file yet, over all column families.
const WRITE_BUFFER_BYTES: usize = 64 << 20;
/// Above this the oldest records are flushed, so that a restart reads little.
const WAL_BYTES_MAX: u64 = 128 << 20;

/// One edge's records.
pub struct Store {
    path: PathBuf,
    db: DB,
    disk: DiskId,
    /// Where records are built; kept, so that it need not be asked for again.
    scratch: Vec<u8>,
}

impl Store {
    /// Opens the store, or makes one with an identity of its own where there is none.
    ///
    /// # Errors
    /// [`Error::InUse`] where another process has it, [`Error::Unusable`] where the folder holds anything but a sound
    /// store, [`Error::Disk`] where the disk fails.
    pub fn open(path: &Path) -> Result<Self, Error> {
        std::fs::create_dir_all(path).map_err(|source| Error::Folder(path.to_owned(), source))?;
        holds_store(path)?;
        let families = FAMILIES.map(|name| ColumnFamilyDescriptor::new(name, Options::default()));
        let db = DB::open_cf_descriptors(&options(), path, families).map_err(|error| explained(path, error))?;
        let mut store = Self { path: path.to_owned(), db, disk: DiskId(0), scratch: Vec::new() };
        store.disk = match store.read_disk()? {
            Some(disk) => disk,
            None if store.is_blank()? => make_disk(&store.db)?,
            None => return Err(nameless(path)),
        };
        Ok(store)
    }

    /// Opens a store that is not written meanwhile, to look at it; `None` for one that was never used. Changes nothing in
    /// the folder.
    ///
    /// # Errors
    /// [`Error::Missing`] where there is no store, [`Error::Unusable`] where it is damaged.
    pub fn open_read_only(path: &Path) -> Result<Option<Self>, Error> {
        if !holds_store(path)? {
            return Err(Error::Missing(path.to_owned()));
        }
        let db =
            DB::open_cf_for_read_only(&options(), path, FAMILIES, false).map_err(|error| explained(path, error))?;
        let store = Self { path: path.to_owned(), db, disk: DiskId(0), scratch: Vec::new() };
        match store.read_disk()? {
            Some(disk) => Ok(Some(Self { disk, ..store })),
            None if store.is_blank()? => Ok(None),
            None => Err(nameless(path)),
        }
    }

    /// The store's identity.
    pub fn disk(&self) -> DiskId {
        self.disk
    }

    /// Reads every record.
    ///
    /// # Errors
    /// [`Error::Unusable`] where a record cannot be read, [`Error::Disk`] where the disk fails.
    pub fn load(&self) -> Result<Image, Error> {
        self.read_all().map_err(|error| self.at_reading(error))
    }

    fn read_all(&self) -> Result<Image, Error> {
        let mut image = Image::default();
        if let Some(bytes) = self.db.get_cf(self.family(META), keys::META)? {
            image.meta = readable(META, record::read_meta(&bytes))?;
        }
        self.each(SHELF, |key, value| {
            image.shelves.insert(named(SHELF, keys::read_sku(key))?, readable(SHELF, record::read_shelf(value))?);
            Ok(())
        })?;
        let mut skus = Skus::default();
        self.each(LOG, |key, value| {
            image.log.insert(readable(LOG, keys::read_log(key))?, readable(LOG, record::read_log(value, &mut skus))?);
            Ok(())
        })?;
        self.each(STATUS, |key, value| {
            let (epoch, seq) = readable(STATUS, keys::read_log(key))?;
            let (status, backorder) = readable(STATUS, record::read_status(value))?;
            image.apply(&Write::Status { epoch, seq, status, backorder });
            Ok(())
        })?;
        self.each(SALE, |_, value| {
            let sale = readable(SALE, record::read_sale(value))?;
            image.sales.insert(sale.rules.sale.clone(), sale);
            Ok(())
        })?;
        Ok(image)
    }

    /// Writes all of this, or nothing; durable on return where `sync` is set.
    ///
    /// # Errors
    /// [`Error::Disk`]. What is on the disk is unknown then: the caller must not go on.
    pub fn write(&mut self, writes: &[Write], sync: bool) -> Result<(), Error> {
        let mut batch = WriteBatch::default();
        for write in writes {
            self.add(&mut batch, write);
        }
        let mut options = WriteOptions::default();
        options.set_sync(sync);
        Ok(self.db.write_opt(batch, &options)?)
    }

    /// Makes durable what was written without `sync`.
    ///
    /// # Errors
    /// [`Error::Disk`].
    pub fn flush(&self) -> Result<(), Error> {
        Ok(self.db.flush_wal(true)?)
    }

    fn add(&mut self, batch: &mut WriteBatch, write: &Write) {
        match write {
            Write::Begin => batch.delete_range_cf(self.family(SHELF), keys::FIRST, keys::PAST_ALL),
            Write::Meta(meta) => batch.put_cf(self.family(META), keys::META, record::write_meta(meta)),
            Write::Shelf(sku, shelf) => batch.put_cf(self.family(SHELF), keys::sku(sku), record::write_shelf(shelf)),
            Write::Log { epoch, seq, record } => {
                let built = record::write_log(Writer::over(std::mem::take(&mut self.scratch)), record);
                batch.put_cf(self.family(LOG), keys::log(*epoch, *seq), &built);
                self.scratch = built;
            }
            Write::Status { epoch, seq, status, backorder } => {
                let built = record::write_status(*status, *backorder);
                batch.put_cf(self.family(STATUS), keys::log(*epoch, *seq), built);
            }
            Write::Sale(sale) => {
                batch.put_cf(self.family(SALE), sale.rules.sale.as_str(), record::write_sale(sale));
            }
            Write::SaleGone(sale) => batch.delete_cf(self.family(SALE), sale.as_str()),
        }
    }

    fn each(&self, family: &str, mut take: impl FnMut(&[u8], &[u8]) -> Result<(), Error>) -> Result<(), Error> {
        let mut found = self.db.raw_iterator_cf(self.family(family));
        found.seek_to_first();
        while let Some((key, value)) = found.item() {
            take(key, value)?;
            found.next();
        }
        Ok(found.status()?)
    }

    fn family(&self, name: &str) -> &ColumnFamily {
        family(&self.db, name)
    }

    fn read_disk(&self) -> Result<Option<DiskId>, Error> {
        read_disk(&self.db).map_err(|error| self.at_reading(error))
    }

    fn is_blank(&self) -> Result<bool, Error> {
        for family in FAMILIES {
            let mut found = self.db.raw_iterator_cf(self.family(family));
            found.seek_to_first();
            if found.valid() {
                return Ok(false);
            }
            found.status().map_err(|error| explained(&self.path, error))?;
        }
        Ok(true)
    }

    /// What does not read when all is read, in the runbook's words.
    fn at_reading(&self, error: Error) -> Error {
        match error {
            Error::Disk(error) => explained(&self.path, error),
            Error::Record { family, source: BadRecord::Version(version) } => {
                unusable(&self.path, Found::OtherVersion(format!("a record of {family} of version {version}")))
            }
            Error::Record { family, source } => {
                unusable(&self.path, Found::Damage(format!("a record of {family}: {source}")))
            }
            Error::Key { family, source } => {
                unusable(&self.path, Found::Damage(format!("a key of {family}: {source}")))
            }
            other => other,
        }
    }
}

fn options() -> Options {
    let mut options = Options::default();
    options.create_if_missing(true);
    options.create_missing_column_families(true);
    // Point-in-time recovery could silently drop synced records behind damage in mid-log; this mode refuses to open.
    options.set_wal_recovery_mode(DBRecoveryMode::TolerateCorruptedTailRecords);
    // A log that is gone is damage too.
    options.set_track_and_verify_wals_in_manifest(true);
    options.set_db_write_buffer_size(WRITE_BUFFER_BYTES);
    options.set_max_total_wal_size(WAL_BYTES_MAX);
    options.set_keep_log_file_num(4);
    options
}

fn family<'a>(db: &'a DB, name: &str) -> &'a ColumnFamily {
    db.cf_handle(name).expect("every family is made when the store is opened")
}

fn read_disk(db: &DB) -> Result<Option<DiskId>, Error> {
    let bytes = db.get_cf(family(db, META), keys::DISK)?;
    bytes.map(|bytes| readable(META, record::read_disk(&bytes))).transpose()
}

fn make_disk(db: &DB) -> Result<DiskId, Error> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(Error::Random)?;
    let disk = DiskId(u128::from_be_bytes(bytes));
    let mut options = WriteOptions::default();
    options.set_sync(true);
    db.put_cf_opt(family(db, META), keys::DISK, record::write_disk(disk), &options)?;
    Ok(disk)
}

fn nameless(path: &Path) -> Error {
    unusable(path, Found::Damage("there are records, and no disk's identity".into()))
}

fn readable<T>(family: &'static str, found: Result<T, BadRecord>) -> Result<T, Error> {
    found.map_err(|source| Error::Record { family, source })
}

fn named<T>(family: &'static str, found: Result<T, BadId>) -> Result<T, Error> {
    found.map_err(|source| Error::Key { family, source })
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Store({})", self.disk)
    }
}
