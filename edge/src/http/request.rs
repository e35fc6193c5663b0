//! A request as the handlers see it: its head, its whole body, and the time.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use doorbuster_proto::Timestamp;
use http_body_util::BodyExt as _;
use hyper::body::Body;
use hyper::header::{ACCEPT, AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE, EXPECT, HeaderName};
use hyper::http::request::Parts;
use tokio::time::timeout;

use super::{Problem, cookies};

/// The largest body of a purchase or a form.
const BODY_BYTES_MAX: usize = 16 << 10;
/// Of a body that is too large, so much is read away, so that the client comes to reading the answer.
const BODY_BYTES_DRAINED_MAX: usize = 8 << 20;

/// A request whose body has arrived.
#[derive(Debug)]
pub(super) struct Asked {
    pub(super) head: Parts,
    pub(super) body: Bytes,
    pub(super) now: Timestamp,
}

impl Asked {
    /// Whether a browser wants to show the answer to a person.
    pub(super) fn wants_html(head: &Parts) -> bool {
        let accepts = |value: &hyper::header::HeaderValue| value.to_str().is_ok_and(|text| text.contains("text/html"));
        !head.uri.path().starts_with("/api/") && head.headers.get_all(ACCEPT).iter().any(accepts)
    }

    /// The token that came along: as a bearer's, else as the cookie.
    pub(super) fn token(&self) -> Option<&str> {
        let Some(value) = self.head.headers.get(AUTHORIZATION) else { return cookies::token(&self.head.headers) };
        let (scheme, token) = value.to_str().ok()?.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
    }

    /// A header's one value as text; `None` when it is not there.
    pub(super) fn one_header(&self, name: &HeaderName) -> Result<Option<&str>, Problem> {
        let mut values = self.head.headers.get_all(name).iter();
        let Some(value) = values.next() else { return Ok(None) };
        let text = value.to_str().map_err(|_| bad(format!("{name}: expected visible ASCII, found other bytes")))?;
        match values.next() {
            None => Ok(Some(text)),
            Some(_) => Err(bad(format!("{name}: expected one such header, found several"))),
        }
    }

    /// Whether the body is of this type, whatever its parameters.
    pub(super) fn expect_type(&self, expected: &'static str) -> Result<(), Problem> {
        let found = self.one_header(&CONTENT_TYPE)?.unwrap_or_default();
        let essence = found.split(';').next().unwrap_or_default().trim();
        if essence.eq_ignore_ascii_case(expected) { Ok(()) } else { Err(Problem::UnsupportedMediaType { expected }) }
    }
}

/// Reads a body whole, within its bounds.
pub(super) async fn read_body<B>(head: &Parts, body: B, within: Duration) -> Result<Bytes, Problem>
where
    B: Body<Data = Bytes> + Unpin,
{
    let length = head.headers.get(CONTENT_LENGTH).and_then(|v| v.to_str().ok()?.parse::<u64>().ok()).unwrap_or(0);
    if length > BODY_BYTES_MAX as u64 && head.headers.contains_key(EXPECT) {
        // The client waits for a word before it sends the body.
        return Err(Problem::PayloadTooLarge);
    }
    timeout(within, collect(body)).await.map_err(|_| Problem::RequestTimeout)?
}

async fn collect<B: Body<Data = Bytes> + Unpin>(mut body: B) -> Result<Bytes, Problem> {
    let mut kept = BytesMut::new();
    let mut seen = 0;
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| bad("the body broke off".to_owned()))?;
        let Ok(data) = frame.into_data() else { continue };
        seen += data.len();
        if seen <= BODY_BYTES_MAX {
            kept.extend_from_slice(&data);
        } else if seen > BODY_BYTES_DRAINED_MAX {
            break;
        }
    }
    if seen > BODY_BYTES_MAX { Err(Problem::PayloadTooLarge) } else { Ok(kept.freeze()) }
}

fn bad(what: String) -> Problem {
    Problem::BadRequest(what)
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use http_body_util::Full;
    use hyper::Request;

    pub(in crate::http) fn asked(headers: &[(&str, &str)], body: &str) -> Asked {
        let mut request = Request::builder().uri("/x");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let (head, ()) = request.body(()).unwrap().into_parts();
        Asked { head, body: Bytes::copy_from_slice(body.as_bytes()), now: Timestamp(0) }
    }

    fn read(size: usize, headers: &[(&str, &str)]) -> Result<usize, Problem> {
        let asked = asked(headers, "");
        let body = Full::new(Bytes::from(vec![b'x'; size]));
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let read = async { read_body(&asked.head, body, Duration::from_secs(9)).await };
        runtime.block_on(read).map(|bytes| bytes.len())
    }

    #[test]
    fn a_body_is_read_up_to_its_bound() {
        assert_eq!(read(0, &[]), Ok(0));
        assert_eq!(read(BODY_BYTES_MAX, &[]), Ok(BODY_BYTES_MAX));
        assert_eq!(read(BODY_BYTES_MAX + 1, &[]), Err(Problem::PayloadTooLarge));
        let waits = [("content-length", "99999999"), ("expect", "100-continue")];
        assert_eq!(read(0, &waits), Err(Problem::PayloadTooLarge));
    }

    #[test]
    fn a_body_that_does_not_come_is_given_up_on() {
        let asked = asked(&[], "");
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let never = http_body_util::StreamBody::new(futures_util::stream::pending::<Result<_, std::io::Error>>());
        let read = async { read_body(&asked.head, never, Duration::ZERO).await };
        assert_eq!(runtime.block_on(read), Err(Problem::RequestTimeout));
    }

    #[test]
    fn a_token_comes_as_a_bearers_or_as_a_cookie() {
        assert_eq!(asked(&[("authorization", "bearer abc")], "").token(), Some("abc"));
        assert_eq!(asked(&[("cookie", "doorbuster_token=abc")], "").token(), Some("abc"));
        let both = [("authorization", "Basic xyz"), ("cookie", "doorbuster_token=abc")];
        assert_eq!(asked(&both, "").token(), None);
    }

    #[test]
    fn a_type_may_have_parameters() {
        let json = |value| asked(&[("content-type", value)], "").expect_type("application/json");
        assert_eq!(json("application/JSON; charset=utf-8"), Ok(()));
        assert_eq!(json("text/plain"), Err(Problem::UnsupportedMediaType { expected: "application/json" }));
        assert!(asked(&[], "").expect_type("application/json").is_err());
    }
}
