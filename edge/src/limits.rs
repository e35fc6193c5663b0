//! Limits per client address: requests, purchases, and connections at a time.
//!
//! Decides by an address alone, IPv6 by its /64: who a shopper is and what the stock says is not its business. Memory is
//! bounded whatever comes: where more addresses come than there is room for, those that asked least are forgotten.

mod addresses;
mod buckets;
mod config;
mod rule;
mod standing;

use std::net::IpAddr;

use doorbuster_http_core::network::{LimitKey, Networks};
use governor::clock::{Clock, MonotonicClock};

pub use self::addresses::{AddressCounts, Guard};
pub use self::config::{Config, Rate};
use self::rule::Rule;
pub use self::standing::Standing;

/// The most addresses that a rule remembers, over all [`SHARDS`]; beyond, those that asked least are forgotten.
pub const ADDRESSES_MAX: usize = 262_144;
/// Parts of a table, each behind a lock of its own.
pub const SHARDS: usize = 64;

/// The rules for requests and purchases. Where there is none, everything is allowed at no cost.
#[derive(Debug)]
pub struct Limits<C: Clock = MonotonicClock> {
    requests: Option<Rule<C>>,
    purchases: Option<Rule<C>>,
    exempt: Networks,
    has_headers: bool,
}

/// What a rule says to a client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// There is no rule for it.
    Unlimited,
    /// It may go on.
    Allowed(Standing),
    /// It asked too often.
    Refused {
        /// Where it stands.
        standing: Standing,
        /// When it may try again, in milliseconds; drawn at random, so that many do not come back at once.
        retry_after_ms: u64,
    },
}

impl Limits {
    /// The rules of a configuration, with nobody counted yet.
    pub fn new(config: &Config) -> Self {
        Self::with_clock(config, &MonotonicClock)
    }
}

impl<C: Clock + Clone> Limits<C> {
    /// The rules by a clock of the caller's.
    pub fn with_clock(config: &Config, clock: &C) -> Self {
        let rule = |name, rate: Option<Rate>| rate.map(|rate| Rule::new(name, rate, clock.clone()));
        Self {
            requests: rule("requests", config.requests),
            purchases: rule("purchases", config.purchases),
            exempt: config.exempt.clone(),
            has_headers: config.ratelimit_headers,
        }
    }

    /// Counts a request of any kind.
    pub fn request(&self, address: IpAddr) -> Verdict {
        self.verdict(self.requests.as_ref(), address)
    }

    /// Counts a purchase; it is a request besides.
    pub fn purchase(&self, address: IpAddr) -> Verdict {
        self.verdict(self.purchases.as_ref(), address)
    }

    /// Whether requests of any kind are counted.
    pub fn counts_requests(&self) -> bool {
        self.requests.is_some()
    }

    /// Whether purchases are counted apart.
    pub fn counts_purchases(&self) -> bool {
        self.purchases.is_some()
    }

    /// Whether no rule holds for an address.
    pub fn exempts(&self, address: IpAddr) -> bool {
        self.exempt.contains(address)
    }

    /// Whether answers tell clients where they stand.
    pub fn has_headers(&self) -> bool {
        self.has_headers
    }

    fn verdict(&self, rule: Option<&Rule<C>>, address: IpAddr) -> Verdict {
        match rule {
            Some(rule) if !self.exempt.contains(address) => rule.count(LimitKey::of(address)),
            _ => Verdict::Unlimited,
        }
    }
}

impl Verdict {
    /// Where the client stands, if there is a rule.
    pub fn standing(&self) -> Option<&Standing> {
        match self {
            Self::Unlimited => None,
            Self::Allowed(standing) | Self::Refused { standing, .. } => Some(standing),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use governor::clock::FakeRelativeClock;

    use super::*;

    const HOME: &str = "192.0.2.7";

    fn limits(config: &Config) -> (Limits<FakeRelativeClock>, FakeRelativeClock) {
        let clock = FakeRelativeClock::default();
        (Limits::with_clock(config, &clock), clock)
    }

    fn config() -> Config {
        Config {
            requests: Some(Rate { per_s: 10, burst: 20 }),
            purchases: Some(Rate { per_s: 1, burst: 2 }),
            exempt: Networks::parse(&["127.0.0.0/8"]).unwrap(),
            ..Config::default()
        }
    }

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    fn allowed(count: usize, verdict: impl Fn() -> Verdict) -> usize {
        (0..count).filter(|_| !matches!(verdict(), Verdict::Refused { .. })).count()
    }

    #[test]
    fn a_burst_is_allowed_and_then_the_rate() {
        let (limits, clock) = limits(&config());
        assert_eq!(allowed(30, || limits.request(ip(HOME))), 20);
        clock.advance(Duration::from_secs(1));
        assert_eq!(allowed(30, || limits.request(ip(HOME))), 10);
        clock.advance(Duration::from_secs(30));
        assert_eq!(allowed(30, || limits.request(ip(HOME))), 20);
    }

    #[test]
    fn purchases_have_a_rule_of_their_own() {
        let (limits, _) = limits(&config());
        assert_eq!(allowed(5, || limits.purchase(ip(HOME))), 2);
        assert_eq!(allowed(5, || limits.request(ip(HOME))), 5);
    }

    #[test]
    fn addresses_do_not_count_against_each_other_but_those_of_a_64_do() {
        let (limits, _) = limits(&config());
        assert_eq!(allowed(2, || limits.purchase(ip(HOME))), 2);
        assert_eq!(allowed(2, || limits.purchase(ip("192.0.2.8"))), 2);
        assert_eq!(allowed(2, || limits.purchase(ip("2001:db8::1"))), 2);
        assert_eq!(allowed(2, || limits.purchase(ip("2001:db8::ffff"))), 0);
        assert_eq!(allowed(2, || limits.purchase(ip("2001:db8:0:1::1"))), 2);
        assert_eq!(allowed(1, || limits.purchase(ip("::ffff:192.0.2.7"))), 0);
    }

    #[test]
    fn exempt_networks_and_absent_rules_are_unlimited() {
        let (some, _) = limits(&config());
        assert_eq!(some.request(ip("127.0.0.1")), Verdict::Unlimited);
        let (none, _) = limits(&Config::default());
        assert_eq!((none.request(ip(HOME)), none.purchase(ip(HOME))), (Verdict::Unlimited, Verdict::Unlimited));
    }

    #[test]
    fn a_refusal_says_when_to_come_back_and_that_time_is_enough() {
        let (limits, clock) = limits(&config());
        assert_eq!(allowed(2, || limits.purchase(ip(HOME))), 2);
        let Verdict::Refused { retry_after_ms, standing } = limits.purchase(ip(HOME)) else { panic!("not refused") };
        assert!((1_000..=2_000).contains(&retry_after_ms), "{retry_after_ms}");
        assert_eq!(standing.remaining, 0);
        clock.advance(Duration::from_millis(retry_after_ms));
        assert!(matches!(limits.purchase(ip(HOME)), Verdict::Allowed(_)));
    }

    #[test]
    fn clients_are_told_where_they_stand() {
        let (limits, clock) = limits(&config());
        assert_eq!(allowed(4, || limits.request(ip(HOME))), 4);
        clock.advance(Duration::from_millis(100));
        let verdict = limits.request(ip(HOME));
        assert_eq!(verdict.standing().unwrap().policy(), "\"requests\";q=20;w=2");
        assert_eq!(verdict.standing().unwrap().header(), "\"requests\";r=16;t=1");
    }
}
