//! What all storeys saw together.

use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::path::Path;

use serde::Serialize;

/// The sums, as `prove.json` has them.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Proof {
    /// States that the model met, those met again included.
    pub model_states: u64,
    /// Of them, different ones.
    pub model_states_unique: u64,
    /// Configurations of the model that were explored to the end.
    pub model_configurations_exhausted: u64,
    /// Protocols made bad on purpose.
    pub mutants: u64,
    /// Of them, those found out by the invariant that they should break.
    pub mutants_caught: u64,
    /// Simulated worlds.
    pub seeds: u64,
    /// Hours that passed in them.
    pub simulated_hours: f64,
    /// Faults of each kind: `sim.` in simulated worlds, `nemesis.` to real processes.
    pub faults: BTreeMap<String, u64>,
    /// Runs of real processes.
    pub nemesis_runs: u64,
    /// Orders that the judge compared with what shoppers were told, over all runs and worlds.
    pub orders_checked: u64,
    /// Invariants that did not hold.
    pub violations: u64,
}

impl Proof {
    /// Notes some faults of a kind.
    pub(super) fn fault(&mut self, storey: &str, kind: &str, times: u64) {
        *self.faults.entry(format!("{storey}.{kind}")).or_default() += times;
    }

    /// Whether nothing was found, and every mutant was.
    pub fn holds(&self) -> bool {
        self.violations == 0 && self.mutants_caught == self.mutants
    }

    /// Writes `prove.json` into a folder.
    ///
    /// # Errors
    /// The folder cannot be made, or written to.
    pub fn write(&self, folder: &Path) -> io::Result<()> {
        std::fs::create_dir_all(folder)?;
        let json = serde_json::to_string_pretty(self)?;
        std::fs::write(folder.join("prove.json"), json + "\n")
    }
}

impl fmt::Display for Proof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "model:      {} states, {} different", self.model_states, self.model_states_unique)?;
        writeln!(f, "            {} configurations explored to the end", self.model_configurations_exhausted)?;
        writeln!(f, "mutants:    {} of {} caught", self.mutants_caught, self.mutants)?;
        writeln!(f, "simulation: {} seeds, {:.1} simulated hours", self.seeds, self.simulated_hours)?;
        writeln!(f, "nemesis:    {} runs of real processes", self.nemesis_runs)?;
        writeln!(f, "orders:     {} checked", self.orders_checked)?;
        writeln!(f, "faults:")?;
        for (kind, times) in &self.faults {
            writeln!(f, "  {times:>8} {kind}")?;
        }
        write!(f, "violations: {}", self.violations)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_json_has_the_names_that_were_agreed_on() {
        let folder = tempfile::tempdir().unwrap();
        Proof::default().write(folder.path()).unwrap();
        let text = std::fs::read_to_string(folder.path().join("prove.json")).unwrap();
        let json: serde_json::Value = serde_json::from_str(&text).unwrap();
        for name in [
            "model_states",
            "mutants",
            "mutants_caught",
            "seeds",
            "simulated_hours",
            "faults",
            "nemesis_runs",
            "orders_checked",
            "violations",
        ] {
            assert!(json.get(name).is_some(), "{name}");
        }
    }

    #[test]
    fn a_mutant_that_got_away_is_a_failure() {
        assert!(Proof::default().holds());
        assert!(!Proof { mutants: 15, mutants_caught: 14, ..Proof::default() }.holds());
        assert!(!Proof { violations: 1, ..Proof::default() }.holds());
    }
}
