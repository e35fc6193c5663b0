//! `make model`: runs the mutation gate, or only the mutants that are named. Ends with 1 where one is not found out.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, bail};
use doorbuster_mutants::{Gate, load};

fn main() -> anyhow::Result<ExitCode> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..");
    let root = root.canonicalize().context("the repository that this was built in")?;
    let names: Vec<String> = std::env::args().skip(1).collect();
    let all = load(&root.join("tests/model/mutants"))?;
    if let Some(unknown) = names.iter().find(|name| all.iter().all(|mutant| mutant.name != **name)) {
        bail!("expected a mutant of tests/model/mutants, found {unknown}");
    }
    let asked: Vec<_> = all.into_iter().filter(|mutant| names.is_empty() || names.contains(&mutant.name)).collect();
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from);
    let gate = Gate { root, folder: target.join("mutants"), threads: 2 };
    let report = gate.run(&asked)?;
    println!("{report}");
    let traces = !names.is_empty();
    report
        .verdicts
        .iter()
        .filter(|verdict| traces && verdict.is_caught())
        .for_each(|verdict| println!("{}", verdict.said));
    Ok(if report.mutants_caught() == report.mutants() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
