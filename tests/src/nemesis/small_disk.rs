//! A small file system for one process's data, so that a disk can be full for real.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Context as _;

/// Holds two of RocksDB's logs, each of which takes its room beforehand, and the tables beside them.
const SIZE: &str = "size=320m";
/// With less room on it the edge stops selling; what is left of the disk beside its logs is more.
pub(super) const RESERVE_MB: i64 = 32;
/// What the filler takes at a time.
const PIECE_BYTES: usize = 64 << 10;

/// A mounted tmpfs; unmounted when this is dropped.
#[derive(Debug)]
pub(super) struct SmallDisk {
    at: PathBuf,
}

impl SmallDisk {
    /// Mounts a tmpfs over an empty folder; nothing where the machine does not allow that.
    pub(super) fn mount(at: &Path) -> Option<Self> {
        let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", SIZE, "tmpfs"]).arg(at).output();
        mounted.is_ok_and(|mounted| mounted.status.success()).then(|| Self { at: at.to_owned() })
    }

    /// Takes all the room that is left, but for so many bytes.
    pub(super) fn fill(&self, leave: usize) -> anyhow::Result<()> {
        let piece = vec![1; PIECE_BYTES];
        let mut filler = File::create(self.filler()).context("make the filler")?;
        // Until the disk says that it is full: that is the point.
        while filler.write_all(&piece).is_ok() {}
        let taken = filler.metadata()?.len();
        filler.set_len(taken.saturating_sub(leave as u64)).context("leave some room")
    }

    /// Gives the room back.
    pub(super) fn empty(&self) -> anyhow::Result<()> {
        let filler = self.filler();
        if filler.exists() { fs::remove_file(filler).context("remove the filler") } else { Ok(()) }
    }

    /// Unmounts it, with what is on it left in its place.
    pub(super) fn keep(self) -> anyhow::Result<()> {
        self.empty()?;
        let (at, beside) = (self.at.clone(), self.at.with_extension("kept"));
        let copied = Command::new("cp").arg("-a").args([&at, &beside]).status().context("run cp")?;
        anyhow::ensure!(copied.success(), "cp: {copied}");
        drop(self);
        fs::rename(&beside, &at).with_context(|| format!("put {} into its place", at.display()))
    }

    fn filler(&self) -> PathBuf {
        self.at.join(".filler")
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // Lazily: a process that is being killed may still have files open.
        let _ = Command::new("umount").arg("--lazy").arg(&self.at).output();
    }
}
