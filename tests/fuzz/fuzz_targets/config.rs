//! The edge's configuration: whatever is written is taken, or refused with reasons that say where.

#![no_main]

use std::path::Path;

use doorbuster_edge::config::Config;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else { return };
    match Config::parse(text, Path::new("/etc/doorbuster")) {
        Ok(config) => assert_eq!(Config::parse(text, Path::new("/etc/doorbuster")), Ok(config)),
        Err(faults) => {
            assert!(!faults.is_empty(), "refused without a reason");
            assert!(faults.iter().all(|fault| !fault.path.is_empty() && !fault.expected.is_empty()), "{faults:?}");
        }
    }
});
