//! The folder of a service's store, looked at before the store is opened: what a key-value store does not find it makes
//! anew, on top of what is left.

use std::fs;
use std::io;
use std::path::Path;

/// What a folder is to a store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StoreFolder {
    /// Nothing of a store is in it, or there is no folder; an interrupted creation, which held no record, counts as this.
    Blank,
    /// A store.
    Store,
    /// A part of a store: this is missing.
    Lacks(&'static str),
}

impl StoreFolder {
    /// Looks at a folder; changes nothing.
    ///
    /// # Errors
    /// The folder cannot be read.
    pub fn look(folder: &Path) -> io::Result<Self> {
        let entries = match fs::read_dir(folder) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Self::Blank),
            entries => entries?,
        };
        let (mut current, mut manifest, mut log, mut used) = (false, false, false, false);
        for entry in entries {
            let name = entry?.file_name();
            let name = name.to_string_lossy();
            current |= name == "CURRENT";
            manifest |= name.starts_with("MANIFEST-");
            log |= name.ends_with(".log");
            // Options are written last when a store is made: from then on it may hold something.
            used |= name.ends_with(".sst") || name.starts_with("OPTIONS-");
        }
        Ok(match (current, manifest, log) {
            (true, true, true) => Self::Store,
            (true, false, _) => Self::Lacks("MANIFEST-*"),
            (_, _, false) if !used => Self::Blank,
            (true, true, false) => Self::Lacks("the log (*.log)"),
            (false, ..) => Self::Lacks("CURRENT"),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_that_lacks_a_part_is_not_taken_for_a_new_one() {
        let look = |names: &[&str]| {
            let folder = tempfile::tempdir().unwrap();
            for name in names {
                fs::write(folder.path().join(name), "").unwrap();
            }
            StoreFolder::look(folder.path()).unwrap()
        };
        assert_eq!(look(&["CURRENT", "MANIFEST-000004", "000008.log", "000006.sst", "LOG"]), StoreFolder::Store);
        assert_eq!(look(&["CURRENT", "MANIFEST-000004", "000006.sst", "LOG"]), StoreFolder::Lacks("the log (*.log)"));
        assert_eq!(look(&["CURRENT", "000008.log"]), StoreFolder::Lacks("MANIFEST-*"));
        assert_eq!(look(&["MANIFEST-000004", "000008.log"]), StoreFolder::Lacks("CURRENT"));
        assert_eq!(look(&["000006.sst"]), StoreFolder::Lacks("CURRENT"));
        assert_eq!(look(&["CURRENT", "MANIFEST-000004", "OPTIONS-000007"]), StoreFolder::Lacks("the log (*.log)"));
        // The power went while it was made.
        assert_eq!(look(&["LOCK", "LOG", "IDENTITY", "MANIFEST-000001"]), StoreFolder::Blank);
        assert_eq!(look(&["LOCK", "IDENTITY", "MANIFEST-000001", "CURRENT"]), StoreFolder::Blank);
        assert_eq!(StoreFolder::look(Path::new("/nowhere")).unwrap(), StoreFolder::Blank);
    }
}
