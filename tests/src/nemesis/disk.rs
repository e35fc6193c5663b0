//! One process's disk and wall clock, which fail on command.
//!
//! The library that is preloaded into the process writes a journal of what was synced; after a SIGKILL, [`Disk::cut_power`]
//! takes from the files what was not. A kill alone keeps the kernel's page cache, and never tests a sync.

mod cut;
mod journal;
mod library;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};

use anyhow::Context as _;

pub use self::cut::Loss;
use self::journal::{Durable, Inode};
pub use self::library::build_library;
use crate::dice::Dice;

/// What syncs do.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Syncs {
    /// Make durable, and say so.
    #[default]
    Work,
    /// Fail with EIO.
    Fail,
    /// Say of a log, `*.log`, that it is durable, and do nothing: a disk that lies.
    Lie,
}

/// How a disk, and the clock beside it, behave.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Behaviour {
    /// What syncs do.
    pub syncs: Syncs,
    /// Whether there is no room for another byte.
    pub full: bool,
    /// By how much the wall clock is ahead, in milliseconds.
    pub clock_shift_ms: i64,
}

/// The disk of one process.
#[derive(Debug)]
pub struct Disk {
    root: PathBuf,
    /// Where the library keeps what was removed; below the root, since a hard link stays within its file system.
    kept: PathBuf,
    journal: PathBuf,
    control: PathBuf,
    controls: File,
    /// The files' lengths when the journal began: all that was there is on the disk.
    lengths: BTreeMap<Inode, u64>,
    behaviour: Behaviour,
}

impl Disk {
    /// The disk below `root`, with the means to control it in `folder`.
    ///
    /// # Errors
    /// A file could not be made.
    pub fn new(root: &Path, folder: &Path, name: &str) -> anyhow::Result<Self> {
        fs::create_dir_all(folder)?;
        let control = folder.join(format!("{name}.control"));
        let controls = File::create(&control).with_context(|| format!("make {}", control.display()))?;
        let journal = folder.join(format!("{name}.journal"));
        let (root, kept, lengths) = (root.to_owned(), root.join(".kept"), BTreeMap::new());
        let mut disk = Self { root, kept, journal, control, controls, lengths, behaviour: Behaviour::default() };
        disk.behave(|_| {})?;
        disk.begin()?;
        Ok(disk)
    }

    /// What a process must find in its environment, to have this disk.
    pub fn environment(&self, library: &Path) -> Vec<(String, String)> {
        let pairs = [
            ("LD_PRELOAD", library),
            ("FAULTY_DISK_ROOT", &self.root),
            ("FAULTY_DISK_KEPT", &self.kept),
            ("FAULTY_DISK_CONTROL", &self.control),
            ("FAULTY_DISK_JOURNAL", &self.journal),
        ];
        pairs.into_iter().map(|(name, path)| (name.to_owned(), path.display().to_string())).collect()
    }

    /// How it behaves now.
    pub fn behaviour(&self) -> Behaviour {
        self.behaviour
    }

    /// Changes how it behaves, from now on.
    ///
    /// # Errors
    /// The control file could not be written.
    pub fn behave(&mut self, change: impl FnOnce(&mut Behaviour)) -> anyhow::Result<()> {
        change(&mut self.behaviour);
        let Behaviour { syncs, full, clock_shift_ms } = self.behaviour;
        let syncs: i32 = match syncs {
            Syncs::Work => 0,
            Syncs::Fail => 1,
            Syncs::Lie => 2,
        };
        // As `struct control` has them.
        let bytes = [&syncs.to_ne_bytes()[..], &i32::from(full).to_ne_bytes(), &clock_shift_ms.to_ne_bytes()].concat();
        self.controls.write_all_at(&bytes, 0).context("write the control file")
    }

    /// Begins anew, while the process does not run: all that is there is on the disk from now on. A process that was killed
    /// and started again does not begin anew: a power cut may still take what the one before had not synced.
    ///
    /// # Errors
    /// The files could not be looked at.
    pub fn begin(&mut self) -> anyhow::Result<()> {
        if self.kept.exists() {
            fs::remove_dir_all(&self.kept)?;
        }
        fs::create_dir_all(&self.kept).with_context(|| format!("make {}", self.kept.display()))?;
        File::create(&self.journal)?;
        self.lengths = cut::lengths(&self.root, &self.kept)?;
        Ok(())
    }

    /// How many syncs failed since [`begin`](Self::begin).
    ///
    /// # Errors
    /// The journal cannot be read.
    pub fn failed_syncs(&self) -> anyhow::Result<u64> {
        Ok(self.durable()?.failed_syncs)
    }

    /// Takes from the files of a process that was killed what it had not synced.
    ///
    /// # Errors
    /// A file could not be changed.
    pub fn cut_power(&mut self, dice: &mut Dice) -> anyhow::Result<Loss> {
        let loss = cut::power(&self.root, &self.kept, &self.durable()?, dice)?;
        self.begin()?;
        Ok(loss)
    }

    /// Takes everything from the disk of a process that does not run.
    ///
    /// # Errors
    /// A file could not be removed.
    pub fn wipe(&mut self) -> anyhow::Result<()> {
        for entry in fs::read_dir(&self.root)? {
            let entry = entry?;
            if entry.file_type()?.is_dir() { fs::remove_dir_all(entry.path()) } else { fs::remove_file(entry.path()) }
                .with_context(|| format!("remove {}", entry.path().display()))?;
        }
        self.begin()
    }

    fn durable(&self) -> anyhow::Result<Durable> {
        let text = fs::read_to_string(&self.journal).context("read the disk's journal")?;
        // A process that is alive may be in the middle of a line.
        let whole = text.rfind('\n').map_or("", |end| &text[..=end]);
        Ok(Durable::of(self.lengths.clone()).after(journal::parse(whole)?))
    }
}
