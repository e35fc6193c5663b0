//! Answers, and the headers that every one of them carries.

mod started;

use bytes::Bytes;
use hyper::header::{
    ALLOW, CACHE_CONTROL, CONNECTION, CONTENT_TYPE, HeaderValue, LOCATION, RETRY_AFTER, WWW_AUTHENTICATE,
};
use hyper::{Response, StatusCode};
use serde::Serialize;

pub(super) use self::started::started;
pub(super) use super::Reply;
use super::problem::Kind;
use super::{Outgoing, Problem};
use crate::pages;

/// The type of an answer as JSON.
pub(super) const JSON: &str = "application/json";
/// The type of a problem as JSON (RFC 9457).
pub(super) const PROBLEM_JSON: &str = "application/problem+json";
const OPENING_SOON: &str = include_str!("respond/opening-soon.html");

/// How long an answer may be kept, and by whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cache {
    /// One shopper's, or of one moment.
    Never,
    /// Anyone may have the same for a second: a page or a sale's state.
    Second,
    /// As `Second`, and while a newer one is fetched.
    Page,
}

impl Cache {
    fn as_str(self) -> &'static str {
        match self {
            Self::Never => "no-store",
            Self::Second => "public, max-age=1",
            Self::Page => "public, max-age=1, stale-while-revalidate=2",
        }
    }
}

/// JSON.
pub(super) fn json(status: StatusCode, body: &impl Serialize, cache: Cache) -> Reply {
    json_of(status, json_written(body), cache)
}

/// JSON that is written out.
pub(super) fn json_of(status: StatusCode, body: Bytes, cache: Cache) -> Reply {
    reply(status, JSON, body, cache)
}

/// Writes JSON out.
pub(super) fn json_written(body: &impl Serialize) -> Bytes {
    serde_json::to_vec(body).expect("answers have text keys and no failing parts").into()
}

/// A page made for one shopper.
pub(super) fn html(status: StatusCode, text: String) -> Reply {
    reply(status, "text/html; charset=utf-8", text, Cache::Never)
}

/// Nothing but a status.
pub(super) fn empty(status: StatusCode) -> Reply {
    begun(status, Outgoing::empty(), Cache::Never)
}

/// It is elsewhere.
pub(super) fn redirect(status: StatusCode, location: HeaderValue) -> Reply {
    let mut reply = Response::new(Outgoing::empty());
    *reply.status_mut() = status;
    reply.headers_mut().insert(LOCATION, location);
    reply
}

/// Go and GET that.
pub(super) fn see_other(path: &str) -> Reply {
    let mut reply = empty(StatusCode::SEE_OTHER);
    put(&mut reply, LOCATION, path);
    reply
}

/// What a kind of problem means, in plain text.
pub(super) fn about(kind: Kind) -> Reply {
    let text = format!("{} ({})\n\n{}\n", kind.title, kind.status.as_u16(), kind.about);
    reply(StatusCode::OK, "text/plain; charset=utf-8", text, Cache::Page)
}

/// A problem as JSON.
pub(super) fn problem(problem: &Problem) -> Reply {
    let reply = reply(problem.kind().status, PROBLEM_JSON, problem.body(), Cache::Never);
    with_problem_headers(reply, problem)
}

/// The page that there is before there is a site.
pub(super) fn opening_soon() -> Reply {
    let reply = html(StatusCode::SERVICE_UNAVAILABLE, OPENING_SOON.to_owned());
    with_problem_headers(reply, &Problem::OpeningSoon)
}

/// The headers that a problem brings, whatever its body.
pub(super) fn with_problem_headers(mut reply: Reply, problem: &Problem) -> Reply {
    match problem {
        Problem::LoginRequired => put(&mut reply, WWW_AUTHENTICATE, "Bearer"),
        Problem::MethodNotAllowed { allow } => put(&mut reply, ALLOW, allow),
        _ => {}
    }
    if problem.closes() {
        put(&mut reply, CONNECTION, "close");
    }
    match problem.retry_after_ms() {
        Some(ms) => with_retry_after(reply, ms),
        None => reply,
    }
}

/// When to ask again: whole seconds, rounded up.
pub(super) fn with_retry_after(mut reply: Reply, ms: u64) -> Reply {
    put(&mut reply, RETRY_AFTER, &seconds(ms).to_string());
    reply
}

/// Milliseconds as whole seconds, rounded up.
pub(super) fn seconds(ms: u64) -> u64 {
    ms.div_ceil(1_000)
}

/// Sets a header to text that is ours, or checked.
pub(super) fn put(reply: &mut Reply, name: hyper::header::HeaderName, value: &str) {
    let value = HeaderValue::from_str(value).expect("what answers put into headers is visible ASCII");
    reply.headers_mut().insert(name, value);
}

/// An answer with a body of this type.
fn reply(status: StatusCode, content_type: &'static str, body: impl Into<Bytes>, cache: Cache) -> Reply {
    let mut reply = begun(status, Outgoing::whole(body), cache);
    reply.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    reply
}

/// An answer with the headers that every one of the shop's own carries.
fn begun(status: StatusCode, body: Outgoing, cache: Cache) -> Reply {
    let mut reply = Response::new(body);
    *reply.status_mut() = status;
    *reply.headers_mut() = pages::security();
    reply.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static(cache.as_str()));
    reply
}

#[cfg(test)]
mod tests {
    use super::*;
    use hyper::header::{CONTENT_SECURITY_POLICY, X_CONTENT_TYPE_OPTIONS};

    #[test]
    fn every_answer_carries_the_policy() {
        let reply = problem(&Problem::NotFound);
        assert_eq!(reply.headers()[CONTENT_SECURITY_POLICY], pages::POLICY);
        assert_eq!(reply.headers()[X_CONTENT_TYPE_OPTIONS], "nosniff");
        assert_eq!(reply.headers()[CACHE_CONTROL], "no-store");
    }

    #[test]
    fn a_problem_brings_its_headers() {
        assert_eq!(problem(&Problem::LoginRequired).headers()[WWW_AUTHENTICATE], "Bearer");
        assert_eq!(problem(&Problem::MethodNotAllowed { allow: "POST" }).headers()[ALLOW], "POST");
        assert_eq!(problem(&Problem::TooBusy { retry_after_ms: 1_001 }).headers()[RETRY_AFTER], "2");
        assert_eq!(problem(&Problem::PayloadTooLarge).headers()[CONNECTION], "close");
    }
}
