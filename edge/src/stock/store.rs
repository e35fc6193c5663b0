//! The edge's disk: one RocksDB, a column family a kind of record.
//!
//! The only place of the edge that names rocksdb. Writes a batch whole or not at all; never decides anything.

mod codec;
mod keys;
mod record;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};

use doorbuster_edge_core::{Image, Write};
use doorbuster_proto::{BadId, DiskId};
use rocksdb::{ColumnFamily, ColumnFamilyDescriptor, DB, DBRecoveryMode, Options, WriteBatch, WriteOptions};

pub use self::codec::BadRecord;
use self::codec::{Skus, Writer};

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

/// Why the store cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The folder cannot be made.
    #[error("cannot make the folder {0}")]
    Folder(PathBuf, #[source] std::io::Error),
    /// Another version of the edge made the store.
    #[error("{} is of another version of the edge: expected the records of this one, found {family}", path.display())]
    OtherVersion {
        /// The store.
        path: PathBuf,
        /// A kind of record that this version does not know.
        family: String,
    },
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

/// One edge's records.
pub struct Store {
    db: DB,
    disk: DiskId,
    /// Where records are built; kept, so that it need not be asked for again.
    scratch: Vec<u8>,
}

impl Store {
    /// Opens the store, or makes one with an identity of its own.
    ///
    /// # Errors
    /// [`Error`] when the disk fails, or is another process's.
    pub fn open(path: &Path) -> Result<Self, Error> {
        std::fs::create_dir_all(path).map_err(|source| Error::Folder(path.to_owned(), source))?;
        let families = FAMILIES.map(|name| ColumnFamilyDescriptor::new(name, Options::default()));
        check_families(path)?;
        let db = DB::open_cf_descriptors(&options(), path, families)?;
        let disk = match read_disk(&db)? {
            Some(disk) => disk,
            None => make_disk(&db)?,
        };
        Ok(Self { db, disk, scratch: Vec::new() })
    }

    /// Opens a store that is not written meanwhile, to look at it; `None` for one that was never used.
    ///
    /// # Errors
    /// [`Error`] when there is no store, or it cannot be read.
    pub fn open_read_only(path: &Path) -> Result<Option<Self>, Error> {
        let db = DB::open_cf_for_read_only(&options(), path, FAMILIES, false)?;
        Ok(read_disk(&db)?.map(|disk| Self { db, disk, scratch: Vec::new() }))
    }

    /// The store's identity.
    pub fn disk(&self) -> DiskId {
        self.disk
    }

    /// Reads every record.
    ///
    /// # Errors
    /// [`Error`] when the disk fails or a record cannot be read.
    pub fn load(&self) -> Result<Image, Error> {
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
            image
                .statuses
                .insert(readable(STATUS, keys::read_log(key))?, readable(STATUS, record::read_status(value))?);
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
            Write::Status { epoch, seq, status } => {
                batch.put_cf(self.family(STATUS), keys::log(*epoch, *seq), record::write_status(*status));
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
}

fn options() -> Options {
    let mut options = Options::default();
    options.create_if_missing(true);
    options.create_missing_column_families(true);
    // Point-in-time recovery could silently drop synced records behind damage in mid-log; this mode refuses to open.
    options.set_wal_recovery_mode(DBRecoveryMode::TolerateCorruptedTailRecords);
    options.set_db_write_buffer_size(WRITE_BUFFER_BYTES);
    options.set_max_total_wal_size(WAL_BYTES_MAX);
    options.set_keep_log_file_num(4);
    options
}

/// A store that another version of the edge has made is not touched.
fn check_families(path: &Path) -> Result<(), Error> {
    // A folder without a store has no families.
    let found = DB::list_cf(&Options::default(), path).unwrap_or_default();
    let other = found.into_iter().find(|name| name != DEFAULT && !FAMILIES.contains(&name.as_str()));
    other.map_or(Ok(()), |family| Err(Error::OtherVersion { path: path.to_owned(), family }))
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
