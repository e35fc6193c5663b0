//! `Server-Timing` (W3C): what an answer's time was spent on, for the browser's tools.

use std::fmt::Write as _;
use std::time::Duration;

use http::HeaderValue;

/// Builds the field's value: `stock;dur=1.2, total;dur=1.5`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ServerTiming(String);

impl ServerTiming {
    /// Adds a metric and its time. `name` is one of ours: a token.
    #[must_use]
    pub fn metric(mut self, name: &'static str, took: Duration) -> Self {
        debug_assert!(is_token(name), "a metric's name is a token: {name:?}");
        let separator = if self.0.is_empty() { "" } else { ", " };
        let us = took.as_micros();
        write!(self.0, "{separator}{name};dur={}.{:03}", us / 1_000, us % 1_000).expect("a string grows");
        self
    }

    /// The value; nothing, where there is no metric.
    pub fn header(self) -> Option<HeaderValue> {
        let text = Some(self.0).filter(|text| !text.is_empty())?;
        Some(HeaderValue::from_maybe_shared(bytes::Bytes::from(text)).expect("tokens and numbers are a field's value"))
    }
}

fn is_token(name: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    !name.is_empty() && name.bytes().all(fits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_in_milliseconds() {
        let timing = ServerTiming::default()
            .metric("stock", Duration::from_micros(1_200))
            .metric("total", Duration::from_nanos(1_500_900));
        assert_eq!(timing.header().unwrap(), "stock;dur=1.200, total;dur=1.500");
    }

    #[test]
    fn without_a_metric_there_is_no_field() {
        assert_eq!(ServerTiming::default().header(), None);
    }
}
