//! Where a client stands with a rule, and the fields that tell it (draft-ietf-httpapi-ratelimit-headers-10).

use bytes::Bytes;
use http::{HeaderName, HeaderValue};

use super::config::Rate;

/// What a rule has left for a client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// The rule's name.
    pub rule: &'static str,
    /// The most at once.
    pub limit: u32,
    /// What is left of it.
    pub remaining: u32,
    /// When all of it is there again, in seconds.
    pub reset_s: u32,
    /// How long it takes until all is there again after all was taken, in seconds.
    pub window_s: u32,
}

impl Standing {
    /// The field of [`Standing::policy`].
    pub const POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
    /// The field of [`Standing::header`].
    pub const HEADER: HeaderName = HeaderName::from_static("ratelimit");

    pub(super) fn new(rule: &'static str, rate: Rate, remaining: u32) -> Self {
        let Rate { per_s, burst } = rate;
        let reset_s = burst.saturating_sub(remaining).div_ceil(per_s);
        Self { rule, limit: burst, remaining, reset_s, window_s: burst.div_ceil(per_s) }
    }

    /// The rule, as `RateLimit-Policy` has it. One answer's rules are items of one list: append.
    pub fn policy(&self) -> HeaderValue {
        value(format!("\"{}\";q={};w={}", self.rule, self.limit, self.window_s))
    }

    /// What is left, as `RateLimit` has it. One answer's rules are items of one list: append.
    pub fn header(&self) -> HeaderValue {
        value(format!("\"{}\";r={};t={}", self.rule, self.remaining, self.reset_s))
    }
}

fn value(text: String) -> HeaderValue {
    HeaderValue::from_maybe_shared(Bytes::from(text)).expect("names and numbers are a field's value")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_is_what_a_whole_burst_takes_to_come_back() {
        let standing = Standing::new("requests", Rate { per_s: 10, burst: 100 }, 50);
        assert_eq!(standing.policy(), "\"requests\";q=100;w=10");
        assert_eq!(standing.header(), "\"requests\";r=50;t=5");
        let slow = Standing::new("purchases", Rate { per_s: 3, burst: 1 }, 0);
        assert_eq!((slow.policy(), slow.reset_s), (HeaderValue::from_static("\"purchases\";q=1;w=1"), 1));
    }
}
