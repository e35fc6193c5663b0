//! Refuses what a foreign page could make an operator's browser send, and sets the headers of every answer.

use std::net::IpAddr;

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};

use super::problem::Problem;

const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; \
                      connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// Lets a request through, or says why not.
pub(super) async fn check(own: String, request: Request, next: Next) -> Response {
    let refused = refusal(&own, request.method(), request.headers());
    let mut response = match refused {
        Some(problem) => problem.into_response(),
        None => next.run(request).await,
    };
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    ] {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}

fn refusal(own: &str, method: &Method, headers: &HeaderMap) -> Option<Problem> {
    let text = |name: HeaderName| headers.get(name).map(|value| value.to_str().unwrap_or_default());
    let host = text(header::HOST).unwrap_or_default();
    if host != own && !is_loopback(host) {
        // A name that a stranger owns may point here (DNS rebinding): the browser then takes the stranger for us.
        let detail = format!("expected the host {own} or a loopback name, found {host:?}");
        return Some(Problem::new(StatusCode::MISDIRECTED_REQUEST, "Wrong host", detail));
    }
    if *method == Method::GET || *method == Method::HEAD {
        return None;
    }
    if let Some(origin) = text(header::ORIGIN)
        && origin.strip_prefix("http://") != Some(host)
    {
        let detail = format!("expected the origin http://{host}, found {origin:?}");
        return Some(Problem::new(StatusCode::FORBIDDEN, "Foreign origin", detail));
    }
    // Of a foreign page a browser says so, or the type of what it sends: what has neither, and no body, is not from one.
    if has_no_body(headers) {
        return None;
    }
    let content_type = text(header::CONTENT_TYPE).unwrap_or_default();
    let media_type = content_type.split(';').next().unwrap_or_default().trim();
    if !media_type.eq_ignore_ascii_case("application/json") {
        let detail = format!("expected Content-Type application/json, found {content_type:?}");
        return Some(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "Not JSON", detail));
    }
    None
}

fn has_no_body(headers: &HeaderMap) -> bool {
    let is_empty = headers.get(header::CONTENT_LENGTH).is_none_or(|length| length == "0");
    is_empty && !headers.contains_key(header::TRANSFER_ENCODING) && !headers.contains_key(header::CONTENT_TYPE)
}

/// `localhost`, 127.0.0.0/8 or `[::1]`, with a port or without.
fn is_loopback(host: &str) -> bool {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if !port.is_empty() && port.bytes().all(|b| b.is_ascii_digit()) => name,
        _ => host,
    };
    let address = name.strip_prefix('[').and_then(|name| name.strip_suffix(']')).unwrap_or(name);
    name.eq_ignore_ascii_case("localhost") || address.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    const OWN: &str = "127.0.0.1:7001";

    fn status(method: &Method, headers: &[(HeaderName, &str)]) -> Option<u16> {
        let headers = headers.iter().map(|(name, value)| (name.clone(), value.parse().unwrap())).collect();
        refusal(OWN, method, &headers).map(|problem| problem.into_response().status().as_u16())
    }

    #[test]
    fn only_a_loopback_name_is_answered() {
        for good in [OWN, "localhost:7001", "LOCALHOST", "[::1]:7001", "127.0.0.1"] {
            assert_eq!(status(&Method::GET, &[(header::HOST, good)]), None, "{good}");
        }
        for bad in ["evil.example", "evil.example:7001", "127.0.0.1.evil.example", "localhost.evil.example:7001", ""] {
            assert_eq!(status(&Method::GET, &[(header::HOST, bad)]), Some(421), "{bad}");
        }
    }

    #[test]
    fn a_command_is_json_from_here() {
        let host = (header::HOST, OWN);
        let json = (header::CONTENT_TYPE, "application/json; charset=utf-8");
        let origin = |origin| (header::ORIGIN, origin);
        assert_eq!(status(&Method::POST, &[host.clone(), json.clone()]), None);
        assert_eq!(status(&Method::POST, &[host.clone(), json.clone(), origin("http://127.0.0.1:7001")]), None);
        for foreign in ["https://evil.example", "null", "http://127.0.0.1:9999", "https://127.0.0.1:7001"] {
            assert_eq!(status(&Method::POST, &[host.clone(), json.clone(), origin(foreign)]), Some(403), "{foreign}");
        }
        for kind in ["text/plain", "application/x-www-form-urlencoded", "application/jsonp"] {
            assert_eq!(status(&Method::POST, &[host.clone(), (header::CONTENT_TYPE, kind)]), Some(415), "{kind}");
        }
        assert_eq!(status(&Method::POST, std::slice::from_ref(&host)), None, "a command without a body");
        assert_eq!(status(&Method::POST, &[host.clone(), origin("null")]), Some(403));
        for body in [(header::CONTENT_LENGTH, "3"), (header::TRANSFER_ENCODING, "chunked")] {
            assert_eq!(status(&Method::POST, &[host.clone(), body]), Some(415));
        }
    }
}
