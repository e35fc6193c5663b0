//! Copies of crates, with a mutant's edits.

use std::fs;
use std::path::{Path, PathBuf};

use crate::mutant::{Error, Mutant};

/// Copies the files below a crate's `src`, edited. What is there already and the same is left alone, so that cargo need not
/// build it again; what is not in the original goes.
pub(crate) fn copy_source(root: &Path, krate: &str, to: &Path, mutant: &Mutant) -> Result<(), Error> {
    let from = root.join(krate).join("src");
    let files = files_below(&from)?;
    for file in &files {
        let within = file.strip_prefix(root).expect("it was found below the root");
        let text = read(file)?;
        let text = edited(within, text, mutant)?;
        write(&to.join("src").join(file.strip_prefix(&from).expect("it was found there")), &text)?;
    }
    for stale in files_below(&to.join("src"))? {
        let original = from.join(stale.strip_prefix(to.join("src")).expect("it was found there"));
        if !original.exists() {
            fs::remove_file(&stale).map_err(|error| Error::Io(stale, error))?;
        }
    }
    Ok(())
}

/// Whether every edit of a mutant fits the source.
pub(crate) fn check(root: &Path, mutant: &Mutant) -> Result<(), Error> {
    for edit in &mutant.edits {
        edited(&edit.file, read(&root.join(&edit.file))?, mutant)?;
    }
    Ok(())
}

fn edited(file: &Path, mut text: String, mutant: &Mutant) -> Result<String, Error> {
    for edit in mutant.edits.iter().filter(|edit| edit.file == file) {
        let found = text.matches(&edit.find).count();
        if found != 1 {
            let (mutant, file, text) = (mutant.name.clone(), file.to_owned(), edit.find.clone());
            return Err(Error::Edit { mutant, file, found, text });
        }
        text = text.replacen(&edit.find, &edit.replace, 1);
    }
    Ok(text)
}

pub(crate) fn read(file: &Path) -> Result<String, Error> {
    fs::read_to_string(file).map_err(|error| Error::Io(file.to_owned(), error))
}

/// Writes a text, unless the file has it already.
pub(crate) fn write(file: &Path, text: &str) -> Result<(), Error> {
    if fs::read_to_string(file).is_ok_and(|before| before == text) {
        return Ok(());
    }
    let folder = file.parent().expect("a file is in a folder");
    fs::create_dir_all(folder).map_err(|error| Error::Io(folder.to_owned(), error))?;
    fs::write(file, text).map_err(|error| Error::Io(file.to_owned(), error))
}

fn files_below(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    let mut files = Vec::new();
    let entries = fs::read_dir(folder).map_err(|error| Error::Io(folder.to_owned(), error))?;
    for entry in entries {
        let path = entry.map_err(|error| Error::Io(folder.to_owned(), error))?.path();
        if path.is_dir() {
            files.extend(files_below(&path)?);
        } else {
            files.push(path);
        }
    }
    Ok(files)
}
