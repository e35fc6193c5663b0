//! One rule: so many a second for each address, and so many at once.

use std::num::NonZeroU32;

use doorbuster_http_core::network::LimitKey;
use governor::clock::Clock;
use governor::middleware::StateInformationMiddleware;
use governor::{Quota, RateLimiter};

use super::buckets::Buckets;
use super::config::Rate;
use super::{Standing, Verdict};

/// The longest time that is added to a wait at random; at most as long as the wait itself.
const JITTER_MS_MAX: u64 = 5_000;

#[derive(Debug)]
pub(super) struct Rule<C: Clock> {
    name: &'static str,
    rate: Rate,
    clock: C,
    limiter: RateLimiter<LimitKey, Buckets, C, StateInformationMiddleware>,
}

impl<C: Clock + Clone> Rule<C> {
    pub(super) fn new(name: &'static str, rate: Rate, clock: C) -> Self {
        let [per_s, burst] = [rate.per_s, rate.burst].map(|n| NonZeroU32::new(n).expect("read as 1 or more"));
        let quota = Quota::per_second(per_s).allow_burst(burst);
        let limiter = RateLimiter::new(quota, Buckets::default(), clock.clone());
        Self { name, rate, clock, limiter }
    }

    pub(super) fn count(&self, key: LimitKey) -> Verdict {
        let standing = |remaining| Standing::new(self.name, self.rate, remaining);
        match self.limiter.check_key(&key) {
            Ok(bucket) => Verdict::Allowed(standing(bucket.remaining_burst_capacity())),
            Err(not_until) => {
                let wait = not_until.wait_time_from(self.clock.now()).as_micros().div_ceil(1_000);
                let retry_after_ms = jittered(u64::try_from(wait).unwrap_or(u64::MAX), rand::random());
                Verdict::Refused { standing: standing(0), retry_after_ms }
            }
        }
    }
}

/// The wait, and up to as much again.
fn jittered(wait_ms: u64, random: u32) -> u64 {
    let most = wait_ms.min(JITTER_MS_MAX);
    wait_ms.saturating_add((most * u64::from(random)) >> u32::BITS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_is_never_cut_short_and_at_most_doubled() {
        assert_eq!(jittered(1_000, 0), 1_000);
        assert_eq!(jittered(1_000, 1 << 31), 1_500);
        assert_eq!(jittered(1_000, u32::MAX), 1_999);
        assert_eq!(jittered(60_000, u32::MAX), 64_999);
        assert_eq!(jittered(0, u32::MAX), 0);
    }
}
