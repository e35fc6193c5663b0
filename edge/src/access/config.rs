//! What the access log is told.

use std::path::PathBuf;

use doorbuster_config::{Field, Table};

const KEYS: [&str; 2] = ["format", "file"];
const STDOUT: &str = "stdout";

/// The access log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// How a line looks.
    pub format: Format,
    /// Where lines go.
    pub target: Target,
}

/// How a line looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// One JSON object a line, with every field.
    Json,
    /// The Combined Log Format of Apache and nginx.
    Combined,
}

/// Where lines go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// Standard output.
    Stdout,
    /// A file, which is appended to.
    File(PathBuf),
}

impl Config {
    /// Reads the section `access_log`; nothing, where it is not there: no log is written then.
    pub fn read(top: &Table<'_>) -> Option<Option<Self>> {
        if top.optional("access_log").is_none() {
            return Some(None);
        }
        let section = top.section("access_log", &KEYS)?;
        let formats = [("json", Format::Json), ("combined", Format::Combined)];
        let format = section.optional("format").map_or(Some(Format::Json), |field| field.choice(&formats));
        let target = section.required("file", "a path, or \"stdout\"").and_then(|field| read_target(&field));
        Some(Some(Self { format: format?, target: target? }))
    }
}

fn read_target(field: &Field<'_>) -> Option<Target> {
    match field.text()? {
        STDOUT => Some(Target::Stdout),
        _ => field.file_path().map(Target::File),
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn read(text: &str) -> Result<Option<Config>, Vec<String>> {
        let read = |document: &Field<'_>| Config::read(&document.table(&["access_log"])?);
        doorbuster_config::parse(text, Path::new("/etc/doorbuster"), read)
            .map_err(|faults| faults.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn without_a_section_there_is_no_log() {
        assert_eq!(read(""), Ok(None));
    }

    #[test]
    fn a_file_lies_from_the_documents_folder_and_stdout_is_no_file() {
        let file = Target::File("/etc/doorbuster/access.log".into());
        let json = |target| Ok(Some(Config { format: Format::Json, target }));
        assert_eq!(read("[access_log]\nfile = \"access.log\""), json(file));
        assert_eq!(read("[access_log]\nfile = \"stdout\""), json(Target::Stdout));
        let combined = Config { format: Format::Combined, target: Target::Stdout };
        assert_eq!(read("[access_log]\nformat = \"combined\"\nfile = \"stdout\""), Ok(Some(combined)));
    }

    #[test]
    fn every_fault_is_told_at_once() {
        assert_eq!(
            read("[access_log]\nformat = \"common\"\ncolour = 1").unwrap_err(),
            [
                "access_log.colour: expected no such field (there are format, file), found 1",
                "access_log.format: expected \"json\" or \"combined\", found \"common\"",
                "access_log.file: expected a path, or \"stdout\", found nothing",
            ]
        );
    }
}
