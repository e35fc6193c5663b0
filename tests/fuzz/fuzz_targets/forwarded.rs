//! What proxies say: nobody but a trusted proxy is believed, and nothing that the client wrote moves it.

#![no_main]

use std::net::{IpAddr, Ipv4Addr};

use doorbuster_http_core::forwarded::{Source, client};
use doorbuster_http_core::network::{LimitKey, Networks};
use doorbuster_http_core::trace::{TraceContext, TraceState};
use http::{HeaderMap, HeaderName, HeaderValue};
use libfuzzer_sys::fuzz_target;

const PROXY: IpAddr = IpAddr::V4(Ipv4Addr::new(10, 0, 0, 1));
const STRANGER: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 7));
const NAMES: [&str; 5] = ["forwarded", "x-forwarded-for", "x-forwarded-proto", "traceparent", "tracestate"];

fuzz_target!(|data: &[u8]| {
    let headers = headers(data);
    let trusted = Networks::parse(&["10.0.0.0/8", "2001:db8::/32"]).expect("they are networks");
    for source in [Source::Forwarded, Source::XForwardedFor] {
        assert_eq!(client(STRANGER, &headers, &trusted, source).address, STRANGER);
        let believed = client(PROXY, &headers, &trusted, source);
        assert_eq!(believed.address, believed.address.to_canonical());
        let _ = LimitKey::of(believed.address);
        if !trusted.contains(believed.address) {
            // Who is no proxy of ours can only have written to the left of where ours did.
            let more = client(PROXY, &with_more_at_the_left(&headers, source), &trusted, source);
            assert_eq!(more.address, believed.address);
        }
    }
    trace_is_passed_on(&headers);
});

fn headers(data: &[u8]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for line in data.split(|byte| *byte == b'\n').take(16) {
        let [which, value @ ..] = line else { continue };
        let name = HeaderName::from_static(NAMES[usize::from(*which) % NAMES.len()]);
        if let Ok(value) = HeaderValue::from_bytes(value) {
            headers.append(name, value);
        }
    }
    headers
}

fn with_more_at_the_left(headers: &HeaderMap, source: Source) -> HeaderMap {
    let (name, value) = match source {
        Source::Forwarded => (NAMES[0], "for=203.0.113.9, for=\"10.0.0.9"),
        Source::XForwardedFor => (NAMES[1], "203.0.113.9, \"10.0.0.9"),
    };
    let name = HeaderName::from_static(name);
    let mut more = HeaderMap::new();
    more.append(&name, HeaderValue::from_static(value));
    for old in headers.get_all(&name) {
        more.append(&name, old.clone());
    }
    more
}

/// What is sent on is read again as it was.
fn trace_is_passed_on(headers: &HeaderMap) {
    let mut sent = HeaderMap::new();
    let (context, state) = (TraceContext::read(headers), TraceState::read(headers));
    if let Some(context) = &context {
        sent.insert(NAMES[3], context.header());
    }
    if let Some(state) = &state {
        sent.insert(NAMES[4], state.header());
    }
    assert_eq!(TraceContext::read(&sent), context);
    assert_eq!(TraceState::read(&sent), state);
}
