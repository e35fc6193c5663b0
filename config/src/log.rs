//! What is logged: JSON lines on standard error.

use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::LevelFilter;

use crate::{Field, Table};

const EXPECTED: &str = "a level (error, warn, info, debug, trace) or a filter such as \"info,h2=warn\"";

/// What is logged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogConfig {
    /// A filter, as `tracing` spells it; the environment variable `RUST_LOG` goes before it.
    pub level: String,
}

impl LogConfig {
    /// Reads the section `log`: level `info`, where it is not said.
    pub fn read(top: &Table<'_>) -> Option<Self> {
        let level = top.section("log", &["level"])?.optional("level");
        Some(Self { level: level.map_or(Some("info".into()), |field| read_filter(&field))? })
    }
}

/// Begins to log to standard error, one JSON object a line.
///
/// # Panics
/// When the process logs already.
pub fn to_stderr(config: &LogConfig) {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(&config.level));
    tracing_subscriber::fmt().json().flatten_event(true).with_env_filter(filter).with_writer(std::io::stderr).init();
}

fn read_filter(field: &Field<'_>) -> Option<String> {
    let filter = field.text()?;
    let fits = filter.split(',').all(is_directive) && filter.parse::<EnvFilter>().is_ok();
    if !fits {
        field.wrong(EXPECTED);
    }
    fits.then(|| filter.to_owned())
}

/// `tracing` takes a lone word that is no level for the name of a module, the only one to be logged: a mistyped level
/// would silence everything. Here a module comes with its level.
fn is_directive(part: &str) -> bool {
    part.contains('=') || (!part.is_empty() && part.parse::<LevelFilter>().is_ok())
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn level(text: &str) -> Result<String, String> {
        let read = |document: &Field<'_>| LogConfig::read(&document.table(&["log"])?);
        let read = crate::parse(text, Path::new(""), read);
        read.map(|config| config.level).map_err(|faults| faults[0].path.clone())
    }

    #[test]
    fn a_level_or_a_filter_is_taken_and_info_without_one() {
        assert_eq!(level(""), Ok("info".into()));
        assert_eq!(level("[log]"), Ok("info".into()));
        for good in ["warn", "info,doorbuster_edge=debug", "off,h2=warn"] {
            assert_eq!(level(&format!("[log]\nlevel = {good:?}")), Ok(good.into()));
        }
    }

    #[test]
    fn a_mistyped_level_does_not_silence_the_log() {
        for bad in ["loud", "", "info,", "h2", "h2=loud", "inf,h2=warn"] {
            assert_eq!(level(&format!("[log]\nlevel = {bad:?}")), Err("log.level".into()), "{bad:?}");
        }
        assert_eq!(level("[log]\ncolour = 1"), Err("log.colour".into()));
    }
}
