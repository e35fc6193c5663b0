//! Fields that are for one connection only (RFC 9110, 7.6.1), and those that say which way a message came. Pure.

use http::header::{
    CONNECTION, HeaderMap, HeaderName, HeaderValue, PROXY_AUTHENTICATE, PROXY_AUTHORIZATION, TE, TRAILER,
    TRANSFER_ENCODING, UPGRADE, VIA,
};
use http::{Method, Version};

/// What the edge calls itself in `Via`.
const PSEUDONYM: &str = "doorbuster";
const KEEP_ALIVE: HeaderName = HeaderName::from_static("keep-alive");
const PROXY_CONNECTION: HeaderName = HeaderName::from_static("proxy-connection");
const PROXY_AUTHENTICATION_INFO: HeaderName = HeaderName::from_static("proxy-authentication-info");
/// No field of HTTP's; many programs take it for the environment variable `HTTP_PROXY`.
const PROXY: HeaderName = HeaderName::from_static("proxy");
const WEBSOCKET: HeaderValue = HeaderValue::from_static("websocket");
const SWITCHES: HeaderValue = HeaderValue::from_static("upgrade");

/// Removes what is for one connection only, and what `Connection` names.
pub(super) fn strip(headers: &mut HeaderMap) {
    for name in named(headers) {
        headers.remove(name);
    }
    for name in [
        CONNECTION,
        KEEP_ALIVE,
        PROXY_CONNECTION,
        PROXY_AUTHENTICATE,
        PROXY_AUTHENTICATION_INFO,
        PROXY_AUTHORIZATION,
        PROXY,
        TE,
        TRAILER,
        TRANSFER_ENCODING,
        UPGRADE,
    ] {
        headers.remove(name);
    }
}

/// Whether a request asks for a WebSocket (RFC 6455, 4.1).
pub(super) fn asks_for_websocket(method: &Method, version: Version, headers: &HeaderMap) -> bool {
    let upgrades = tokens(headers, &CONNECTION).any(|token| token.eq_ignore_ascii_case("upgrade"));
    *method == Method::GET && version == Version::HTTP_11 && upgrades && names_websocket(headers)
}

/// Whether `Upgrade` names WebSocket.
pub(super) fn names_websocket(headers: &HeaderMap) -> bool {
    tokens(headers, &UPGRADE).any(|token| token.eq_ignore_ascii_case("websocket"))
}

/// Says on this connection what [`strip`] took off the other.
pub(super) fn put_websocket(headers: &mut HeaderMap) {
    headers.insert(CONNECTION, SWITCHES);
    headers.insert(UPGRADE, WEBSOCKET);
}

/// Whether a message came through an edge before.
pub(super) fn came_through(headers: &HeaderMap) -> bool {
    let received_by = |entry: &str| entry.split_ascii_whitespace().nth(1) == Some(PSEUDONYM);
    tokens(headers, &VIA).any(received_by)
}

/// Says that a message came through here (RFC 9110, 7.6.3).
pub(super) fn put_via(headers: &mut HeaderMap, version: Version) {
    headers.append(
        VIA,
        HeaderValue::from_static(if version == Version::HTTP_2 {
            "2 doorbuster"
        } else if version == Version::HTTP_10 {
            "1.0 doorbuster"
        } else {
            "1.1 doorbuster"
        }),
    );
}

fn named(headers: &HeaderMap) -> Vec<HeaderName> {
    tokens(headers, &CONNECTION).filter_map(|token| token.parse().ok()).collect()
}

/// The entries of a field that is a list.
fn tokens<'a>(headers: &'a HeaderMap, name: &HeaderName) -> impl Iterator<Item = &'a str> {
    let lines = headers.get_all(name).into_iter().filter_map(|line| line.to_str().ok());
    lines.flat_map(|line| line.split(',')).map(str::trim)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(*name, HeaderValue::from_static(value));
        }
        headers
    }

    #[test]
    fn what_is_for_one_connection_is_stripped_and_all_that_connection_names() {
        let mut fields = headers(&[
            ("connection", "close, X-Hop"),
            ("connection", "keep-alive,,te"),
            ("x-hop", "1"),
            ("keep-alive", "timeout=5"),
            ("te", "trailers"),
            ("trailer", "x"),
            ("transfer-encoding", "chunked"),
            ("upgrade", "h2c"),
            ("proxy-connection", "keep-alive"),
            ("proxy-authorization", "Basic x"),
            ("proxy-authenticate", "Basic"),
            ("proxy", "http://evil.example"),
            ("x-end", "1"),
            ("accept", "*/*"),
        ]);
        strip(&mut fields);
        assert_eq!(fields, headers(&[("x-end", "1"), ("accept", "*/*")]));
    }

    #[test]
    fn a_websocket_is_asked_for_by_two_fields_of_a_get() {
        let both = headers(&[("connection", "keep-alive, Upgrade"), ("upgrade", "WebSocket")]);
        assert!(asks_for_websocket(&Method::GET, Version::HTTP_11, &both));
        assert!(!asks_for_websocket(&Method::POST, Version::HTTP_11, &both));
        assert!(!asks_for_websocket(&Method::GET, Version::HTTP_10, &both));
        for one in [("connection", "upgrade"), ("upgrade", "websocket")] {
            assert!(!asks_for_websocket(&Method::GET, Version::HTTP_11, &headers(&[one])));
        }
        let other = headers(&[("connection", "upgrade"), ("upgrade", "h2c")]);
        assert!(!asks_for_websocket(&Method::GET, Version::HTTP_11, &other));
    }

    #[test]
    fn the_own_name_in_via_is_a_loop_and_others_are_not() {
        assert!(came_through(&headers(&[("via", "1.1 cdn"), ("via", "2 other, 1.1 doorbuster (x)")])));
        for none in [&[][..], &[("via", "1.1 doorbuster-2")], &[("via", "doorbuster")], &[("via", "1.1 cdn")]] {
            assert!(!came_through(&headers(none)), "{none:?}");
        }
        let mut fields = headers(&[("via", "1.1 cdn")]);
        put_via(&mut fields, Version::HTTP_2);
        assert!(came_through(&fields) && fields.get_all(VIA).iter().count() == 2);
    }
}
