//! Where an edge answers otherwise than nginx on purpose.

use super::answer::Answer;
use super::compare::Difference;
use super::requests::{MODIFIED, Request};

/// A difference in one thing, when it is one, and why.
struct Rule {
    what: &'static str,
    when: fn(&Request, &Answer, &Answer) -> bool,
    reason: &'static str,
}

/// Ranges that nginx refuses: no ranges at all, which are to be ignored (RFC 9110, 14.2), or with an empty element (5.6.1.2), or with
/// an end that is past any number.
const REFUSED_BY_NGINX: [&str; 6] =
    ["bytes=5-2", "bytes=a-b", "bytes=", "bytes=0-1,", "bytes=0-1;2-3", "bytes=0-18446744073709551616"];
const OVERLAPPING: [&str; 2] = ["bytes=0-4,2-9", "bytes=0-4,5-9"];

const NOTHING_OF_NOTHING: &str = "no last bytes are no range, of an empty file too (RFC 9110, 14.1.2)";
const SHARED_DATE: &str = "a date that several encodings share is no strong validator (RFC 9110, 8.8.2.2, 13.1.5)";
const HIDDEN: &str = "files whose name begins with a dot are not served";
const HEAD_HAS_NO_RANGE: &str = "Range is for GET alone (RFC 9110, 14.2)";
const BAD_RANGES_ARE_IGNORED: &str =
    "a Range that is malformed is ignored, and a list may have empty elements (RFC 9110, 14.2, 5.6.1.2)";
const MERGED: &str = "ranges that overlap or touch are sent as one (RFC 9110, 15.3.7.2)";
const IF_MATCH_GOES_FIRST: &str =
    "If-Unmodified-Since is ignored beside If-Match, or when it is no date (RFC 9110, 13.1.4)";
const IF_NONE_MATCH_GOES_FIRST: &str = "If-Modified-Since is ignored beside If-None-Match (RFC 9110, 13.1.3)";
const ALLOW: &str = "a 405 says what is allowed (RFC 9110, 15.5.6)";
const NO_DATE: &str = "a 304 has an entity tag, and so no Last-Modified (RFC 9110, 15.4.5)";
const COMPRESSED: &str = "files are compressed beforehand; the bytes are the same once decoded";

const RULES: [Rule; 16] = [
    Rule { what: "status", reason: HIDDEN, when: |request, _, edge| is_hidden(request) && edge.status == 404 },
    Rule {
        what: "status",
        reason: HEAD_HAS_NO_RANGE,
        when: |request, nginx, edge| {
            request.method == "HEAD" && matches!(nginx.status, 206 | 416) && edge.status == 200
        },
    },
    Rule {
        what: "status",
        reason: BAD_RANGES_ARE_IGNORED,
        when: |request, nginx, edge| {
            asks(request, &REFUSED_BY_NGINX) && nginx.status == 416 && matches!(edge.status, 200 | 206)
        },
    },
    Rule {
        what: "status",
        reason: IF_MATCH_GOES_FIRST,
        when: |request, nginx, _| {
            let is_ignored =
                request.field("if-match").is_some() || request.field("if-unmodified-since") == Some("yesterday");
            nginx.status == 412 && request.field("if-unmodified-since").is_some() && is_ignored
        },
    },
    Rule {
        what: "status",
        reason: IF_NONE_MATCH_GOES_FIRST,
        when: |request, _, edge| {
            edge.status == 304
                && request.field("if-none-match").is_some()
                && request.field("if-modified-since").is_some()
        },
    },
    Rule {
        what: "status",
        reason: MERGED,
        when: |request, nginx, edge| {
            nginx.status == 200 && edge.status == 206 && request.field("range").is_some_and(|range| range.contains(','))
        },
    },
    Rule {
        what: "status",
        reason: NOTHING_OF_NOTHING,
        when: |request, nginx, edge| {
            request.target == "/empty.txt"
                && request.field("range") == Some("bytes=-0")
                && (nginx.status, edge.status) == (200, 416)
        },
    },
    Rule {
        what: "status",
        reason: SHARED_DATE,
        when: |request, nginx, edge| {
            request.field("if-range") == Some(MODIFIED) && matches!(nginx.status, 206 | 416) && edge.status == 200
        },
    },
    Rule {
        what: "Content-Range",
        reason: MERGED,
        when: |request, nginx, edge| merges(request) && is_one_range(edge) && holds_the_parts(nginx, edge),
    },
    Rule {
        what: "Content-Type",
        reason: MERGED,
        when: |request, nginx, edge| merges(request) && is_one_range(edge) && holds_the_parts(nginx, edge),
    },
    Rule {
        what: "parts",
        reason: MERGED,
        when: |request, nginx, edge| merges(request) && holds_the_parts(nginx, edge),
    },
    Rule { what: "Allow", reason: ALLOW, when: |_, _, edge| edge.status == 405 && edge.field("allow").is_some() },
    Rule {
        what: "Last-Modified",
        reason: NO_DATE,
        when: |_, _, edge| edge.status == 304 && edge.field("etag").is_some(),
    },
    Rule { what: "Content-Encoding", reason: COMPRESSED, when: |_, nginx, edge| nginx.body == edge.decoded() },
    Rule { what: "Content-Length", reason: COMPRESSED, when: |_, nginx, edge| nginx.body == edge.decoded() },
    Rule { what: "body", reason: COMPRESSED, when: |_, nginx, edge| nginx.body == edge.decoded() },
];

fn is_hidden(request: &Request) -> bool {
    request.target.starts_with("/.hidden")
}

fn asks(request: &Request, ranges: &[&str]) -> bool {
    request.field("range").is_some_and(|range| ranges.contains(&range))
}

fn merges(request: &Request) -> bool {
    asks(request, &OVERLAPPING)
}

fn is_one_range(edge: &Answer) -> bool {
    edge.status == 206 && edge.field("content-range").is_some()
}

/// The one part that came is all that was asked for: nginx's parts put together, each byte once.
fn holds_the_parts(nginx: &Answer, edge: &Answer) -> bool {
    let parts = nginx.parts().unwrap_or_default();
    parts.iter().all(|(_, _, part)| edge.body.windows(part.len()).any(|bytes| bytes == part))
}

/// Why an edge answers otherwise; nothing, where it should not.
pub(super) fn reason(
    difference: &Difference,
    request: &Request,
    nginx: &Answer,
    edge: &Answer,
) -> Option<&'static str> {
    let listed = RULES.iter().find(|rule| rule.what == difference.what && (rule.when)(request, nginx, edge));
    listed.map(|rule| rule.reason)
}
