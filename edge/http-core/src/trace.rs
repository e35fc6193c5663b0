//! W3C Trace Context (Recommendation, level 1): `traceparent` and `tracestate`. Random ids come in from outside.

use std::fmt;

use http::{HeaderMap, HeaderValue};

mod parent;
mod state;

pub use self::state::{STATE_BYTES_MAX, TraceState};

/// The field that carries a [`TraceContext`].
pub const TRACEPARENT: &str = "traceparent";
/// The field that carries a [`TraceState`].
pub const TRACESTATE: &str = "tracestate";

/// A whole trace, over all services; never zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TraceId(u128);

/// One service's part in a trace; never zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SpanId(u64);

/// Where a request stands in a trace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TraceContext {
    /// The trace.
    pub trace_id: TraceId,
    /// The caller's span; in what is sent on, the sender's own.
    pub parent_id: SpanId,
    /// Whether the caller records the trace.
    pub is_sampled: bool,
}

impl TraceId {
    /// An id; zero, which is none, becomes one.
    pub fn new(random: u128) -> Self {
        Self(random.max(1))
    }
}

impl SpanId {
    /// An id; zero, which is none, becomes one.
    pub fn new(random: u64) -> Self {
        Self(random.max(1))
    }
}

impl fmt::Display for TraceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

impl fmt::Display for SpanId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

impl TraceContext {
    /// A trace that begins here.
    pub fn begin(trace_id: TraceId, parent_id: SpanId) -> Self {
        Self { trace_id, parent_id, is_sampled: false }
    }

    /// The caller's context: nothing, where there is none, more than one, or a malformed one.
    pub fn read(headers: &HeaderMap) -> Option<Self> {
        let mut values = headers.get_all(TRACEPARENT).iter();
        let (value, None) = (values.next()?, values.next()) else { return None };
        parent::parse(value.as_bytes())
    }

    /// The same trace, with a span of our own as the parent of what comes next.
    #[must_use]
    pub fn continued(self, span: SpanId) -> Self {
        Self { parent_id: span, ..self }
    }

    /// As `traceparent` has it, version 00.
    pub fn header(&self) -> HeaderValue {
        let text = format!("00-{}-{}-{:02x}", self.trace_id, self.parent_id, u8::from(self.is_sampled));
        HeaderValue::from_maybe_shared(bytes::Bytes::from(text)).expect("hex and dashes are a field's value")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SENT: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    fn headers(values: &[&'static str]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(TRACEPARENT, HeaderValue::from_static(value));
        }
        headers
    }

    #[test]
    fn a_callers_trace_goes_on_with_a_span_of_our_own() {
        let context = TraceContext::read(&headers(&[SENT])).unwrap();
        assert_eq!(context.header(), SENT);
        let ours = context.continued(SpanId::new(7));
        assert_eq!(ours.header(), "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000007-01");
    }

    #[test]
    fn two_parents_are_none() {
        assert_eq!(TraceContext::read(&headers(&[SENT, SENT])), None);
        assert_eq!(TraceContext::read(&headers(&[])), None);
    }

    #[test]
    fn a_trace_that_begins_here_has_no_zero_id() {
        let context = TraceContext::begin(TraceId::new(0), SpanId::new(0));
        assert_eq!(context.header(), "00-00000000000000000000000000000001-0000000000000001-00");
    }
}
