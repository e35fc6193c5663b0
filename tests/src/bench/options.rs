//! What the bench is told, by environment variables: `make bench QUICK=1`.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::Context as _;

use super::effort::Effort;
use super::rows::{ROWS, Row};

/// Parts that are no rows of the table of costs.
const PARTS: [&str; 3] = ["open_loop", "idle_connection", "cold_start"];
/// A day.
const SOAK_MINUTES_MAX: u64 = 24 * 60;

/// What the bench is told.
#[derive(Debug, Clone)]
pub struct Options {
    /// `QUICK=1`: two short rounds.
    pub quick: bool,
    /// `BENCH_DIR`: where `bench.json` goes, and where everything is kept meanwhile.
    pub folder: PathBuf,
    /// `SOAK_MINUTES`: for how long the edge's memory is watched under load.
    pub soak: Option<Duration>,
    chosen: Option<Vec<String>>,
}

impl Options {
    /// Reads the environment. An empty variable counts as none.
    ///
    /// # Errors
    /// `ROWS` names what there is not, or `SOAK_MINUTES` is no number.
    pub fn from_env() -> anyhow::Result<Self> {
        let quick = text("QUICK").is_some_and(|quick| quick != "0");
        let folder = text("BENCH_DIR").map_or_else(usual_folder, |folder| Ok(folder.into()))?;
        let chosen = text("ROWS").map(|rows| chosen(&rows)).transpose()?;
        let soak = text("SOAK_MINUTES").map(|minutes| soak(&minutes)).transpose()?;
        Ok(Self { quick, folder, soak, chosen })
    }

    /// How much is measured.
    pub fn effort(&self) -> Effort {
        if self.quick { Effort::QUICK } else { Effort::WHOLE }
    }

    /// The rows that were asked for: all, unless `ROWS` names some.
    pub fn rows(&self) -> Vec<Row> {
        ROWS.into_iter().filter(|row| self.wants(row.key)).collect()
    }

    /// Whether a row or a part was asked for.
    pub fn wants(&self, key: &str) -> bool {
        self.chosen.as_ref().is_none_or(|chosen| chosen.iter().any(|name| name == key))
    }
}

fn text(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// Under the target folder that this program was built into.
fn usual_folder() -> anyhow::Result<PathBuf> {
    let this = std::env::current_exe()?;
    let target = this.ancestors().nth(2).context("this program is in no target folder: set BENCH_DIR")?;
    Ok(target.join("bench"))
}

fn soak(minutes: &str) -> anyhow::Result<Duration> {
    let number = minutes.parse::<u64>().ok().filter(|number| (1..=SOAK_MINUTES_MAX).contains(number));
    let number =
        number.with_context(|| format!("SOAK_MINUTES: expected 1 to {SOAK_MINUTES_MAX}, found {minutes:?}"))?;
    Ok(Duration::from_secs(number * 60))
}

fn chosen(rows: &str) -> anyhow::Result<Vec<String>> {
    let names: Vec<String> = rows.split([',', ' ']).filter(|name| !name.is_empty()).map(str::to_owned).collect();
    let all: Vec<&str> = ROWS.iter().map(|row| row.key).chain(PARTS).collect();
    let unknown = names.iter().find(|name| !all.contains(&name.as_str()));
    anyhow::ensure!(
        unknown.is_none(),
        "ROWS: expected some of {}, found {:?}",
        all.join(", "),
        unknown.unwrap_or(&names[0])
    );
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_chosen_by_their_keys() {
        assert_eq!(chosen("sold_out, cold_start").unwrap(), ["sold_out", "cold_start"]);
        assert!(chosen("sold-out").unwrap_err().to_string().contains("\"sold-out\""));
    }

    #[test]
    fn a_soak_lasts_minutes() {
        assert_eq!(soak("60").unwrap(), Duration::from_secs(3_600));
        assert!(soak("0").is_err() && soak("an hour").is_err());
    }

    #[test]
    fn without_a_choice_everything_is_wanted() {
        let options = Options { quick: true, folder: PathBuf::new(), soak: None, chosen: None };
        assert_eq!(options.rows().len(), ROWS.len());
        let options = Options { chosen: Some(vec!["sold_out".into()]), ..options };
        assert!(options.rows().len() == 1 && !options.wants("open_loop"));
    }
}
