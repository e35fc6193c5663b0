//! A request as the handlers see it: its head, its whole body, and the time.

use std::net::IpAddr;

use bytes::Bytes;
use doorbuster_http_core::FieldValues;
use doorbuster_proto::Timestamp;
use hyper::header::{self, ACCEPT, HeaderName};
use hyper::http::request::Parts;

use super::root::root;
use super::{Problem, cookies};

/// The largest body of a purchase or a form.
pub(super) const BODY_BYTES_MAX: usize = 16 << 10;

static AUTHORIZATION: HeaderName = header::AUTHORIZATION;
static CONTENT_TYPE: HeaderName = header::CONTENT_TYPE;

/// A request whose body has arrived.
#[derive(Debug)]
pub(super) struct Asked {
    pub(super) head: Parts,
    pub(super) body: Bytes,
    pub(super) now: Timestamp,
    /// The shopper's address.
    pub(super) client: IpAddr,
}

impl Asked {
    /// The way from here up to the shop's root.
    pub(super) fn root(&self) -> &'static str {
        root(self.head.uri.path())
    }

    /// Whether a browser wants to show the answer to a person.
    pub(super) fn wants_html(head: &Parts) -> bool {
        let accepts = |value: &hyper::header::HeaderValue| value.to_str().is_ok_and(|text| text.contains("text/html"));
        !head.uri.path().starts_with("/api/") && head.headers.get_all(ACCEPT).iter().any(accepts)
    }
}

/// The token that came along: as a bearer's, else as the cookie.
pub(super) fn token<F: FieldValues + ?Sized>(fields: &F) -> Option<&str> {
    let Some(value) = fields.values(&AUTHORIZATION).next() else { return cookies::token(fields) };
    let (scheme, token) = text(value)?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// A field's one value as text; `None` when it is not there.
pub(super) fn one_header<'a, F>(fields: &'a F, name: &'a HeaderName) -> Result<Option<&'a str>, Problem>
where
    F: FieldValues + ?Sized,
{
    let mut values = fields.values(name);
    let Some(value) = values.next() else { return Ok(None) };
    let text = text(value).ok_or_else(|| bad(format!("{name}: expected visible ASCII, found other bytes")))?;
    match values.next() {
        None => Ok(Some(text)),
        Some(_) => Err(bad(format!("{name}: expected one such header, found several"))),
    }
}

/// Whether the body is of this type, whatever its parameters.
pub(super) fn expect_type<F: FieldValues + ?Sized>(fields: &F, expected: &'static str) -> Result<(), Problem> {
    let found = one_header(fields, &CONTENT_TYPE)?.unwrap_or_default();
    let essence = found.split(';').next().unwrap_or_default().trim();
    if essence.eq_ignore_ascii_case(expected) { Ok(()) } else { Err(Problem::UnsupportedMediaType { expected }) }
}

/// A field's value as text, where it is visible ASCII, spaces and tabs.
pub(super) fn text(value: &[u8]) -> Option<&str> {
    // Counted to the end, whatever is found: so many bytes are looked at together.
    let others = value.iter().filter(|byte| !matches!(**byte, b' '..=b'~' | b'\t')).count();
    if others == 0 { std::str::from_utf8(value).ok() } else { None }
}

fn bad(what: String) -> Problem {
    Problem::BadRequest(what)
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use hyper::Request;
    use std::net::Ipv4Addr;

    pub(in crate::http) fn asked(headers: &[(&str, &str)], body: &str) -> Asked {
        let mut request = Request::builder().uri("/x");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let (head, ()) = request.body(()).unwrap().into_parts();
        Asked {
            head,
            body: Bytes::copy_from_slice(body.as_bytes()),
            now: Timestamp(0),
            client: Ipv4Addr::LOCALHOST.into(),
        }
    }

    #[test]
    fn a_token_comes_as_a_bearers_or_as_a_cookie() {
        let read = |headers: &[(&str, &str)]| token(&asked(headers, "").head.headers).map(str::to_owned);
        assert_eq!(read(&[("authorization", "bearer abc")]).as_deref(), Some("abc"));
        assert_eq!(read(&[("cookie", "doorbuster_token=abc")]).as_deref(), Some("abc"));
        assert_eq!(read(&[("authorization", "Basic xyz"), ("cookie", "doorbuster_token=abc")]), None);
    }

    #[test]
    fn a_type_may_have_parameters() {
        let json = |value| expect_type(&asked(&[("content-type", value)], "").head.headers, "application/json");
        assert_eq!(json("application/JSON; charset=utf-8"), Ok(()));
        assert_eq!(json("text/plain"), Err(Problem::UnsupportedMediaType { expected: "application/json" }));
        assert!(expect_type(&asked(&[], "").head.headers, "application/json").is_err());
    }
}
