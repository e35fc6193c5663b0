//! `Range`: whatever is asked for, what is selected lies within the body and apart, and is no more than was asked for.

#![no_main]

use doorbuster_http_core::range::{RANGES_MAX, Selection, Span, select};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Some((length, value)) = data.split_first_chunk::<8>() else { return };
    // Small bodies are where ends are met; any other is asked about too.
    let length = u64::from_le_bytes(*length);
    for length in [length % 64, length] {
        let selection = select(value, length);
        let spans = match &selection {
            Selection::Whole | Selection::Unsatisfiable => continue,
            Selection::One(span) => vec![*span],
            Selection::Several(spans) => spans.clone(),
        };
        is_sound(&spans, length);
        assert_eq!(select(asked(&spans).as_bytes(), length), selection, "asked for once more");
        if length < 64 {
            let selected: Vec<bool> = (0..length).map(|at| spans.iter().any(|span| has(span, at))).collect();
            assert_eq!(selected, plainly(value, length), "of {length} bytes");
        }
    }
});

fn is_sound(spans: &[Span], length: u64) {
    assert!(!spans.is_empty() && spans.len() <= RANGES_MAX);
    for (at, span) in spans.iter().enumerate() {
        assert!(span.first <= span.last && span.last < length, "{span:?} of {length}");
        let apart = |other: &Span| other.first > span.last + 1 || span.first > other.last + 1;
        assert!(spans[..at].iter().all(apart), "{spans:?}");
    }
}

fn asked(spans: &[Span]) -> String {
    let each: Vec<_> = spans.iter().map(|span| format!("{}-{}", span.first, span.last)).collect();
    format!("bytes={}", each.join(","))
}

fn has(span: &Span, at: u64) -> bool {
    (span.first..=span.last).contains(&at)
}

/// The bytes that are asked for, one by one, of a value that is well formed.
fn plainly(value: &[u8], length: u64) -> Vec<bool> {
    let text = std::str::from_utf8(value).expect("only ASCII is selected by");
    let (_, list) = text.split_once('=').expect("a unit and ranges");
    let number = |text: &str| text.parse::<u128>().unwrap_or(u128::MAX);
    let mut asked = vec![false; usize::try_from(length).unwrap()];
    for spec in list.split(',').map(str::trim).filter(|spec| !spec.is_empty()) {
        let (first, last) = spec.split_once('-').expect("a range");
        let (first, last) = match (first, last) {
            ("", suffix) => (u128::from(length).saturating_sub(number(suffix)), u128::MAX),
            (first, "") => (number(first), u128::MAX),
            (first, last) => (number(first), number(last)),
        };
        for (at, asked) in (0..).zip(&mut asked) {
            *asked |= (first..=last).contains(&at);
        }
    }
    asked
}
