//! A damaged store is refused, in words that help; and it is left as it is.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use doorbuster_proto::{Epoch, Seq};
use rocksdb::{DB, Options};

use super::super::{Error, FAMILIES, Found, Store};
use super::{batches, log, placed};

/// A store with rows in tables and in the log.
fn store(folder: &Path) {
    let mut store = Store::open(folder).unwrap();
    store.write(&batches()[0], true).unwrap();
    store.write(&batches()[1], true).unwrap();
    for family in FAMILIES {
        store.db.flush_cf(store.family(family)).unwrap();
    }
    store.write(&[log(3, 258, placed())], true).unwrap();
    store.write(&[log(3, 259, placed())], true).unwrap();
}

fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.map(|path| (path.clone(), fs::read(path).unwrap())).collect()
}

/// The largest file whose name has this in it.
fn file(folder: &Path, part: &str) -> PathBuf {
    let found =
        files(folder).into_iter().filter(|(path, _)| path.file_name().unwrap().to_str().unwrap().contains(part));
    found.max_by_key(|(_, bytes)| bytes.len()).unwrap().0
}

fn flip(path: &Path, at: impl Fn(usize) -> usize) {
    let mut bytes = fs::read(path).unwrap();
    let at = at(bytes.len());
    bytes[at] ^= 0x20;
    fs::write(path, bytes).unwrap();
}

/// What is said of a store after it was damaged: at the opening, or when it is read.
fn refusal(damage: impl FnOnce(&Path)) -> (Found, String) {
    let folder = tempfile::tempdir().unwrap();
    store(folder.path());
    damage(folder.path());
    match Store::open(folder.path()).and_then(|store| store.load()).unwrap_err() {
        Error::Unusable(unusable) => (unusable.found.clone(), unusable.to_string()),
        other => panic!("{other:?}"),
    }
}

fn is_damage(damage: impl FnOnce(&Path)) -> String {
    let (found, said) = refusal(damage);
    assert!(matches!(found, Found::Damage(_)), "{said}");
    for words in ["Do not delete it", "run `audit` on it", "at most W units of each SKU", "RUNBOOK.md"] {
        assert!(said.contains(words), "{said}");
    }
    said
}

#[test]
fn a_flipped_byte_is_found_in_a_table_and_in_the_log() {
    is_damage(|folder| flip(&file(folder, ".sst"), |_| 20));
    is_damage(|folder| flip(&file(folder, ".log"), |_| 12));
    is_damage(|folder| flip(&file(folder, ".log"), |length| length - 3));
}

#[test]
fn a_log_that_is_torn_at_its_end_is_what_a_power_cut_leaves() {
    let folder = tempfile::tempdir().unwrap();
    store(folder.path());
    let torn = file(folder.path(), ".log");
    let bytes = fs::read(&torn).unwrap();
    fs::write(&torn, &bytes[..bytes.len() - 5]).unwrap();
    let image = Store::open(folder.path()).unwrap().load().unwrap();
    let has = |seq| image.log.contains_key(&(Epoch(3), Seq(seq)));
    assert!(has(258) && !has(259));
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
fn a_store_without_a_part_is_not_begun_anew() {
    for (part, told) in [("CURRENT", "CURRENT"), ("MANIFEST", "MANIFEST-*"), (".log", "the log (*.log)")] {
        let (found, said) = refusal(|folder| {
            let names = files(folder).into_keys();
            names.filter(|path| path.to_str().unwrap().contains(part)).for_each(|path| fs::remove_file(path).unwrap());
        });
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
fn records_without_the_disks_identity_are_no_new_disk() {
    is_damage(|folder| {
        let db = DB::open_cf(&Options::default(), folder, FAMILIES).unwrap();
        db.delete_cf(db.cf_handle("meta").unwrap(), super::super::keys::DISK).unwrap();
        drop(db);
        let looked_at = Store::open_read_only(folder);
        assert!(matches!(looked_at, Err(Error::Unusable(_))), "an audit sees it too: {looked_at:?}");
    });
}

#[test]
fn other_versions_and_other_stores_are_told_by_name() {
    let (found, _) = refusal(|folder| {
        let db = DB::open_cf(&Options::default(), folder, FAMILIES).unwrap();
        db.put_cf(db.cf_handle("shelf").unwrap(), b"s\0a", [2, 0]).unwrap();
    });
    assert_eq!(found, Found::OtherVersion("a record of shelf of version 2".into()));

    let folder = tempfile::tempdir().unwrap();
    let mut options = Options::default();
    options.create_if_missing(true);
    options.create_missing_column_families(true);
    drop(DB::open_cf(&options, folder.path(), ["accounts", "journal", "orders"]).unwrap());
    let refused = Store::open(folder.path()).unwrap_err().to_string();
    assert!(
        refused.contains("found an allocator's ledger") && refused.contains("`data` of the configuration"),
        "{refused}"
    );
}

#[test]
fn a_store_in_use_is_not_damaged() {
    let folder = tempfile::tempdir().unwrap();
    let _used = Store::open(folder.path()).unwrap();
    assert!(matches!(Store::open(folder.path()), Err(Error::InUse(_))));
    assert!(matches!(Store::open_read_only(&folder.path().join("nowhere")), Err(Error::Missing(_))));
}
