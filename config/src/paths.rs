//! Paths in a configuration file are relative to its folder, wherever the process was started.

use std::path::PathBuf;

use crate::Field;

impl Field<'_> {
    /// A file or a folder; a relative one lies from the document's folder.
    pub fn file_path(&self) -> Option<PathBuf> {
        let text = self.value.as_str().filter(|text| !text.is_empty() && !text.contains('\0'));
        self.or_wrong(text.map(|text| self.at.folder.join(text)), || "a path".into())
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn read(text: &str) -> Result<PathBuf, String> {
        let read = |document: &Field<'_>| document.table(&["data"])?.required("data", "a path")?.file_path();
        crate::parse(text, Path::new("/etc/doorbuster"), read).map_err(|faults| faults[0].to_string())
    }

    #[test]
    fn a_relative_path_lies_from_the_files_folder() {
        assert_eq!(read("data = \"d\""), Ok("/etc/doorbuster/d".into()));
        assert_eq!(read("data = \"/var/lib/d\""), Ok("/var/lib/d".into()));
    }

    #[test]
    fn what_is_no_path_is_refused() {
        assert_eq!(read("data = 7"), Err("data: expected a path, found 7".into()));
        assert_eq!(read("data = \"\""), Err("data: expected a path, found \"\"".into()));
        assert_eq!(read(""), Err("data: expected a path, found nothing".into()));
    }
}
