//! What a set of files and folders looks like, and whether that has changed.

use std::collections::hash_map::DefaultHasher;
use std::fs::{self, Metadata};
use std::hash::{Hash, Hasher};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use tracing::warn;

/// The most files and folders that are looked at; the rest is not watched.
pub const FILES_MAX: usize = 100_000;
/// How deep folders are looked into; a symbolic link that leads round in circles ends there.
pub const DEPTH_MAX: usize = 32;

/// Looks at a set of files and folders, whatever is in them included.
#[derive(Debug)]
pub struct Scan {
    paths: Vec<PathBuf>,
    /// As it was when a change was told last.
    told: u64,
    /// As it was at the last look.
    last: u64,
    has_warned: bool,
}

impl Scan {
    /// Looks for the first time.
    pub fn begin(paths: Vec<PathBuf>) -> Self {
        let mut scan = Self { paths, told: 0, last: 0, has_warned: false };
        scan.told = scan.look();
        scan.last = scan.told;
        scan
    }

    /// Looks again. True, where what is there differs from what was told last and has kept still since the last look:
    /// a file that is being written is not told before it is whole.
    pub fn scan(&mut self) -> bool {
        let found = self.look();
        let is_still = found == self.last;
        self.last = found;
        let is_news = is_still && found != self.told;
        if is_news {
            self.told = found;
        }
        is_news
    }

    /// Looks at these from now on. The same paths go on as they were: a change that was not told yet is still to come.
    pub fn watch(&mut self, paths: Vec<PathBuf>) {
        if paths != self.paths {
            *self = Self::begin(paths);
        }
    }

    fn look(&mut self) -> u64 {
        let mut look = Look { hasher: DefaultHasher::new(), files: 0 };
        for path in &self.paths {
            look.at(path, 0);
        }
        if look.files > FILES_MAX && !self.has_warned {
            self.has_warned = true;
            warn!(files_max = FILES_MAX, "too many files to watch, changes of some are told by SIGHUP alone");
        }
        look.hasher.finish()
    }
}

/// One look: the state of all files so far, in one number.
struct Look {
    hasher: DefaultHasher,
    files: usize,
}

impl Look {
    /// A file that is not there, or cannot be looked at, is a state as any other.
    fn at(&mut self, path: &Path, depth: usize) {
        self.files += 1;
        if self.files > FILES_MAX {
            return;
        }
        path.hash(&mut self.hasher);
        let state = fs::metadata(path).ok();
        state.as_ref().map(of_file).hash(&mut self.hasher);
        if state.is_some_and(|state| state.is_dir()) && depth < DEPTH_MAX {
            self.into(path, depth);
        }
    }

    fn into(&mut self, folder: &Path, depth: usize) {
        let entries = fs::read_dir(folder).into_iter().flatten().flatten();
        let mut paths: Vec<PathBuf> = entries.take(FILES_MAX).map(|entry| entry.path()).collect();
        paths.sort_unstable();
        for path in paths {
            self.at(&path, depth + 1);
        }
    }
}

/// The change time besides: whoever restores the modification time after a change of the same length is seen by it.
fn of_file(state: &Metadata) -> impl Hash + use<> {
    let times = (state.mtime(), state.mtime_nsec(), state.ctime(), state.ctime_nsec());
    (state.dev(), state.ino(), state.len(), times)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use tempfile::TempDir;

    use super::*;

    struct Folder(TempDir);

    impl Folder {
        fn with(files: &[(&str, &str)]) -> Self {
            let folder = Self(TempDir::new().unwrap());
            for (name, text) in files {
                folder.write(name, text);
            }
            folder
        }

        fn path(&self, name: &str) -> PathBuf {
            self.0.path().join(name)
        }

        fn write(&self, name: &str, text: &str) {
            fs::create_dir_all(self.path(name).parent().unwrap()).unwrap();
            fs::write(self.path(name), text).unwrap();
        }

        fn scan(&self) -> Scan {
            Scan::begin(vec![self.0.path().into()])
        }
    }

    /// Three looks after a change: it was seen, it kept still, it was told.
    fn told(scan: &mut Scan) -> [bool; 3] {
        [scan.scan(), scan.scan(), scan.scan()]
    }

    const ONCE: [bool; 3] = [false, true, false];
    const NEVER: [bool; 3] = [false; 3];

    #[test]
    fn a_change_is_told_once_when_it_has_kept_still() {
        let folder = Folder::with(&[("edge.toml", "a")]);
        let mut scan = folder.scan();
        assert_eq!(told(&mut scan), NEVER);
        folder.write("edge.toml", "ab");
        assert_eq!(told(&mut scan), ONCE);
    }

    #[test]
    fn a_file_that_is_still_being_written_is_not_told() {
        let folder = Folder::with(&[("page", "")]);
        let mut scan = folder.scan();
        for n in 1..5 {
            folder.write("page", &"x".repeat(n));
            assert!(!scan.scan());
        }
        assert!(scan.scan());
    }

    #[test]
    fn what_comes_goes_or_is_replaced_is_a_change() {
        let folder = Folder::with(&[("site/a/page", "1"), ("other", "2")]);
        let mut scan = folder.scan();
        folder.write("site/a/b/new", "");
        assert_eq!(told(&mut scan), ONCE);
        fs::remove_file(folder.path("site/a/page")).unwrap();
        assert_eq!(told(&mut scan), ONCE);
        fs::rename(folder.path("other"), folder.path("site/a/page")).unwrap();
        assert_eq!(told(&mut scan), ONCE);
    }

    #[test]
    fn a_change_of_the_same_length_and_time_is_seen() {
        let folder = Folder::with(&[("key", "a")]);
        let mut scan = folder.scan();
        let time = fs::metadata(folder.path("key")).unwrap().modified().unwrap();
        let draft = folder.path("draft");
        fs::write(&draft, "b").unwrap();
        fs::File::options().write(true).open(&draft).unwrap().set_modified(time).unwrap();
        fs::rename(draft, folder.path("key")).unwrap();
        assert_eq!(told(&mut scan), ONCE);
    }

    #[test]
    fn a_link_is_looked_through_and_its_new_target_is_a_change() {
        let folder = Folder::with(&[("1/cert", "a"), ("2/cert", "a")]);
        symlink("1", folder.path("live")).unwrap();
        let mut scan = Scan::begin(vec![folder.path("live/cert")]);
        fs::remove_file(folder.path("live")).unwrap();
        symlink("2", folder.path("live")).unwrap();
        assert_eq!(told(&mut scan), ONCE);
    }

    #[test]
    fn a_missing_file_is_watched_for() {
        let folder = Folder::with(&[]);
        let mut scan = Scan::begin(vec![folder.path("late")]);
        assert_eq!(told(&mut scan), NEVER);
        folder.write("late", "");
        assert_eq!(told(&mut scan), ONCE);
    }

    #[test]
    fn a_link_in_circles_comes_to_an_end() {
        let folder = Folder::with(&[("a", "")]);
        symlink(".", folder.path("again")).unwrap();
        let mut scan = folder.scan();
        folder.write("a", "x");
        assert_eq!(told(&mut scan), ONCE);
    }

    #[test]
    fn the_same_paths_again_do_not_swallow_a_change_that_is_not_told_yet() {
        let folder = Folder::with(&[("a", "")]);
        let mut scan = folder.scan();
        folder.write("a", "x");
        assert!(!scan.scan());
        scan.watch(vec![folder.0.path().into()]);
        assert!(scan.scan());
    }
}
