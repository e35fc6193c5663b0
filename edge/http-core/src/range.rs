//! Range requests (RFC 9110, 14): which bytes of a body a client gets.
//!
//! Ranges that overlap or touch become one, at the place of the first of them (15.3.7.2). A `Range` with more than
//! [`RANGES_MAX`] ranges, or that is malformed, or in another unit, is ignored, as 14.2 allows: the client gets the whole.

/// The most ranges that one request may ask for. Players ask for one, some readers of PDF files for a handful.
pub const RANGES_MAX: usize = 16;

/// A run of bytes, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// The first byte's position.
    pub first: u64,
    /// The last byte's position.
    pub last: u64,
}

/// What to send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Selection {
    /// 200: all of it.
    Whole,
    /// 206: one part.
    One(Span),
    /// 206: at least two parts, as multipart/byteranges, in this order.
    Several(Vec<Span>),
    /// 416: nothing of what was asked for is there.
    Unsatisfiable,
}

/// What a `Range` header's value selects of a body of `length` bytes. Of an empty body, what begins at its begin is all of it.
pub fn select(value: &[u8], length: u64) -> Selection {
    let Some(specs) = parse(value) else { return Selection::Whole };
    if length == 0 && specs.iter().any(Spec::is_from_the_begin_of_nothing) {
        return Selection::Whole;
    }
    let mut spans = Vec::with_capacity(specs.len());
    for span in specs.iter().filter_map(|spec| spec.within(length)) {
        merge(&mut spans, span);
    }
    match spans.as_slice() {
        [] => Selection::Unsatisfiable,
        [one] => Selection::One(*one),
        _ => Selection::Several(spans),
    }
}

impl Span {
    /// How many bytes it has.
    pub fn length(self) -> u64 {
        self.last - self.first + 1
    }

    /// The value of `Content-Range` for this part of `length` bytes.
    pub fn content_range(self, length: u64) -> String {
        format!("bytes {}-{}/{length}", self.first, self.last)
    }

    fn touches(self, other: Self) -> bool {
        self.first <= other.last.saturating_add(1) && other.first <= self.last.saturating_add(1)
    }
}

/// The value of `Content-Range` in a 416 about `length` bytes.
pub fn unsatisfied(length: u64) -> String {
    format!("bytes */{length}")
}

#[derive(Debug, Clone, Copy)]
enum Spec {
    From { first: u64, last: Option<u64> },
    Suffix(u64),
}

impl Spec {
    fn parse(text: &[u8]) -> Option<Self> {
        let dash = text.iter().position(|byte| *byte == b'-')?;
        match (&text[..dash], &text[dash + 1..]) {
            (b"", suffix) => Some(Self::Suffix(number(suffix)?)),
            (first, b"") => Some(Self::From { first: number(first)?, last: None }),
            (first, last) => {
                let (first, last) = (number(first)?, number(last)?);
                (first <= last).then_some(Self::From { first, last: Some(last) })
            }
        }
    }

    fn within(&self, length: u64) -> Option<Span> {
        let end = length.checked_sub(1)?;
        match *self {
            Self::From { first, last } if first <= end => Some(Span { first, last: last.unwrap_or(end).min(end) }),
            Self::Suffix(suffix) if suffix > 0 => Some(Span { first: length.saturating_sub(suffix), last: end }),
            _ => None,
        }
    }

    fn is_from_the_begin_of_nothing(&self) -> bool {
        match *self {
            Self::From { first, .. } => first == 0,
            Self::Suffix(suffix) => suffix > 0,
        }
    }
}

/// The ranges asked for; `None` where the header is to be ignored.
fn parse(value: &[u8]) -> Option<Vec<Spec>> {
    let value = value.trim_ascii();
    let equals = value.iter().position(|byte| *byte == b'=')?;
    if !value[..equals].eq_ignore_ascii_case(b"bytes") {
        return None;
    }
    let mut specs = Vec::new();
    let elements = value[equals + 1..].split(|byte| *byte == b',').map(<[u8]>::trim_ascii);
    // Empty elements are no elements (5.6.1.2).
    for element in elements.filter(|element| !element.is_empty()) {
        if specs.len() == RANGES_MAX {
            return None;
        }
        specs.push(Spec::parse(element)?);
    }
    (!specs.is_empty()).then_some(specs)
}

/// A number; one that is too large to count is past any end all the same.
fn number(digits: &[u8]) -> Option<u64> {
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let grow = |number: u64, digit: &u8| number.saturating_mul(10).saturating_add(u64::from(digit - b'0'));
    Some(digits.iter().fold(0, grow))
}

fn merge(spans: &mut Vec<Span>, mut span: Span) {
    let mut at = spans.len();
    while let Some(touched) = spans.iter().position(|other| other.touches(span)) {
        let other = spans.remove(touched);
        span = Span { first: span.first.min(other.first), last: span.last.max(other.last) };
        at = at.min(touched);
    }
    spans.insert(at.min(spans.len()), span);
}

#[cfg(test)]
mod tests {
    use super::Selection::{One, Several, Unsatisfiable, Whole};
    use super::*;

    fn of(value: &str, length: u64) -> Selection {
        select(value.as_bytes(), length)
    }

    fn one(first: u64, last: u64) -> Selection {
        One(Span { first, last })
    }

    fn several(spans: &[(u64, u64)]) -> Selection {
        Several(spans.iter().map(|(first, last)| Span { first: *first, last: *last }).collect())
    }

    #[test]
    fn section_14_1_2_the_examples_of_a_body_of_10_000_bytes() {
        assert_eq!(of("bytes=0-499", 10_000), one(0, 499));
        assert_eq!(of("bytes=500-999", 10_000), one(500, 999));
        assert_eq!(of("bytes=-500", 10_000), one(9_500, 9_999));
        assert_eq!(of("bytes=9500-", 10_000), one(9_500, 9_999));
        assert_eq!(of("bytes=0-0,-1", 10_000), several(&[(0, 0), (9_999, 9_999)]));
        assert_eq!(of("bytes= 0-999, 4500-5499, -1000", 10_000), several(&[(0, 999), (4_500, 5_499), (9_000, 9_999)]));
        // 500-600 and 601-999 are legal, but not the usual way to say 500-999.
        assert_eq!(of("bytes=500-600,601-999", 10_000), one(500, 999));
        assert_eq!(of("bytes=500-700,601-999", 10_000), one(500, 999));
    }

    #[test]
    fn section_14_1_2_an_end_past_the_end_is_the_end() {
        assert_eq!(of("bytes=0-", 10), one(0, 9));
        assert_eq!(of("bytes=5-10", 10), one(5, 9));
        assert_eq!(of("bytes=9-99999999999999999999999999", 10), one(9, 9));
        assert_eq!(of("bytes=-11", 10), one(0, 9));
        assert_eq!(of("bytes=-99999999999999999999999999", 10), one(0, 9));
        assert_eq!(of("bytes=0-18446744073709551615,5-18446744073709551615", u64::MAX), one(0, u64::MAX - 1));
    }

    #[test]
    fn section_14_1_2_what_is_not_there_is_unsatisfiable() {
        for value in ["bytes=10-", "bytes=10-11", "bytes=-0", "bytes=99999999999999999999-", "bytes=10-,-0"] {
            assert_eq!(of(value, 10), Unsatisfiable, "{value}");
        }
        assert_eq!(of("bytes=10-,0-1", 10), one(0, 1));
    }

    #[test]
    fn section_14_2_what_is_malformed_or_unknown_is_ignored() {
        for value in [
            "",
            "bytes",
            "bytes=",
            "bytes=,",
            "bytes=-",
            "bytes=a-b",
            "bytes=1",
            "bytes=5-4",
            "bytes=0-1,5-4",
            "bytes=--1",
            "bytes=0-1-2",
            "bytes=+0-1",
            "bytes=0 -1",
            "bytes=0- 1",
            "bytes=0x0-1",
            "bytes=0-1;2-3",
            "items=0-1",
            "bytes =0-1",
            "bytes=0-1\u{0}",
            "0-1",
            "=0-1",
            "bytes=99999999999999999999-5",
        ] {
            assert_eq!(of(value, 10), Whole, "{value:?}");
        }
        assert_eq!(select(&[0xff, b'='], 10), Whole);
    }

    #[test]
    fn section_14_1_units_are_compared_without_case_and_lists_may_have_gaps() {
        assert_eq!(of("Bytes=0-1", 10), one(0, 1));
        assert_eq!(of("bytes=,0-1 ,\t, 4-5,", 10), several(&[(0, 1), (4, 5)]));
    }

    #[test]
    fn section_15_3_7_2_parts_keep_the_order_in_which_they_were_asked_for() {
        assert_eq!(of("bytes=8-9,0-1", 10), several(&[(8, 9), (0, 1)]));
        assert_eq!(of("bytes=8-9,0-1,4-7", 10), several(&[(4, 9), (0, 1)]));
        assert_eq!(of("bytes=0-1,8-9,2-7", 10), one(0, 9));
        assert_eq!(of("bytes=6-6,0-0,2-2,1-1", 10), several(&[(6, 6), (0, 2)]));
    }

    #[test]
    fn section_17_15_too_many_ranges_are_ignored() {
        let many = |count: usize| format!("bytes={}", vec!["0-0"; count].join(","));
        assert_eq!(of(&many(RANGES_MAX), 10), one(0, 0));
        assert_eq!(of(&many(RANGES_MAX + 1), 10), Whole);
        let apart: Vec<_> = (0..RANGES_MAX).map(|at| format!("{}-{}", at * 2, at * 2)).collect();
        assert!(matches!(of(&format!("bytes={}", apart.join(",")), 99), Several(spans) if spans.len() == RANGES_MAX));
    }

    #[test]
    fn an_empty_body_is_whole_from_its_begin() {
        for value in ["bytes=0-", "bytes=0-0", "bytes=-1"] {
            assert_eq!(of(value, 0), Whole, "{value}");
        }
        for value in ["bytes=1-", "bytes=-0"] {
            assert_eq!(of(value, 0), Unsatisfiable, "{value}");
        }
    }

    #[test]
    fn content_range_says_which_bytes_of_how_many() {
        let span = Span { first: 21_010, last: 47_021 };
        assert_eq!(span.content_range(47_022), "bytes 21010-47021/47022");
        assert_eq!(span.length(), 26_012);
        assert_eq!(unsatisfied(47_022), "bytes */47022");
    }

    #[test]
    fn whatever_is_asked_for_spans_lie_within_the_body_and_apart() {
        let mut state = 1_u32;
        let mut random = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            u64::from(state >> 16)
        };
        let alphabet = b"0123456789---,,, ";
        for _ in 0..20_000 {
            let letter = |random: u64| alphabet[usize::try_from(random).unwrap() % alphabet.len()];
            let text: Vec<u8> = (0..random() % 24).map(|_| letter(random())).collect();
            let length = random() % 40;
            let spans = match select(&[b"bytes=", &text[..]].concat(), length) {
                One(span) => vec![span],
                Several(spans) => spans,
                Whole | Unsatisfiable => continue,
            };
            for (at, span) in spans.iter().enumerate() {
                assert!(span.first <= span.last && span.last < length, "{spans:?} of {length}");
                assert!(spans[at + 1..].iter().all(|other| !other.touches(*span)), "{spans:?}");
            }
        }
    }
}
