//! `--check-config` finds what a start would stumble over, and touches nothing.

use std::path::Path;
use std::process::{Command, Output};

use doorbuster_tests::fleet::binary;

const EDGE: &str = "edge = \"edge-1\"\ndata = \"data\"\n[link]\nallocator = \"http://127.0.0.1:7000\"\n\
                    [login]\ntoken_key_file = \"key\"\n";

fn check(folder: &Path) -> Output {
    let file = folder.join("edge.toml");
    Command::new(binary("doorbuster-edge").unwrap()).arg("--check-config").arg("--config").arg(file).output().unwrap()
}

#[test]
fn a_key_that_is_missing_or_short_is_found_before_the_start() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("edge.toml"), EDGE).unwrap();
    let refused = || {
        let checked = check(folder.path());
        assert!(!checked.status.success());
        String::from_utf8(checked.stderr).unwrap()
    };
    let missing = refused();
    assert!(missing.contains("login.token_key_file: expected a readable file"), "{missing}");
    std::fs::write(folder.path().join("key"), "short\n").unwrap();
    let short = refused();
    assert!(short.contains("login.token_key_file: expected at least 32 bytes"), "{short}");
    std::fs::write(folder.path().join("key"), "x".repeat(32)).unwrap();
    assert!(check(folder.path()).status.success());
    assert!(!folder.path().join("data").exists());
}
