//! Answers, and the headers that every one of them carries.

use bytes::Bytes;
use hyper::header::{
    ALLOW, CACHE_CONTROL, CONNECTION, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, HeaderMap, HeaderValue,
    IF_NONE_MATCH, LOCATION, REFERRER_POLICY, RETRY_AFTER, WWW_AUTHENTICATE, X_CONTENT_TYPE_OPTIONS,
};
use hyper::{Response, StatusCode};
use serde::Serialize;

pub(super) use super::Reply;
use super::problem::Kind;
use super::{Outgoing, Problem};
use crate::pages::Resource;

const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; \
                      form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
/// A picture may style itself, and nothing else.
const SVG_POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; sandbox";
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
    /// Named by its content.
    Forever,
}

impl Cache {
    fn as_str(self) -> &'static str {
        match self {
            Self::Never => "no-store",
            Self::Second => "public, max-age=1",
            Self::Page => "public, max-age=1, stale-while-revalidate=2",
            Self::Forever => "public, max-age=31536000, immutable",
        }
    }
}

/// JSON.
pub(super) fn json(status: StatusCode, body: &impl Serialize, cache: Cache) -> Reply {
    let bytes = serde_json::to_vec(body).expect("answers have text keys and no failing parts");
    reply(status, "application/json", bytes, cache)
}

/// A page made for one shopper.
pub(super) fn html(status: StatusCode, text: String) -> Reply {
    reply(status, "text/html; charset=utf-8", text, Cache::Never)
}

/// Nothing but a status.
pub(super) fn empty(status: StatusCode) -> Reply {
    let mut reply = Response::new(Outgoing::empty());
    *reply.status_mut() = status;
    put(&mut reply, CACHE_CONTROL, Cache::Never.as_str());
    reply
}

/// Go and GET that.
pub(super) fn see_other(path: &str) -> Reply {
    let mut reply = empty(StatusCode::SEE_OTHER);
    put(&mut reply, LOCATION, path);
    reply
}

/// A file of the site, or the word that the browser has it already.
pub(super) fn resource(resource: &Resource, asked: &HeaderMap) -> Reply {
    let known = is_known(asked, &resource.etag);
    let body = if known { Bytes::new() } else { resource.body.clone() };
    let mut reply = Response::new(Outgoing::whole(body));
    *reply.status_mut() = if known { StatusCode::NOT_MODIFIED } else { StatusCode::OK };
    let cache = if resource.immutable { Cache::Forever } else { Cache::Page };
    put(&mut reply, CACHE_CONTROL, cache.as_str());
    reply.headers_mut().insert(ETAG, resource.etag.clone());
    if !known {
        reply.headers_mut().insert(CONTENT_TYPE, resource.content_type.clone());
    }
    if resource.is_svg() {
        put(&mut reply, CONTENT_SECURITY_POLICY, SVG_POLICY);
    }
    reply
}

/// What a kind of problem means, in plain text.
pub(super) fn about(kind: Kind) -> Reply {
    let text = format!("{} ({})\n\n{}\n", kind.title, kind.status.as_u16(), kind.about);
    reply(StatusCode::OK, "text/plain; charset=utf-8", text, Cache::Page)
}

/// A problem as JSON.
pub(super) fn problem(problem: &Problem) -> Reply {
    let mut reply = json(problem.kind().status, &problem.to_json(), Cache::Never);
    put(&mut reply, CONTENT_TYPE, "application/problem+json");
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

/// Puts the headers on that every answer carries.
pub(super) fn finish(mut reply: Reply) -> Reply {
    let headers = reply.headers_mut();
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    // Not "no-referrer": with that, browsers send our own forms with "Origin: null".
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    headers.entry(CONTENT_SECURITY_POLICY).or_insert(HeaderValue::from_static(POLICY));
    reply
}

/// Sets a header to text that is ours, or checked.
pub(super) fn put(reply: &mut Reply, name: hyper::header::HeaderName, value: &str) {
    let value = HeaderValue::from_str(value).expect("what answers put into headers is visible ASCII");
    reply.headers_mut().insert(name, value);
}

fn reply(status: StatusCode, content_type: &'static str, body: impl Into<Bytes>, cache: Cache) -> Reply {
    let mut reply = Response::new(Outgoing::whole(body));
    *reply.status_mut() = status;
    put(&mut reply, CONTENT_TYPE, content_type);
    put(&mut reply, CACHE_CONTROL, cache.as_str());
    reply
}

/// Whether one of the browser's entity tags is this one, compared weakly (RFC 9110, 13.1.2).
fn is_known(asked: &HeaderMap, etag: &HeaderValue) -> bool {
    let Ok(etag) = etag.to_str() else { return false };
    let values = asked.get_all(IF_NONE_MATCH).into_iter().filter_map(|value| value.to_str().ok());
    let mut tags = values.flat_map(|value| value.split(',')).map(str::trim);
    tags.any(|tag| tag == "*" || tag.strip_prefix("W/").unwrap_or(tag) == etag)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(tag: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(IF_NONE_MATCH, HeaderValue::from_static(tag))])
    }

    #[test]
    fn a_browser_that_has_the_body_is_not_sent_it_again() {
        let page = Resource::new(b"hello".to_vec(), "text/html", false).unwrap();
        let first = resource(&page, &HeaderMap::new());
        assert_eq!((first.status(), first.headers()[CONTENT_TYPE].as_bytes()), (StatusCode::OK, &b"text/html"[..]));
        let mut headers = asked("\"other\", W/\"x\"");
        assert_eq!(resource(&page, &headers).status(), StatusCode::OK);
        headers.append(IF_NONE_MATCH, page.etag.clone());
        let again = resource(&page, &headers);
        assert_eq!((again.status(), &again.headers()[ETAG]), (StatusCode::NOT_MODIFIED, &page.etag));
    }

    #[test]
    fn an_asset_is_kept_forever_and_a_picture_runs_no_script() {
        let picture = Resource::new(b"<svg/>".to_vec(), "image/svg+xml", true).unwrap();
        let reply = finish(resource(&picture, &HeaderMap::new()));
        assert!(reply.headers()[CACHE_CONTROL].to_str().unwrap().contains("immutable"));
        let policy = reply.headers()[CONTENT_SECURITY_POLICY].to_str().unwrap();
        assert!(policy.contains("default-src 'none'") && !policy.contains("script-src"));
    }

    #[test]
    fn every_answer_carries_the_policy() {
        let reply = finish(problem(&Problem::NotFound));
        assert_eq!(reply.headers()[CONTENT_SECURITY_POLICY], POLICY);
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
