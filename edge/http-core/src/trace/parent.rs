//! The parser of `traceparent`: strict in version 00, and as the Recommendation says in versions to come.

use super::{SpanId, TraceContext, TraceId};

/// `version "-" trace-id "-" parent-id "-" trace-flags`.
const LENGTH: usize = 2 + 1 + 32 + 1 + 16 + 1 + 2;
const SAMPLED: u128 = 1;

pub(super) fn parse(value: &[u8]) -> Option<TraceContext> {
    let (known, more) = value.split_at_checked(LENGTH)?;
    let version = hex(&known[..2])?;
    let fits = match version {
        0 => more.is_empty(),
        0xff => false,
        _ => matches!(more.first(), None | Some(b'-')),
    };
    if !fits || [2, 35, 52].iter().any(|at| known[*at] != b'-') {
        return None;
    }
    let (trace, parent, flags) = (hex(&known[3..35])?, hex(&known[36..52])?, hex(&known[53..])?);
    if trace == 0 || parent == 0 {
        return None;
    }
    let parent_id = SpanId(u64::try_from(parent).expect("16 hex digits"));
    Some(TraceContext { trace_id: TraceId(trace), parent_id, is_sampled: flags & SAMPLED != 0 })
}

/// Lower-case hex alone.
fn hex(digits: &[u8]) -> Option<u128> {
    digits.iter().try_fold(0, |number, digit| {
        let value = match digit {
            b'0'..=b'9' => digit - b'0',
            b'a'..=b'f' => digit - b'a' + 10,
            _ => return None,
        };
        Some(number << 4 | u128::from(value))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
    const SPAN: &str = "00f067aa0ba902b7";

    fn sampled(value: &str) -> Option<bool> {
        parse(value.as_bytes()).map(|context| context.is_sampled)
    }

    #[test]
    fn version_00_is_taken_as_it_is_written() {
        assert_eq!(sampled(&format!("00-{TRACE}-{SPAN}-00")), Some(false));
        assert_eq!(sampled(&format!("00-{TRACE}-{SPAN}-01")), Some(true));
        assert_eq!(sampled(&format!("00-{TRACE}-{SPAN}-ff")), Some(true));
    }

    #[test]
    fn malformed_parents_are_refused() {
        let zeros = "0".repeat(32);
        for bad in [
            String::new(),
            format!("00-{TRACE}-{SPAN}-0"),
            format!("00-{TRACE}-{SPAN}-01-"),
            format!("00-{TRACE}-{SPAN}-01-more"),
            format!("00-{TRACE}-{SPAN}-0G"),
            format!("00-{TRACE}_{SPAN}-01"),
            format!("0-{TRACE}-{SPAN}-001"),
            format!("00-{}-{SPAN}-01", TRACE.to_uppercase()),
            format!("00-{zeros}-{SPAN}-01"),
            format!("00-{TRACE}-{}-01", &zeros[..16]),
            format!("ff-{TRACE}-{SPAN}-01"),
            format!("00-{TRACE}-{SPAN}-+1"),
            format!(" 00-{TRACE}-{SPAN}-01"),
        ] {
            assert_eq!(sampled(&bad), None, "{bad}");
        }
    }

    #[test]
    fn a_later_version_is_read_as_far_as_it_is_known() {
        assert_eq!(sampled(&format!("01-{TRACE}-{SPAN}-01")), Some(true));
        assert_eq!(sampled(&format!("cc-{TRACE}-{SPAN}-01-what-the-future-adds")), Some(true));
        assert_eq!(sampled(&format!("cc-{TRACE}-{SPAN}-01.what")), None);
    }
}
