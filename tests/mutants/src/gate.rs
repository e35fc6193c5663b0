//! The gate: builds the mutants, runs each, and says which were found out, and by what.

use std::fmt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;
use std::thread;

use crate::build::build;
use crate::mutant::{Error, Mutant};

/// Where the gate works.
#[derive(Debug, Clone)]
pub struct Gate {
    /// The repository.
    pub root: PathBuf,
    /// A folder that it may fill: copies, and what is compiled of them.
    pub folder: PathBuf,
    /// How many mutants are run beside each other.
    pub threads: usize,
}

/// What became of a mutant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// Its name.
    pub name: String,
    /// What is made bad.
    pub breaks: String,
    /// The invariant that should find it out.
    pub expected: String,
    /// The invariant that did, if any.
    pub found: Option<String>,
    /// What the model printed: the trace, where there is one.
    pub said: String,
}

/// What became of all of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// One for each mutant, by name.
    pub verdicts: Vec<Verdict>,
}

impl Verdict {
    /// Whether it was found out, and by the right invariant.
    pub fn is_caught(&self) -> bool {
        self.found.as_ref() == Some(&self.expected)
    }
}

impl Report {
    /// How many there are.
    pub fn mutants(&self) -> usize {
        self.verdicts.len()
    }

    /// How many were found out.
    pub fn mutants_caught(&self) -> usize {
        self.verdicts.iter().filter(|verdict| verdict.is_caught()).count()
    }
}

impl Gate {
    /// Builds and runs these mutants.
    ///
    /// # Errors
    /// [`Error`] where an edit does not fit, or something does not compile or run. A mutant that is not found out is no
    /// error, but in the report.
    pub fn run(&self, mutants: &[Mutant]) -> Result<Report, Error> {
        let binaries = build(&self.root, &self.folder, mutants)?;
        let (waiting, judged) = (Mutex::new(mutants.iter()), Mutex::new(Vec::new()));
        thread::scope(|scope| {
            for _ in 0..self.threads.max(1) {
                scope.spawn(|| {
                    while let Some(mutant) = next(&waiting) {
                        let verdict = judge(&binaries, mutant);
                        judged.lock().expect("no other thread panics").push(verdict);
                    }
                });
            }
        });
        let judged = judged.into_inner().expect("no other thread panics");
        let mut verdicts = judged.into_iter().collect::<Result<Vec<_>, _>>()?;
        verdicts.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(Report { verdicts })
    }
}

fn next<'a>(waiting: &Mutex<std::slice::Iter<'a, Mutant>>) -> Option<&'a Mutant> {
    waiting.lock().expect("no other thread panics").next()
}

fn judge(binaries: &Path, mutant: &Mutant) -> Result<Verdict, Error> {
    let binary = binaries.join(&mutant.name);
    let mut model = Command::new(&binary);
    model.args([mutant.configuration.as_str(), &mutant.states.to_string()]);
    let output = model.output().map_err(|error| Error::Io(binary, error))?;
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let found = said.lines().find_map(|line| line.strip_prefix("violated: ")).map(str::to_owned);
    let is_told = output.status.code() == Some(i32::from(found.is_some()));
    if !is_told {
        return Err(Error::Run(mutant.name.clone(), format!("{said}{}", String::from_utf8_lossy(&output.stderr))));
    }
    let (name, breaks, expected) = (mutant.name.clone(), mutant.breaks.clone(), mutant.caught_by.clone());
    Ok(Verdict { name, breaks, expected, found, said })
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for verdict in &self.verdicts {
            let found = verdict.found.as_deref().unwrap_or("nothing");
            let word = if verdict.is_caught() { "caught" } else { "MISSED" };
            writeln!(f, "{word}  {:<28} by {found:<13} {}", verdict.name, verdict.breaks)?;
            if !verdict.is_caught() {
                writeln!(f, "        expected {}; the model said:\n{}", verdict.expected, verdict.said)?;
            }
        }
        write!(f, "{} of {} mutants caught", self.mutants_caught(), self.mutants())
    }
}
