//! A power cut, played on the files of a process that is dead.

use std::collections::BTreeMap;
use std::fs::{self, OpenOptions};
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use anyhow::Context as _;

use super::journal::{Durable, Event, Inode};
use crate::dice::Dice;

/// What a power cut took.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Loss {
    /// Bytes that had been written and not synced.
    pub bytes: u64,
    /// Names whose making, change or removal had not been synced.
    pub names: u64,
}

/// Takes from `root` what the disk need not have kept. Of the names a prefix of the changes survives, as a file system's
/// journal keeps them; of each file what was synced, and now and then a part of what was not.
pub(super) fn power(root: &Path, apart: &Path, durable: &Durable, dice: &mut Dice) -> anyhow::Result<Loss> {
    let names = &durable.unsynced_names;
    let survives = usize::try_from(dice.below(names.len() as u64 + 1))?;
    let mut loss = Loss::default();
    for event in names[survives..].iter().rev() {
        undo(event).with_context(|| format!("undo {event:?}"))?;
        loss.names += 1;
    }
    for (path, inode, length) in files(root, apart)? {
        let synced = durable.lengths.get(&inode).copied().unwrap_or(0);
        if length > synced {
            let torn = if dice.chance(50) { 0 } else { dice.below(length - synced) };
            let file = OpenOptions::new().write(true).open(&path)?;
            file.set_len(synced + torn).with_context(|| format!("cut {}", path.display()))?;
            loss.bytes += length - synced - torn;
        }
    }
    Ok(loss)
}

fn undo(event: &Event) -> io::Result<()> {
    match event {
        Event::Created { path, .. } | Event::Linked { path } => fs::remove_file(path),
        Event::Renamed { from, to, kept } => {
            fs::rename(to, from)?;
            kept.as_ref().map_or(Ok(()), |kept| fs::rename(kept, to))
        }
        Event::Removed { path, kept } => kept.as_ref().map_or(Ok(()), |kept| fs::rename(kept, path)),
        Event::Cut { .. } | Event::Synced { .. } | Event::Failed | Event::FolderSynced { .. } => Ok(()),
    }
}

/// The lengths of all files below `root`, by their numbers.
pub(super) fn lengths(root: &Path, apart: &Path) -> anyhow::Result<BTreeMap<Inode, u64>> {
    Ok(files(root, apart)?.into_iter().map(|(_, inode, length)| (inode, length)).collect())
}

/// Every file below `root`, but for those below `apart`; in order, so that dice fall alike.
fn files(root: &Path, apart: &Path) -> anyhow::Result<Vec<(PathBuf, Inode, u64)>> {
    let mut found = Vec::new();
    let entries = fs::read_dir(root).with_context(|| format!("look into {}", root.display()))?;
    let mut entries = entries.map(|entry| Ok(entry?.path())).collect::<anyhow::Result<Vec<_>>>()?;
    entries.sort();
    for path in entries {
        let about = fs::symlink_metadata(&path)?;
        if about.is_file() {
            found.push((path, about.ino(), about.len()));
        } else if about.is_dir() && path != apart {
            found.extend(files(&path, apart)?);
        }
    }
    Ok(found)
}
