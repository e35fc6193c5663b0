//! What a process did to its files, as the preloaded library wrote it down; and what of it a power cut leaves.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::Context as _;

/// A file's number in its file system.
pub(super) type Inode = u64;

/// One line of the journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Event {
    /// A file was made.
    Created { path: PathBuf, inode: Inode },
    /// A file got one more name.
    Linked { path: PathBuf },
    /// A file was made shorter, or longer by nothing.
    Cut { inode: Inode, length: u64 },
    /// A file was synced when it had this length.
    Synced { inode: Inode, length: u64 },
    /// A sync failed.
    Failed,
    /// The names in a folder were synced.
    FolderSynced { path: PathBuf },
    /// A file changed its name; what had the new name before is kept at `kept`.
    Renamed { from: PathBuf, to: PathBuf, kept: Option<PathBuf> },
    /// A name was removed; what it stood for is kept at `kept`.
    Removed { path: PathBuf, kept: Option<PathBuf> },
}

/// What is on the disk for sure.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Durable {
    /// The length up to which a file is.
    pub(super) lengths: BTreeMap<Inode, u64>,
    /// Changes of names that no sync of their folder has followed, oldest first.
    pub(super) unsynced_names: Vec<Event>,
    /// Syncs that failed.
    pub(super) failed_syncs: u64,
}

impl Event {
    fn parse(line: &str) -> Option<Self> {
        let mut words = line.split('\t');
        let kind = words.next()?;
        let mut path = || words.next().map(PathBuf::from);
        let event = match kind {
            "created" => Self::Created { path: path()?, inode: words.next()?.parse().ok()? },
            "linked" => Self::Linked { path: path()? },
            "renamed" => Self::Renamed { from: path()?, to: path()?, kept: kept(&path()?) },
            "removed" => Self::Removed { path: path()?, kept: kept(&path()?) },
            "folder" => Self::FolderSynced { path: path()? },
            "cut" => Self::Cut { inode: words.next()?.parse().ok()?, length: words.next()?.parse().ok()? },
            "synced" => Self::Synced { inode: words.next()?.parse().ok()?, length: words.next()?.parse().ok()? },
            "failed" => {
                words.next()?;
                Self::Failed
            }
            _ => return None,
        };
        words.next().is_none().then_some(event)
    }

    /// The folder whose names it changed.
    fn folder(&self) -> Option<&Path> {
        match self {
            Self::Created { path, .. } | Self::Linked { path } | Self::Removed { path, .. } => path.parent(),
            Self::Renamed { to, .. } => to.parent(),
            Self::Cut { .. } | Self::Synced { .. } | Self::Failed | Self::FolderSynced { .. } => None,
        }
    }
}

fn kept(place: &Path) -> Option<PathBuf> {
    (place.as_os_str() != "-").then(|| place.to_owned())
}

/// Reads a journal.
pub(super) fn parse(text: &str) -> anyhow::Result<Vec<Event>> {
    let event = |(at, line)| Event::parse(line).with_context(|| format!("journal line {}: {line:?}", at + 1));
    text.lines().enumerate().map(event).collect()
}

impl Durable {
    /// Starts from files that were all on the disk at these lengths.
    pub(super) fn of(lengths: BTreeMap<Inode, u64>) -> Self {
        Self { lengths, ..Self::default() }
    }

    /// Follows what was done since.
    pub(super) fn after(mut self, events: Vec<Event>) -> Self {
        for event in events {
            self.follow(event);
        }
        self
    }

    fn follow(&mut self, event: Event) {
        match event {
            Event::Created { inode, .. } => {
                // The number may have been another file's before.
                self.lengths.insert(inode, 0);
                self.unsynced_names.push(event);
            }
            Event::Cut { inode, length } => {
                let durable = self.lengths.entry(inode).or_default();
                *durable = length.min(*durable);
            }
            Event::Synced { inode, length } => drop(self.lengths.insert(inode, length)),
            Event::Failed => self.failed_syncs += 1,
            Event::FolderSynced { path } => self.unsynced_names.retain(|event| event.folder() != Some(&path)),
            Event::Linked { .. } | Event::Renamed { .. } | Event::Removed { .. } => self.unsynced_names.push(event),
        }
    }
}
