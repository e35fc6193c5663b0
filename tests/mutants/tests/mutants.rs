//! The mutants fit the source as it is, and one that does not is refused. That each is found out is the gate's to show.

use std::path::{Path, PathBuf};

use doorbuster_mutants::{Edit, Error, Mutant, check, load};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().expect("the repository is there")
}

fn mutant(file: &str, find: &str) -> Mutant {
    Mutant {
        name: "made-up".to_owned(),
        breaks: "something".to_owned(),
        caught_by: "nothing".to_owned(),
        configuration: "selling".to_owned(),
        states: 1,
        edits: vec![Edit { file: file.into(), find: find.to_owned(), replace: String::new() }],
    }
}

#[test]
fn there_are_sixteen_mutants_and_their_edits_fit_the_source() {
    let mutants = load(&root().join("tests/model/mutants")).unwrap();
    assert_eq!(mutants.len(), 16);
    check(&root(), &mutants).unwrap();
}

#[test]
fn an_edit_that_fits_nowhere_or_twice_is_refused_by_name() {
    for (find, times) in [("no such text anywhere", 0), ("use crate::", 3)] {
        let error = check(&root(), &[mutant("edge/core/src/closing.rs", find)]).unwrap_err();
        assert!(
            matches!(&error, Error::Edit { mutant, found, .. } if mutant == "made-up" && *found == times),
            "{error}"
        );
    }
}

#[test]
fn an_edit_of_another_crate_is_refused() {
    let error = check(&root(), &[mutant("edge/src/main.rs", "fn main")]).unwrap_err();
    assert!(matches!(error, Error::Elsewhere(..)), "{error}");
}
