//! A backup is one commit, and a restored one is led on.

use std::fs;

use super::*;
use crate::store::{BackupError, Found, RestoreError, restore};

const NOW: Timestamp = Timestamp(5_000);

#[test]
fn a_backup_has_what_was_committed_before_it_and_nothing_after() {
    let folder = tempfile::tempdir().unwrap();
    let (data, to) = (folder.path().join("data"), folder.path().join("backup"));
    let mut store = written(&data);
    store.put_presentation(&presentation("first-light")).unwrap();
    let before = store.load().unwrap();
    store.backups().make(&to).unwrap();
    store.commit(&[Write::Commit(Commit(10)), Write::Order(order(7, None, None))], true).unwrap();
    let copy = RocksStore::open_read_only(&to).unwrap();
    assert_eq!(copy.load().unwrap(), before);
    assert_eq!(copy.presentations().unwrap(), [presentation("first-light")]);
    assert_eq!(copy.journal().count(), 1);
    assert_ne!(store.load().unwrap(), before);
}

#[test]
fn a_backup_never_writes_into_what_is_there() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let store = written(&data);
    let backups = store.backups();
    let there = folder.path().join("there");
    fs::create_dir(&there).unwrap();
    assert!(matches!(backups.make(&there), Err(BackupError::Exists(path)) if path == there));
    let (to, staging) = (folder.path().join("to"), folder.path().join("to.tmp"));
    fs::create_dir(&staging).unwrap();
    assert!(matches!(backups.make(&to), Err(BackupError::Exists(path)) if path == staging));
    assert!(matches!(backups.make(&data.join("within")), Err(BackupError::Within(_))));
    assert!(matches!(backups.make(&folder.path().join("no/where")), Err(BackupError::NoParent(_))));
    drop(store);
    assert!(matches!(backups.make(&folder.path().join("late")), Err(BackupError::Closed)));
}

#[test]
fn a_restored_ledger_is_the_backup_under_a_term_that_none_has_seen() {
    let folder = tempfile::tempdir().unwrap();
    let (data, backup) = (folder.path().join("data"), folder.path().join("backup"));
    let store = written(&data);
    store.backups().make(&backup).unwrap();
    let image = store.load().unwrap();
    drop(store);
    let occupied = restore(&backup, &data, NOW);
    assert!(matches!(occupied, Err(RestoreError::Occupied { .. })), "{occupied:?}");
    fs::rename(&data, folder.path().join("aside")).unwrap();

    let restored = restore(&backup, &data, NOW).unwrap();
    assert_eq!((restored.backup.term, restored.term), (image.term, Term(image.term.0 + (1 << 32))));
    let store = RocksStore::open(&data).unwrap();
    let mut found = store.load().unwrap();
    assert!(found.commit.0 > image.commit.0 + (1 << 31), "{}", found.commit);
    assert!(found.restored);
    (found.term, found.commit, found.restored) = (image.term, image.commit, false);
    assert_eq!(found, image);
    let last = store.journal().last().unwrap().unwrap();
    assert_eq!((last.at, last.why.as_str()), (NOW, "restore of commit 9: term 3 became 4294967299"));
    // The backup is as it was, and good for another time: the life after it is a third one.
    assert_eq!(RocksStore::open_read_only(&backup).unwrap().load().unwrap(), image);
    let again = |at| restore(&backup, &folder.path().join(format!("again-{at}")), Timestamp(at)).unwrap().term;
    let (first, second) = (again(1_790_000_000_000), again(1_790_000_001_000));
    assert!(restored.term < first && first.0 + 1_000_000 < second.0 && second.0 < 1 << 53);
}

#[test]
fn a_backup_is_not_served_until_it_is_restored() {
    let folder = tempfile::tempdir().unwrap();
    let (data, backup) = (folder.path().join("data"), folder.path().join("backup"));
    written(&folder.path().join("lost")).backups().make(&backup).unwrap();
    for refused in [RocksStore::open(&backup).err(), RocksStore::open_existing(&backup).err()] {
        let Some(Error::Unusable(refused)) = refused else { panic!("{refused:?}") };
        assert_eq!(refused.found, Found::Backup);
        assert!(refused.to_string().contains("expected a ledger, found a backup\n"), "{refused}");
        assert!(refused.to_string().contains("doorbuster-allocator restore"), "{refused}");
    }
    assert_eq!(RocksStore::open_read_only(&backup).unwrap().check().unwrap().orders, 5);
    restore(&backup, &data, NOW).unwrap();
    assert_eq!(RocksStore::open(&data).unwrap().check().unwrap().orders, 5);
    assert!(RocksStore::open(&backup).is_err(), "it is left as it was");
}

#[test]
fn whoever_reads_a_damaged_backup_is_not_told_what_the_service_is() {
    let folder = tempfile::tempdir().unwrap();
    let (data, backup) = (folder.path().join("data"), folder.path().join("backup"));
    written(&folder.path().join("lost")).backups().make(&backup).unwrap();
    fs::write(backup.join("CURRENT"), "MANIFEST-nothing\n").unwrap();
    let Err(RestoreError::Backup(refused)) = restore(&backup, &data, NOW) else { panic!("it is damaged") };
    let refused = refused.to_string();
    assert!(refused.contains("take an earlier one") && !refused.contains("start on an empty folder"), "{refused}");
}

#[test]
fn an_interrupted_restore_is_begun_anew_and_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let (data, backup) = (folder.path().join("data"), folder.path().join("backup"));
    written(&folder.path().join("lost")).backups().make(&backup).unwrap();
    let half = folder.path().join("data.restoring");
    fs::create_dir(&half).unwrap();
    fs::write(half.join("000009.sst"), "half").unwrap();
    fs::create_dir(&data).unwrap();
    restore(&backup, &data, NOW).unwrap();
    assert!(!half.exists());
    assert_eq!(RocksStore::open(&data).unwrap().check().unwrap().orders, 5);
}

#[test]
fn the_working_copy_of_a_restore_is_no_backup_and_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let half = folder.path().join("data.restoring");
    written(&folder.path().join("lost")).backups().make(&half).unwrap();
    let refused = restore(&half, &data, NOW);
    assert!(matches!(refused, Err(RestoreError::Leftover { .. })), "{refused:?}");
    assert_eq!(RocksStore::open_read_only(&half).unwrap().check().unwrap().orders, 5);
}

#[test]
fn what_is_no_sound_ledger_is_not_restored() {
    let folder = tempfile::tempdir().unwrap();
    let (data, backup) = (folder.path().join("data"), folder.path().join("backup"));
    let refused = |from: &Path| {
        let refused = restore(from, &data, NOW);
        assert!(matches!(refused, Err(RestoreError::Backup(_))), "{refused:?}");
        assert!(!data.exists());
    };
    refused(&folder.path().join("nowhere"));
    // Books that do not add up.
    let mut store = written(&folder.path().join("lost"));
    store.commit(&[Write::Account { sku: sku(), account: Account::Pool, units: units(81) }], true).unwrap();
    store.backups().make(&backup).unwrap();
    refused(&backup);
}
