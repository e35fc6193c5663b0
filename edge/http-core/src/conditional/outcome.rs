//! The conditions, in their order.

use std::time::{Duration, UNIX_EPOCH};

use http::Method;
use http::header::{HeaderName, IF_MATCH, IF_MODIFIED_SINCE, IF_NONE_MATCH, IF_RANGE, IF_UNMODIFIED_SINCE};

use super::entity_tag::{EntityTag, list_fits};
use crate::FieldValues;

/// What tells one state of a representation from another (RFC 9110, 8.8).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Validators<'a> {
    /// The value of `ETag`, as it is sent; empty for none.
    pub etag: &'a [u8],
    /// `Last-Modified`, in whole seconds since 1970.
    pub last_modified_s: Option<u64>,
    /// Whether that date tells apart any two bodies that a client may have got: not so where several encodings share it (8.8.2.2).
    pub date_is_strong: bool,
}

/// What the conditions say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Do what the method asks.
    Proceed,
    /// 304: the client has it.
    NotModified,
    /// 412: it is not what the client insists on.
    PreconditionFailed,
}

/// Evaluates all conditions of a request for something that exists, in the order of RFC 9110, 13.2.2.
pub fn evaluate<F: FieldValues + ?Sized>(method: &Method, fields: &F, validators: &Validators<'_>) -> Outcome {
    if [Method::OPTIONS, Method::TRACE, Method::CONNECT].contains(method) {
        return Outcome::Proceed;
    }
    let reads = *method == Method::GET || *method == Method::HEAD;
    if insists_in_vain(fields, validators) {
        Outcome::PreconditionFailed
    } else if !is_known(fields, validators, reads) {
        Outcome::Proceed
    } else if reads {
        Outcome::NotModified
    } else {
        Outcome::PreconditionFailed
    }
}

/// Whether `Range` may be used: there is no `If-Range`, or it names exactly this state (RFC 9110, 13.1.5).
pub fn range_applies<F: FieldValues + ?Sized>(fields: &F, validators: &Validators<'_>) -> bool {
    let Some(value) = fields.one_value(&IF_RANGE) else { return !fields.has(&IF_RANGE) };
    match EntityTag::parse(value) {
        Some(tag) => own_tag(validators).is_some_and(|own| own.is_strongly(&tag)),
        None => validators.date_is_strong && is_same_date(validators, date_s(value)),
    }
}

/// Steps 1 and 2: `If-Match`, else `If-Unmodified-Since`.
fn insists_in_vain<F: FieldValues + ?Sized>(fields: &F, validators: &Validators<'_>) -> bool {
    if fields.has(&IF_MATCH) {
        let own = own_tag(validators);
        return !list_fits(fields, &IF_MATCH, |tag| own.is_some_and(|own| own.is_strongly(tag)));
    }
    let since = one_date_s(fields, &IF_UNMODIFIED_SINCE);
    since.zip(validators.last_modified_s).is_some_and(|(since, modified)| modified > since)
}

/// Steps 3 and 4: `If-None-Match`, else `If-Modified-Since` where something is read.
fn is_known<F: FieldValues + ?Sized>(fields: &F, validators: &Validators<'_>, reads: bool) -> bool {
    if fields.has(&IF_NONE_MATCH) {
        let own = own_tag(validators);
        return list_fits(fields, &IF_NONE_MATCH, |tag| own.is_some_and(|own| own.is_weakly(tag)));
    }
    let since = if reads { one_date_s(fields, &IF_MODIFIED_SINCE) } else { None };
    since.zip(validators.last_modified_s).is_some_and(|(since, modified)| modified <= since)
}

fn own_tag<'a>(validators: &Validators<'a>) -> Option<EntityTag<'a>> {
    EntityTag::parse(validators.etag)
}

fn is_same_date(validators: &Validators<'_>, date_s: Option<u64>) -> bool {
    date_s.is_some() && date_s == validators.last_modified_s
}

/// The date of a field that is there once and well formed; any other is ignored (13.1.3, 13.1.4).
fn one_date_s<F: FieldValues + ?Sized>(fields: &F, name: &HeaderName) -> Option<u64> {
    date_s(fields.one_value(name)?)
}

fn date_s(value: &[u8]) -> Option<u64> {
    let date = httpdate::parse_http_date(std::str::from_utf8(value).ok()?.trim()).ok()?;
    // A date before 1970 is before anything that we have.
    Some(date.duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO).as_secs())
}

#[cfg(test)]
mod tests {
    use super::Outcome::{NotModified, PreconditionFailed, Proceed};
    use super::*;
    use http::HeaderMap;

    const MODIFIED: &str = "Sat, 29 Oct 1994 19:43:31 GMT";
    const BEFORE: &str = "Sat, 29 Oct 1994 19:43:30 GMT";
    const AFTER: &str = "Sat, 29 Oct 1994 19:43:32 GMT";
    const OWN: Validators<'_> =
        Validators { etag: b"\"xyzzy\"", last_modified_s: Some(783_459_811), date_is_strong: true };

    fn headers(fields: &[(&str, &str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in fields {
            headers.append(name.parse::<HeaderName>().unwrap(), value.parse().unwrap());
        }
        headers
    }

    fn of(method: &Method, fields: &[(&str, &str)]) -> Outcome {
        evaluate(method, &headers(fields), &OWN)
    }

    #[test]
    fn section_13_1_1_if_match_compares_strongly() {
        for (value, expected) in [
            (r#""xyzzy""#, Proceed),
            (r#""xyzzy", "r2d2xxxx", "c3piozzzz""#, Proceed),
            (r#""r2d2xxxx", "xyzzy""#, Proceed),
            ("*", Proceed),
            (r#"W/"xyzzy""#, PreconditionFailed),
            (r#""r2d2xxxx""#, PreconditionFailed),
            ("xyzzy", PreconditionFailed),
            ("", PreconditionFailed),
        ] {
            for method in [Method::GET, Method::HEAD, Method::POST, Method::PUT, Method::DELETE] {
                assert_eq!(of(&method, &[("if-match", value)]), expected, "{value}");
            }
        }
    }

    #[test]
    fn section_13_1_2_if_none_match_compares_weakly() {
        for (value, known) in [
            (r#""xyzzy""#, true),
            (r#"W/"xyzzy""#, true),
            (r#""r2d2xxxx", W/"xyzzy", "c""#, true),
            (r#""a,", "xyzzy""#, true),
            ("*", true),
            (r#""r2d2xxxx""#, false),
            (r#""a,"xyzzy""#, false),
            ("xyzzy", false),
            (r#""xyzzy"#, false),
            ("", false),
        ] {
            let of = |method: &Method| of(method, &[("if-none-match", value)]);
            assert_eq!(of(&Method::GET), if known { NotModified } else { Proceed }, "{value}");
            assert_eq!(of(&Method::HEAD), if known { NotModified } else { Proceed }, "{value}");
            assert_eq!(of(&Method::PUT), if known { PreconditionFailed } else { Proceed }, "{value}");
        }
    }

    #[test]
    fn section_13_1_2_several_lines_are_one_list() {
        assert_eq!(of(&Method::GET, &[("if-none-match", r#""a""#), ("if-none-match", r#""xyzzy""#)]), NotModified);
    }

    #[test]
    fn section_13_1_3_if_modified_since_is_for_reading_alone() {
        for (date, expected) in [(BEFORE, Proceed), (MODIFIED, NotModified), (AFTER, NotModified)] {
            assert_eq!(of(&Method::GET, &[("if-modified-since", date)]), expected, "{date}");
            assert_eq!(of(&Method::HEAD, &[("if-modified-since", date)]), expected, "{date}");
            assert_eq!(of(&Method::POST, &[("if-modified-since", date)]), Proceed, "{date}");
        }
    }

    #[test]
    fn section_13_1_3_it_is_ignored_beside_if_none_match_and_when_it_is_no_date() {
        assert_eq!(of(&Method::GET, &[("if-none-match", r#""other""#), ("if-modified-since", AFTER)]), Proceed);
        for bad in ["yesterday", "0", "", "1994-10-29", "Sat, 29 Oct 1994 19:43:32 CET"] {
            assert_eq!(of(&Method::GET, &[("if-modified-since", bad)]), Proceed, "{bad}");
        }
        assert_eq!(of(&Method::GET, &[("if-modified-since", AFTER), ("if-modified-since", AFTER)]), Proceed);
    }

    #[test]
    fn section_5_6_7_obsolete_dates_are_dates() {
        for date in ["Saturday, 29-Oct-94 19:43:31 GMT", "Sat Oct 29 19:43:31 1994"] {
            assert_eq!(of(&Method::GET, &[("if-modified-since", date)]), NotModified, "{date}");
        }
    }

    #[test]
    fn section_13_1_4_if_unmodified_since() {
        for method in [Method::GET, Method::HEAD, Method::POST] {
            let of = |date| of(&method, &[("if-unmodified-since", date)]);
            assert_eq!(of(BEFORE), PreconditionFailed);
            assert_eq!(of(MODIFIED), Proceed);
            assert_eq!(of(AFTER), Proceed);
            assert_eq!(of("soon"), Proceed);
        }
    }

    #[test]
    fn section_13_2_1_methods_that_select_nothing_have_no_conditions() {
        for method in [Method::OPTIONS, Method::TRACE, Method::CONNECT] {
            assert_eq!(of(&method, &[("if-match", r#""other""#), ("if-none-match", "*")]), Proceed);
        }
    }

    #[test]
    fn section_13_2_2_conditions_have_an_order() {
        for (fields, expected) in [
            // 1 before 2: a fitting If-Match lets a date that does not fit pass.
            (&[("if-match", r#""xyzzy""#), ("if-unmodified-since", BEFORE)][..], Proceed),
            (&[("if-match", r#""other""#), ("if-unmodified-since", AFTER)], PreconditionFailed),
            // 1 and 2 before 3 and 4.
            (&[("if-match", r#""other""#), ("if-none-match", r#""xyzzy""#)], PreconditionFailed),
            (&[("if-match", r#""xyzzy""#), ("if-none-match", r#""xyzzy""#)], NotModified),
            (&[("if-unmodified-since", BEFORE), ("if-modified-since", AFTER)], PreconditionFailed),
            (&[("if-unmodified-since", AFTER), ("if-modified-since", AFTER)], NotModified),
            (&[("if-match", "*"), ("if-modified-since", MODIFIED)], NotModified),
        ] {
            assert_eq!(of(&Method::GET, fields), expected, "{fields:?}");
        }
    }

    #[test]
    fn without_validators_only_an_asterisk_fits() {
        let none = Validators { etag: b"", last_modified_s: None, date_is_strong: true };
        let of = |name, value| evaluate(&Method::GET, &headers(&[(name, value)]), &none);
        assert_eq!(of("if-match", "*"), Proceed);
        assert_eq!(of("if-match", r#""""#), PreconditionFailed);
        assert_eq!(of("if-none-match", r#""""#), Proceed);
        assert_eq!(of("if-unmodified-since", BEFORE), Proceed);
        assert_eq!(of("if-modified-since", AFTER), Proceed);
    }

    #[test]
    fn section_13_1_5_if_range_takes_one_exact_strong_validator() {
        for (value, applies) in [
            (r#""xyzzy""#, true),
            (r#"W/"xyzzy""#, false),
            (r#""other""#, false),
            (r#""xyzzy", "other""#, false),
            ("*", false),
            (MODIFIED, true),
            (BEFORE, false),
            (AFTER, false),
            ("", false),
        ] {
            assert_eq!(range_applies(&headers(&[("if-range", value)]), &OWN), applies, "{value}");
        }
        assert!(range_applies(&HeaderMap::new(), &OWN));
        assert!(!range_applies(&headers(&[("if-range", MODIFIED), ("if-range", MODIFIED)]), &OWN));
    }

    #[test]
    fn section_8_8_2_2_a_date_that_encodings_share_is_weak() {
        let shared = Validators { date_is_strong: false, ..OWN };
        assert!(!range_applies(&headers(&[("if-range", MODIFIED)]), &shared));
        assert!(range_applies(&headers(&[("if-range", r#""xyzzy""#)]), &shared));
        let undated = Validators { last_modified_s: None, ..OWN };
        assert!(!range_applies(&headers(&[("if-range", "nonsense")]), &undated));
    }
}
