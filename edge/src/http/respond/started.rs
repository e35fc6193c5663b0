//! How the head of a JSON answer for one shopper starts in HTTP/1.1, written out once from the fields that the long way puts
//! on: the status line, and what every such answer of this status has.

use std::sync::OnceLock;

use bytes::Bytes;
use hyper::StatusCode;

use super::{Cache, JSON, PROBLEM_JSON, reply};
use crate::pages;

/// One past the last status that is kept.
const STATUSES: usize = 600;

static ANSWERS: [OnceLock<Bytes>; STATUSES] = [const { OnceLock::new() }; STATUSES];
static PROBLEMS: [OnceLock<Bytes>; STATUSES] = [const { OnceLock::new() }; STATUSES];

/// The start of such a head: of an answer, or of a problem.
pub(in crate::http) fn started(status: StatusCode, is_answer: bool) -> Bytes {
    let (kept, content_type) = if is_answer { (&ANSWERS, JSON) } else { (&PROBLEMS, PROBLEM_JSON) };
    let written = || pages::head(status, reply(status, content_type, Bytes::new(), Cache::Never).headers());
    kept.get(usize::from(status.as_u16())).map_or_else(written, |kept| kept.get_or_init(written).clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_starts_with_what_the_long_way_puts_on() {
        let start = started(StatusCode::CONFLICT, false);
        let text = std::str::from_utf8(&start).unwrap();
        assert!(text.starts_with("HTTP/1.1 409 Conflict\r\n") && text.ends_with("\r\n"), "{text}");
        assert!(text.contains("cache-control: no-store\r\ncontent-type: application/problem+json\r\n"), "{text}");
        assert!(started(StatusCode::CREATED, true).ends_with(b"content-type: application/json\r\n"));
    }
}
