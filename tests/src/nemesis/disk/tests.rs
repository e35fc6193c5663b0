//! The library is preloaded into small programs; what it wrote down is played on their files.

use std::os::unix::fs::MetadataExt as _;
use std::process::{Command, Output};
use std::sync::LazyLock;
use std::time::{SystemTime, UNIX_EPOCH};

use tempfile::TempDir;

use super::journal::Event;
use super::*;

/// Built once for all tests.
static LIBRARY: LazyLock<(TempDir, PathBuf)> = LazyLock::new(|| {
    let folder = tempfile::tempdir().unwrap();
    let library = build_library(folder.path()).unwrap();
    (folder, library)
});

struct Rig {
    folder: TempDir,
    disk: Disk,
}

impl Rig {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("root");
        fs::create_dir(&root).unwrap();
        let disk = Disk::new(&root, &folder.path().join("controls"), "one").unwrap();
        Self { folder, disk }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join("root").join(name)
    }

    fn run(&self, program: &str, arguments: &[&str]) -> Output {
        let environment = self.disk.environment(&LIBRARY.1);
        Command::new(program).args(arguments).envs(environment).env("LC_ALL", "C").output().unwrap()
    }

    /// Writes so many KiB to a file, from its end on; durably, or not.
    fn write(&self, name: &str, kib: u64, syncs: bool) -> Output {
        let (of, count) = (format!("of={}", self.path(name).display()), format!("count={kib}"));
        let appends = ["if=/dev/zero", &of, "bs=1K", &count, "oflag=append"];
        self.run("dd", &[&appends[..], &[if syncs { "conv=notrunc,fsync" } else { "conv=notrunc" }]].concat())
    }

    fn sync_names(&self) {
        assert!(self.run("sync", &[self.path("").to_str().unwrap().trim_end_matches('/')]).status.success());
    }

    fn kib(&self, name: &str) -> Option<f64> {
        fs::metadata(self.path(name)).ok().map(|about| about.len() as f64 / 1024.0)
    }

    /// Cuts the power again and again, each time after `before` on a fresh disk, and gives what was seen.
    fn cuts<T: PartialEq>(before: impl Fn(&mut Self), see: impl Fn(&Self) -> T) -> Vec<T> {
        let mut seen = Vec::new();
        for seed in 0..12 {
            let mut rig = Self::new();
            before(&mut rig);
            rig.disk.cut_power(&mut Dice::new(seed)).unwrap();
            let found = see(&rig);
            if !seen.contains(&found) {
                seen.push(found);
            }
        }
        seen
    }
}

fn says(output: &Output, text: &str) -> bool {
    !output.status.success() && String::from_utf8_lossy(&output.stderr).contains(text)
}

#[test]
fn a_power_cut_keeps_what_was_synced_and_at_most_a_part_of_the_rest() {
    let write = |rig: &mut Rig| {
        rig.write("log", 4, true);
        rig.sync_names();
        rig.write("log", 8, false);
    };
    let seen = Rig::cuts(write, |rig| rig.kib("log").unwrap());
    assert!(seen.iter().all(|kib| (4.0..12.0).contains(kib)), "{seen:?}");
    assert!(seen.contains(&4.0) && seen.len() > 1, "nothing was torn: {seen:?}");
}

#[test]
fn a_file_whose_name_was_not_synced_may_be_gone() {
    let write = |rig: &mut Rig| drop(rig.write("new", 4, true));
    let seen = Rig::cuts(write, |rig| rig.kib("new"));
    assert!(seen.len() == 2 && seen.contains(&None) && seen.contains(&Some(4.0)), "{seen:?}");
}

#[test]
fn a_disk_that_lies_loses_what_it_said_was_synced() {
    let write = |rig: &mut Rig| {
        rig.write("1.log", 4, true);
        rig.sync_names();
        rig.disk.behave(|disk| disk.syncs = Syncs::Lie).unwrap();
        assert!(rig.write("1.log", 8, true).status.success());
    };
    let seen = Rig::cuts(write, |rig| rig.kib("1.log").unwrap());
    assert!(seen.contains(&4.0), "{seen:?}");
}

#[test]
fn a_sync_that_fails_says_so_and_is_counted() {
    let mut rig = Rig::new();
    rig.disk.behave(|disk| disk.syncs = Syncs::Fail).unwrap();
    assert!(says(&rig.write("log", 4, true), "Input/output error"));
    assert_eq!(rig.disk.failed_syncs().unwrap(), 1);
    rig.disk.behave(|disk| disk.syncs = Syncs::Work).unwrap();
    assert!(rig.write("log", 4, true).status.success());
}

#[test]
fn a_full_disk_takes_no_byte_and_no_file() {
    let mut rig = Rig::new();
    rig.write("log", 4, true);
    rig.disk.behave(|disk| disk.full = true).unwrap();
    assert!(says(&rig.write("log", 4, false), "No space left on device"));
    assert!(says(&rig.write("new", 4, false), "No space left on device"));
    assert_eq!((rig.kib("log"), rig.kib("new")), (Some(4.0), None));
}

#[test]
fn a_clock_is_as_far_off_as_it_is_told() {
    let mut rig = Rig::new();
    let off_s = |rig: &Rig| {
        let told = String::from_utf8(rig.run("date", &["+%s"]).stdout).unwrap().trim().parse::<i64>().unwrap();
        told - SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs().cast_signed()
    };
    rig.disk.behave(|disk| disk.clock_shift_ms = 3_600_000).unwrap();
    assert!((3_598..=3_601).contains(&off_s(&rig)));
    rig.disk.behave(|disk| disk.clock_shift_ms = -1_500).unwrap();
    assert!((-4..=-1).contains(&off_s(&rig)));
}

#[test]
fn a_wiped_disk_is_empty() {
    let mut rig = Rig::new();
    rig.write("log", 4, true);
    rig.disk.wipe().unwrap();
    assert_eq!(rig.kib("log"), None);
    assert_eq!(rig.disk.cut_power(&mut Dice::new(1)).unwrap(), Loss::default());
}

/// Renames and removals as the library writes them down, made here on the files themselves.
#[test]
fn changes_of_names_are_undone_in_reverse_order() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    let kept = root.join(".kept");
    fs::create_dir(&kept).unwrap();
    let at = |name: &str| root.join(name);
    fs::write(at("current"), "old").unwrap();
    fs::write(at("gone"), "back").unwrap();
    let mut lengths = cut::lengths(root, &kept).unwrap();
    let mut events = Vec::new();
    fs::write(at("next"), "new").unwrap();
    let inode = fs::metadata(at("next")).unwrap().ino();
    events.push(Event::Created { path: at("next"), inode });
    events.push(Event::Synced { inode, length: 3 });
    fs::hard_link(at("current"), kept.join("1")).unwrap();
    fs::rename(at("next"), at("current")).unwrap();
    events.push(Event::Renamed { from: at("next"), to: at("current"), kept: Some(kept.join("1")) });
    fs::rename(at("gone"), kept.join("2")).unwrap();
    events.push(Event::Removed { path: at("gone"), kept: Some(kept.join("2")) });
    let durable = Durable::of(std::mem::take(&mut lengths)).after(events);
    // The dice that let no change survive.
    let mut dice = (0..1_000).map(Dice::new).find(|dice| dice.clone().below(4) == 0).unwrap();
    assert_eq!(cut::power(root, &kept, &durable, &mut dice).unwrap(), Loss { bytes: 0, names: 3 });
    assert_eq!(fs::read_to_string(at("current")).unwrap(), "old");
    assert_eq!(fs::read_to_string(at("gone")).unwrap(), "back");
    assert!(!at("next").exists());
}

#[test]
fn a_synced_folder_keeps_its_names_and_no_other_folders() {
    let made = |path: &str, inode| Event::Created { path: path.into(), inode };
    let synced = Event::FolderSynced { path: "/data/stock".into() };
    let events = vec![made("/data/stock/1", 1), made("/data/site/1", 2), synced, made("/data/stock/2", 3)];
    let durable = Durable::default().after(events);
    assert_eq!(durable.unsynced_names, [made("/data/site/1", 2), made("/data/stock/2", 3)]);
}

#[test]
fn a_file_that_has_anothers_number_has_nothing_of_its_length() {
    let synced = Event::Synced { inode: 1, length: 9 };
    let durable = Durable::default().after(vec![synced, Event::Created { path: "/data/2".into(), inode: 1 }]);
    assert_eq!(durable.lengths[&1], 0);
}

#[test]
fn a_journal_is_read_back() {
    let text = "created\t/a\t1\nsynced\t1\t2\ncut\t1\t1\nfolder\t/\nrenamed\t/a\t/b\t-\nremoved\t/b\t/k/1\nlinked\t/c\nfailed\t1\n";
    let events = journal::parse(text).unwrap();
    assert_eq!(events.len(), 8);
    assert_eq!(events[4], Event::Renamed { from: "/a".into(), to: "/b".into(), kept: None });
    assert_eq!(events[5], Event::Removed { path: "/b".into(), kept: Some("/k/1".into()) });
    assert!(journal::parse("torn\t1\n").is_err() && journal::parse("cut\t1\n").is_err());
}
