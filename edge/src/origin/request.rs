//! A request as an origin sees it. Pure.

use std::net::IpAddr;

use http::header::{CONTENT_LENGTH, COOKIE, EXPECT, FORWARDED, HOST, HeaderMap, HeaderName, HeaderValue, MAX_FORWARDS};
use http::request::Parts;
use http::uri::PathAndQuery;
use http::{Method, Uri, Version};

use super::{OriginError, fields};
use crate::http::Client;

const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const X_FORWARDED_HOST: HeaderName = HeaderName::from_static("x-forwarded-host");
const X_FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");
const X_REAL_IP: HeaderName = HeaderName::from_static("x-real-ip");

/// A request's head as it goes out, and what was asked by it.
#[derive(Debug)]
pub(super) struct Outbound {
    pub(super) head: Parts,
    pub(super) is_websocket: bool,
}

/// Whether the edge answers itself, as the last one that the request may reach (RFC 9110, 7.6.2).
pub(super) fn ends_here(head: &Parts) -> bool {
    head.method == Method::OPTIONS && forwards_left(&head.headers) == Some(0)
}

/// Makes a request ready to go out.
pub(super) fn outbound(mut head: Parts, client: &Client) -> Result<Outbound, OriginError> {
    if head.method == Method::CONNECT || head.method == Method::TRACE {
        return Err(OriginError::Method);
    }
    if fields::came_through(&head.headers) {
        return Err(OriginError::Loop);
    }
    let is_websocket = fields::asks_for_websocket(&head.method, head.version, &head.headers);
    let host = head.headers.remove(HOST).unwrap_or(HeaderValue::from_static(""));
    count_forward(&head.method, &mut head.headers);
    fields::strip(&mut head.headers);
    // The listener has said "100 Continue" itself, and how long the body is follows from the body.
    head.headers.remove(EXPECT);
    head.headers.remove(CONTENT_LENGTH);
    join_cookies(&mut head.headers);
    put_forwarded(&mut head.headers, &host, client);
    fields::put_via(&mut head.headers, head.version);
    head.headers.insert(HOST, host);
    if is_websocket {
        fields::put_websocket(&mut head.headers);
    }
    head.uri = Uri::from(head.uri.path_and_query().cloned().unwrap_or(PathAndQuery::from_static("/")));
    head.version = Version::HTTP_11;
    head.extensions.clear();
    Ok(Outbound { head, is_websocket })
}

fn forwards_left(headers: &HeaderMap) -> Option<u32> {
    headers.get(MAX_FORWARDS)?.to_str().ok()?.trim().parse().ok()
}

fn count_forward(method: &Method, headers: &mut HeaderMap) {
    if *method != Method::OPTIONS {
        return;
    }
    if let Some(left) = forwards_left(headers) {
        headers.insert(MAX_FORWARDS, left.saturating_sub(1).into());
    }
}

/// HTTP/2 may bring cookies in pieces (RFC 9113, 8.2.3); HTTP/1.1 has them in one.
fn join_cookies(headers: &mut HeaderMap) {
    if headers.get_all(COOKIE).iter().nth(1).is_none() {
        return;
    }
    let pieces: Vec<&[u8]> = headers.get_all(COOKIE).iter().map(HeaderValue::as_bytes).collect();
    if let Ok(joined) = HeaderValue::from_bytes(&pieces.join(&b"; "[..])) {
        headers.insert(COOKIE, joined);
    }
}

/// What came of these fields was believed already, as far as it is to be believed: an origin is told the outcome alone.
fn put_forwarded(headers: &mut HeaderMap, host: &HeaderValue, client: &Client) {
    let address = client.address.to_canonical();
    let scheme = if client.secure { "https" } else { "http" };
    let text = HeaderValue::try_from(address.to_string()).expect("an address is visible ASCII");
    headers.insert(X_FORWARDED_FOR, text.clone());
    headers.insert(X_REAL_IP, text);
    headers.insert(X_FORWARDED_PROTO, HeaderValue::from_static(scheme));
    headers.insert(FORWARDED, forwarded(address, host, scheme));
    if host.is_empty() {
        headers.remove(X_FORWARDED_HOST);
    } else {
        headers.insert(X_FORWARDED_HOST, host.clone());
    }
}

/// RFC 7239, 4.
fn forwarded(address: IpAddr, host: &HeaderValue, scheme: &str) -> HeaderValue {
    let node = match address {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => format!("\"[{address}]\""),
    };
    let host = host.to_str().ok().filter(|host| !host.is_empty() && !host.contains(['"', '\\']));
    let host = host.map(|host| format!(";host=\"{host}\"")).unwrap_or_default();
    HeaderValue::try_from(format!("for={node}{host};proto={scheme}")).expect("all parts are visible ASCII")
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::Request;

    const CLIENT: Client = Client { address: IpAddr::V4(std::net::Ipv4Addr::new(203, 0, 113, 7)), secure: true };

    fn head(method: &str, uri: &str, fields: &[(&str, &str)]) -> Parts {
        let mut request = Request::builder().method(method).uri(uri).header("host", "shop.example:8443");
        for (name, value) in fields {
            request = request.header(*name, *value);
        }
        request.body(()).unwrap().into_parts().0
    }

    fn sent(method: &str, uri: &str, fields: &[(&str, &str)]) -> Outbound {
        outbound(head(method, uri, fields), &CLIENT).unwrap()
    }

    #[test]
    fn an_origin_is_told_who_asks_and_never_what_the_shopper_says_of_that() {
        let lies = [
            ("x-forwarded-for", "6.6.6.6"),
            ("forwarded", "for=6.6.6.6"),
            ("x-real-ip", "6.6.6.6"),
            ("x-forwarded-proto", "http"),
            ("x-forwarded-host", "evil.example"),
            ("connection", "x-forwarded-for, host"),
        ];
        let headers = sent("GET", "/", &lies).head.headers;
        for (name, value) in [
            ("x-forwarded-for", "203.0.113.7"),
            ("x-real-ip", "203.0.113.7"),
            ("x-forwarded-proto", "https"),
            ("x-forwarded-host", "shop.example:8443"),
            ("forwarded", "for=203.0.113.7;host=\"shop.example:8443\";proto=https"),
            ("host", "shop.example:8443"),
            ("via", "1.1 doorbuster"),
        ] {
            assert_eq!(headers.get_all(name).iter().collect::<Vec<_>>(), [value], "{name}");
        }
    }

    #[test]
    fn an_ipv6_address_is_quoted_and_a_mapped_one_is_what_it_maps() {
        let host = HeaderValue::from_static("");
        assert_eq!(forwarded("2001:db8::1".parse().unwrap(), &host, "http"), "for=\"[2001:db8::1]\";proto=http");
        let client = Client { address: "::ffff:203.0.113.7".parse().unwrap(), secure: false };
        let head = outbound(head("GET", "/", &[]), &client).unwrap().head;
        assert_eq!(head.headers[X_FORWARDED_FOR], "203.0.113.7");
    }

    #[test]
    fn the_target_goes_out_as_it_came_but_without_its_host() {
        assert_eq!(sent("GET", "http://shop.example/a//b%2Fc?d=%20", &[]).head.uri, "/a//b%2Fc?d=%20");
        assert_eq!(sent("OPTIONS", "*", &[]).head.uri, "*");
    }

    #[test]
    fn framing_and_expectations_are_of_one_connection() {
        let fields = [("expect", "100-continue"), ("content-length", "5"), ("te", "trailers"), ("accept", "*/*")];
        let headers = sent("POST", "/", &fields).head.headers;
        assert!(["expect", "content-length", "te"].iter().all(|name| !headers.contains_key(*name)));
        assert_eq!(headers["accept"], "*/*");
    }

    #[test]
    fn cookies_in_pieces_are_joined() {
        let headers = sent("GET", "/", &[("cookie", "a=1"), ("cookie", "b=2")]).head.headers;
        assert_eq!(headers.get_all(COOKIE).iter().collect::<Vec<_>>(), ["a=1; b=2"]);
    }

    #[test]
    fn a_websocket_is_asked_for_on_both_sides() {
        let asked = sent("GET", "/", &[("connection", "Upgrade"), ("upgrade", "websocket")]);
        assert!(asked.is_websocket);
        assert_eq!(
            (&asked.head.headers["connection"], &asked.head.headers["upgrade"]),
            (&HeaderValue::from_static("upgrade"), &HeaderValue::from_static("websocket"))
        );
        let other = sent("GET", "/", &[("connection", "Upgrade"), ("upgrade", "h2c")]);
        assert!(!other.is_websocket && !other.head.headers.contains_key("upgrade"));
    }

    #[test]
    fn forwards_are_counted_down_to_the_last() {
        assert!(ends_here(&head("OPTIONS", "/", &[("max-forwards", "0")])));
        assert!(!ends_here(&head("GET", "/", &[("max-forwards", "0")])));
        assert_eq!(sent("OPTIONS", "/", &[("max-forwards", "3")]).head.headers["max-forwards"], "2");
        assert_eq!(sent("GET", "/", &[("max-forwards", "3")]).head.headers["max-forwards"], "3");
    }

    #[test]
    fn trace_connect_and_loops_are_refused() {
        for method in ["TRACE", "CONNECT"] {
            let refused = outbound(head(method, "/", &[]), &CLIENT);
            assert!(matches!(refused, Err(OriginError::Method)), "{method}");
        }
        let looped = outbound(head("GET", "/", &[("via", "1.1 doorbuster")]), &CLIENT);
        assert!(matches!(looped, Err(OriginError::Loop)));
    }
}
