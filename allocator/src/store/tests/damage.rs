//! A damaged ledger is refused, in words that help; and it is left as it is.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;

use rocksdb::DB;

use super::*;
use crate::store::Found;
use crate::store::record::VERSION;

/// A ledger with a row in a table and one in the log.
fn ledger(folder: &Path) {
    let mut store = written(folder);
    store.flush_tables();
    store.commit(&[Write::Order(order(8, None, None))], true).unwrap();
    store.commit(&[Write::Order(order(9, None, None))], true).unwrap();
}

fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.map(|path| (path.clone(), fs::read(path).unwrap())).collect()
}

/// The largest file whose name has this in it.
fn file(folder: &Path, part: &str) -> PathBuf {
    let is_it = |path: &PathBuf| path.file_name().is_some_and(|name| name.to_string_lossy().contains(part));
    files(folder).into_iter().filter(|(path, _)| is_it(path)).max_by_key(|(_, bytes)| bytes.len()).unwrap().0
}

fn flip(path: &Path, at: impl Fn(usize) -> usize) {
    let mut bytes = fs::read(path).unwrap();
    let at = at(bytes.len());
    bytes[at] ^= 0x20;
    fs::write(path, bytes).unwrap();
}

/// What is said of a ledger after it was damaged: at the opening, or when it is read.
fn refusal(damage: impl FnOnce(&Path)) -> (Found, String) {
    let folder = tempfile::tempdir().unwrap();
    ledger(folder.path());
    damage(folder.path());
    let tables = || files(folder.path()).into_keys().filter(|path| path.extension().is_some_and(|e| e == "sst"));
    let before: BTreeSet<_> = tables().collect();
    let refused = RocksStore::open(folder.path()).and_then(|store| store.load()).unwrap_err();
    assert!(before.is_subset(&tables().collect()), "nothing is thrown away");
    match refused {
        Error::Unusable(unusable) => (unusable.found.clone(), unusable.to_string()),
        other => panic!("{other:?}"),
    }
}

fn is_damage(damage: impl FnOnce(&Path)) -> String {
    let (found, said) = refusal(damage);
    assert!(matches!(found, Found::Damage(_)), "{said}");
    for words in ["Do not start on an empty folder", "doorbuster-allocator restore", "RUNBOOK.md"] {
        assert!(said.contains(words), "{said}");
    }
    said
}

#[test]
fn a_flipped_byte_in_a_table_is_found_when_all_is_read() {
    is_damage(|folder| flip(&file(folder, ".sst"), |_| 20));
}

#[test]
fn a_flipped_byte_in_the_log_is_not_taken_for_its_end() {
    is_damage(|folder| flip(&file(folder, ".log"), |_| 12));
    is_damage(|folder| flip(&file(folder, ".log"), |length| length - 3));
}

#[test]
fn a_log_that_is_torn_at_its_end_is_what_a_power_cut_leaves() {
    let folder = tempfile::tempdir().unwrap();
    ledger(folder.path());
    let log = file(folder.path(), ".log");
    let bytes = fs::read(&log).unwrap();
    fs::write(&log, &bytes[..bytes.len() - 5]).unwrap();
    let image = RocksStore::open(folder.path()).unwrap().load().unwrap();
    assert!(image.orders.contains_key(&OrderId([8; 16])) && !image.orders.contains_key(&OrderId([9; 16])));
}

#[test]
fn a_log_that_would_be_read_without_end_is_refused() {
    for part in [".log", "MANIFEST"] {
        let said = is_damage(|folder| {
            let path = file(folder, part);
            let bytes = [fs::read(&path).unwrap(), vec![8; 100]].concat();
            fs::write(path, bytes).unwrap();
        });
        assert!(said.contains("a record of kind 8, which is never written"), "{said}");
    }
}

#[test]
fn a_missing_table_is_told_by_its_name() {
    let said = is_damage(|folder| fs::remove_file(file(folder, ".sst")).unwrap());
    assert!(said.contains(".sst"), "{said}");
}

#[test]
fn a_ledger_without_a_part_is_not_begun_anew() {
    for (part, told) in [("CURRENT", "CURRENT"), ("MANIFEST", "MANIFEST-*"), (".log", "the log (*.log)")] {
        let remove = |folder: &Path| {
            let names = files(folder).into_keys();
            names.filter(|path| path.to_str().unwrap().contains(part)).for_each(|path| fs::remove_file(path).unwrap());
        };
        let (found, said) = refusal(remove);
        assert_eq!(found, Found::Lacks(told), "{said}");
        assert!(said.contains("begun anew") && said.contains("RUNBOOK.md"), "{said}");
    }
}

#[test]
fn a_manifest_that_does_not_read_is_damage() {
    is_damage(|folder| flip(&file(folder, "MANIFEST"), |length| length / 2));
    is_damage(|folder| fs::write(folder.join("CURRENT"), "MANIFEST-nothing\n").unwrap());
}

#[test]
fn other_versions_and_other_stores_are_told_by_name() {
    let (found, said) = refusal(|folder| {
        let mut db = DB::open_cf(&rocksdb::Options::default(), folder, crate::store::keys::FAMILIES).unwrap();
        db.create_cf("vouchers", &rocksdb::Options::default()).unwrap();
    });
    assert_eq!(found, Found::OtherVersion("records of kind vouchers".into()));
    assert!(said.contains("use the version of the allocator that has written it"), "{said}");

    let (found, _) = refusal(|folder| {
        let db = DB::open_cf(&rocksdb::Options::default(), folder, crate::store::keys::FAMILIES).unwrap();
        db.put_cf(db.cf_handle("orders").unwrap(), [5; 16], [VERSION + 1, 0]).unwrap();
    });
    assert_eq!(found, Found::OtherVersion(format!("a row of orders of version {}", VERSION + 1)));

    // An older version knew no batches of orders. It must find its ledger as it left it.
    let (found, _) = refusal(|folder| {
        let mut db = DB::open_cf(&rocksdb::Options::default(), folder, crate::store::keys::FAMILIES).unwrap();
        db.drop_cf("taken").unwrap();
    });
    assert_eq!(found, Found::OtherVersion("one without records of kind taken".into()));

    let folder = tempfile::tempdir().unwrap();
    let mut options = rocksdb::Options::default();
    options.create_if_missing(true);
    options.create_missing_column_families(true);
    drop(DB::open_cf(&options, folder.path(), ["meta", "shelf", "log", "status", "sale"]).unwrap());
    let refused = RocksStore::open(folder.path()).err().unwrap().to_string();
    assert!(refused.contains("found an edge's store") && refused.contains("`data` of the configuration"), "{refused}");
}

#[test]
fn a_ledger_that_does_not_add_up_is_damage() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = written(folder.path());
    store.commit(&[Write::Account { sku: sku(), account: Account::Sold, units: units(1) }], true).unwrap();
    let said = store.check().unwrap_err().to_string();
    assert!(said.contains("hold 109 units, and 108 were issued") && said.contains("RUNBOOK.md"), "{said}");
}

#[test]
fn a_ledger_in_use_is_not_damaged() {
    let folder = tempfile::tempdir().unwrap();
    let _used = written(folder.path());
    assert!(matches!(RocksStore::open(folder.path()), Err(Error::InUse { .. })));
}
