//! A request as the handlers see it: its head, its whole body, and the time.

use bytes::Bytes;
use doorbuster_proto::Timestamp;
use hyper::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderName};
use hyper::http::request::Parts;

use super::{Problem, cookies};

/// The largest body of a purchase or a form.
pub(super) const BODY_BYTES_MAX: usize = 16 << 10;

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

fn bad(what: String) -> Problem {
    Problem::BadRequest(what)
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use hyper::Request;

    pub(in crate::http) fn asked(headers: &[(&str, &str)], body: &str) -> Asked {
        let mut request = Request::builder().uri("/x");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let (head, ()) = request.body(()).unwrap().into_parts();
        Asked { head, body: Bytes::copy_from_slice(body.as_bytes()), now: Timestamp(0) }
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
