//! `Accept-Encoding`: what is chosen is offered and was asked for, whether a list comes in one line or in several.

#![no_main]

use doorbuster_http_core::encoding::{Encoding, Offered, choose};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let [offers, value @ ..] = data else { return };
    let held = [Encoding::Brotli, Encoding::Zstd, Encoding::Gzip];
    let held = held.into_iter().enumerate().filter(|(bit, _)| offers & 1 << bit != 0);
    let offered = held.fold(Offered::IDENTITY, |offered, (_, encoding)| offered.with(encoding));
    let chosen = choose([value], offered);
    assert!(offered.has(chosen), "{chosen:?} is not offered");
    assert_eq!(choose(value.split(|byte| *byte == b','), offered), chosen, "in lines of their own");
    assert_eq!(choose([&value.to_ascii_uppercase()[..]], offered), chosen, "in capitals");
    if let Some(name) = chosen.name() {
        let value = value.to_ascii_lowercase();
        let says = |word: &str| value.windows(word.len()).any(|part| part == word.as_bytes());
        assert!(says(name) || says("*"), "{name} was not asked for");
    }
    assert_eq!(choose([], offered), Encoding::Identity);
});
