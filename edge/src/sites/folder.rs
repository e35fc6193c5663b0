//! Reads a folder whole, within bounds. Only here are a site's files touched, and only while sites are loaded.

use std::fs::{self, File, Metadata};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use doorbuster_config::Faults;

/// What the files of all sites may take together.
#[derive(Debug)]
pub(super) struct Room {
    /// How many more files and folders there may be.
    pub(super) files: usize,
    /// How many more bytes they may have.
    pub(super) bytes: u64,
}

impl Default for Room {
    fn default() -> Self {
        Self { files: 65_536, bytes: 256 << 20 }
    }
}

/// Folders in folders.
const DEPTH_MAX: usize = 32;
/// The one hidden folder that is meant to be served (RFC 8615).
const WELL_KNOWN: &str = ".well-known";

/// What is in a folder.
#[derive(Debug, Default)]
pub(super) struct Folder {
    /// Its files.
    pub(super) files: Vec<Read>,
    /// The paths of it and of all folders in it, each with a slash at its end.
    pub(super) folders: Vec<String>,
}

/// A file that was read.
#[derive(Debug)]
pub(super) struct Read {
    /// Its path from the root: `/a/b.css`.
    pub(super) path: String,
    pub(super) body: Vec<u8>,
    pub(super) modified: Option<SystemTime>,
}

/// Reads a folder; notes all that cannot be served below `at`.
pub(super) fn read(root: &Path, at: &str, room: &mut Room, faults: &Faults) -> Folder {
    let mut folder = Folder::default();
    match root.canonicalize() {
        Ok(root) => Walk { root: &root, at, room, faults, folder: &mut folder, full: false }.enter(&root, "/", 0),
        Err(error) => faults.note(at, "a folder", format!("{}: {error}", root.display())),
    }
    folder
}

struct Walk<'a> {
    root: &'a Path,
    at: &'a str,
    room: &'a mut Room,
    faults: &'a Faults,
    folder: &'a mut Folder,
    /// Whether there was no room for something: the rest is not looked at.
    full: bool,
}

impl Walk<'_> {
    fn enter(&mut self, folder: &Path, path: &str, depth: usize) {
        if depth > DEPTH_MAX {
            self.note(path, format!("at most {DEPTH_MAX} folders in one another"), "more");
            return;
        }
        if !self.counts(path) {
            return;
        }
        self.folder.folders.push(path.to_owned());
        match names(folder) {
            Ok(names) => names.iter().for_each(|name| self.take(&folder.join(name), path, name, depth)),
            Err(error) => self.note(path, "a folder of names in UTF-8", error.to_string()),
        }
    }

    fn take(&mut self, place: &Path, below: &str, name: &str, depth: usize) {
        if self.full || (name.starts_with('.') && name != WELL_KNOWN) {
            return;
        }
        let path = format!("{below}{name}");
        match self.resolve(place) {
            // A link to a folder above would not end.
            Ok((to, _)) if place.parent().is_some_and(|folder| folder.starts_with(&to)) => {
                self.note(&path, "no circle of links", to.display().to_string());
            }
            Ok((place, found)) if found.is_dir() => self.enter(&place, &format!("{path}/"), depth + 1),
            Ok((place, found)) if found.is_file() => self.read(&place, path),
            Ok(_) => self.note(&path, "a file or a folder", "something else"),
            Err(error) => self.note(&path, "a file or a folder below the root", error.to_string()),
        }
    }

    /// Where a link leads, and what is there.
    fn resolve(&self, place: &Path) -> io::Result<(PathBuf, Metadata)> {
        let place = place.canonicalize()?;
        if !place.starts_with(self.root) {
            return Err(io::Error::other(format!("a link to {}", place.display())));
        }
        let found = place.metadata()?;
        Ok((place, found))
    }

    fn read(&mut self, place: &Path, path: String) {
        if !self.counts(&path) {
            return;
        }
        match read_at_most(place, self.room.bytes) {
            Ok(Some((body, modified))) => {
                self.room.bytes -= body.len() as u64;
                self.folder.files.push(Read { path, body, modified });
            }
            Ok(None) => {
                self.full = true;
                self.note(&path, format!("at most {} more bytes, over all sites", self.room.bytes), "more");
            }
            Err(error) => self.note(&path, "a readable file", error.to_string()),
        }
    }

    /// Whether there is room for one more file or folder.
    fn counts(&mut self, path: &str) -> bool {
        if let Some(files) = self.room.files.checked_sub(1) {
            self.room.files = files;
        } else {
            self.full = true;
            self.note(path, "fewer files and folders, over all sites", "one too many");
        }
        !self.full
    }

    fn note(&self, path: &str, expected: impl Into<String>, found: impl Into<String>) {
        self.faults.note(&format!("{}: {path}", self.at), expected, found);
    }
}

/// In order, so that what is wrong is told in the same order each time.
fn names(folder: &Path) -> io::Result<Vec<String>> {
    let name = |entry: io::Result<fs::DirEntry>| {
        let name = entry?.file_name().into_string();
        name.map_err(|name| io::Error::other(format!("the name {}", name.display())))
    };
    let mut names = fs::read_dir(folder)?.map(name).collect::<io::Result<Vec<String>>>()?;
    names.sort_unstable();
    Ok(names)
}

/// A file and when it was changed; `None` where it is larger. Its size is not believed: it may be written to.
fn read_at_most(place: &Path, bytes: u64) -> io::Result<Option<(Vec<u8>, Option<SystemTime>)>> {
    let file = File::open(place)?;
    let modified = file.metadata()?.modified().ok();
    let mut body = Vec::new();
    file.take(bytes.saturating_add(1)).read_to_end(&mut body)?;
    Ok((body.len() as u64 <= bytes).then_some((body, modified)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;
    use tempfile::TempDir;

    fn tree(files: &[&str]) -> TempDir {
        let root = tempfile::tempdir().unwrap();
        for file in files {
            let place = root.path().join(file);
            fs::create_dir_all(place.parent().unwrap()).unwrap();
            fs::write(place, file).unwrap();
        }
        root
    }

    fn read_in(root: &Path, mut room: Room) -> Result<(Vec<String>, Vec<String>), Vec<String>> {
        let faults = Faults::default();
        let folder = read(root, "site[0].root", &mut room, &faults);
        let paths = folder.files.into_iter().map(|file| file.path).collect();
        faults.or(Some((paths, folder.folders))).map_err(|faults| faults.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn every_file_is_read_but_the_hidden_ones() {
        let root = tree(&["index.html", "a/b/c.css", ".git/config", ".env", ".well-known/security.txt"]);
        let (files, folders) = read_in(root.path(), Room::default()).unwrap();
        assert_eq!(files, ["/.well-known/security.txt", "/a/b/c.css", "/index.html"]);
        assert_eq!(folders, ["/", "/.well-known/", "/a/", "/a/b/"]);
    }

    #[test]
    fn a_link_is_followed_within_the_root_and_refused_out_of_it() {
        let (root, other) = (tree(&["releases/1/a.css"]), tree(&["secret"]));
        symlink(root.path().join("releases/1"), root.path().join("current")).unwrap();
        assert_eq!(read_in(root.path(), Room::default()).unwrap().0, ["/current/a.css", "/releases/1/a.css"]);
        symlink(other.path().join("secret"), root.path().join("leak")).unwrap();
        let faults = read_in(root.path(), Room::default()).unwrap_err();
        let secret = other.path().canonicalize().unwrap().join("secret");
        let expected = "site[0].root: /leak: expected a file or a folder below the root, found a link to";
        assert_eq!(faults, [format!("{expected} {}", secret.display())]);
    }

    #[test]
    fn a_link_in_a_circle_ends() {
        let root = tree(&["a/b.css"]);
        symlink(root.path().join("a"), root.path().join("a/again")).unwrap();
        let faults = read_in(root.path(), Room::default()).unwrap_err();
        let above = root.path().canonicalize().unwrap().join("a");
        let expected = "site[0].root: /a/again: expected no circle of links, found";
        assert_eq!(faults, [format!("{expected} {}", above.display())]);
    }

    #[test]
    fn files_and_bytes_are_bounded() {
        let root = tree(&["a", "b"]);
        assert!(read_in(root.path(), Room { files: 3, bytes: 2 }).is_ok());
        for room in [Room { files: 2, bytes: 9 }, Room { files: 9, bytes: 1 }] {
            let faults = read_in(root.path(), room).unwrap_err();
            assert!(faults.len() == 1 && faults[0].starts_with("site[0].root: /b: expected"), "{faults:?}");
        }
    }

    #[test]
    fn a_root_that_is_not_there_is_told() {
        let faults = read_in(Path::new("/no/such/folder"), Room::default()).unwrap_err();
        assert!(faults[0].starts_with("site[0].root: expected a folder, found /no/such/folder: "), "{faults:?}");
    }
}
