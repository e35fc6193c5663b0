//! The names that a request goes by in logs: its id, and its place in a trace.
//!
//! Draws them from a generator of each thread's own, seeded by the system: no system call for a request.

mod request_id;

use doorbuster_http_core::trace::{SpanId, TraceContext, TraceId};
use http::HeaderMap;

pub use self::request_id::{REQUEST_ID, REQUEST_ID_BYTES_MAX, RequestId};

/// The caller's trace with a span of our own, or a trace that begins here: what is logged, and sent to the origin.
pub fn trace_context(headers: &HeaderMap) -> TraceContext {
    let span = SpanId::new(rand::random());
    match TraceContext::read(headers) {
        Some(caller) => caller.continued(span),
        None => TraceContext::begin(TraceId::new(rand::random()), span),
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    const SENT: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    #[test]
    fn a_callers_trace_is_kept_and_its_span_is_not() {
        let sent = HeaderValue::from_static(SENT);
        let ours = trace_context(&HeaderMap::from_iter([(http::HeaderName::from_static("traceparent"), sent)]));
        assert_eq!(ours.trace_id.to_string(), "4bf92f3577b34da6a3ce929d0e0e4736");
        assert!(ours.is_sampled);
        assert_ne!(ours.parent_id.to_string(), "00f067aa0ba902b7");
    }

    #[test]
    fn without_a_callers_trace_each_request_begins_its_own() {
        let (one, other) = (trace_context(&HeaderMap::new()), trace_context(&HeaderMap::new()));
        assert_ne!(one.trace_id, other.trace_id);
    }
}
