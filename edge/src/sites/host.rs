//! Which host a site is for. Pure.

use std::borrow::Cow;
use std::str::FromStr;

use super::hash::Map;

/// What a host may be, for whoever wrote another one.
pub(super) const EXPECTED: &str = "a host such as \"shop.example\" or \"*.shop.example\", without a port";

/// One host, or all below a domain. In lower case.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum HostPattern {
    /// This one: `shop.example`.
    Exactly(Box<str>),
    /// All below it, and not itself: `*.shop.example` has `shop.example` here.
    Below(Box<str>),
}

/// A text that is no host.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoHost;

/// What hosts lead to.
#[derive(Debug)]
pub(super) struct Hosts<T> {
    exact: Map<T>,
    below: Map<T>,
}

impl<T> Hosts<T> {
    pub(super) fn insert(&mut self, host: HostPattern, value: T) {
        match host {
            HostPattern::Exactly(name) => self.exact.insert(name, value),
            HostPattern::Below(name) => self.below.insert(name, value),
        };
    }

    /// What a `Host` field or an `:authority` leads to: an exact host first, then the longest domain.
    pub(super) fn find(&self, host: &str) -> Option<&T> {
        if self.exact.is_empty() && self.below.is_empty() {
            return None;
        }
        let host = canonical(host);
        self.exact.get(&*host).or_else(|| self.find_below(&host))
    }

    fn find_below(&self, host: &str) -> Option<&T> {
        if self.below.is_empty() {
            return None;
        }
        host.match_indices('.').filter(|(at, _)| *at > 0).find_map(|(at, _)| self.below.get(&host[at + 1..]))
    }
}

impl<T> Default for Hosts<T> {
    fn default() -> Self {
        Self { exact: Map::default(), below: Map::default() }
    }
}

impl FromStr for HostPattern {
    type Err = NoHost;

    fn from_str(text: &str) -> Result<Self, NoHost> {
        let (name, below) = text.strip_prefix("*.").map_or((text, false), |name| (name, true));
        let name = name.strip_suffix('.').unwrap_or(name).to_ascii_lowercase();
        if !is_name(&name) && (below || !is_ipv6(&name)) {
            return Err(NoHost);
        }
        Ok(if below { Self::Below(name.into()) } else { Self::Exactly(name.into()) })
    }
}

/// Without port and final dot, in lower case.
fn canonical(host: &str) -> Cow<'_, str> {
    let (mut end, mut in_brackets, mut has_upper) = (host.len(), false, false);
    for (at, byte) in host.bytes().enumerate() {
        match byte {
            b'[' => in_brackets = true,
            b']' => in_brackets = false,
            b':' if !in_brackets => {
                end = at;
                break;
            }
            _ => has_upper |= byte.is_ascii_uppercase(),
        }
    }
    let name = host[..end].strip_suffix('.').unwrap_or(&host[..end]);
    if has_upper { Cow::Owned(name.to_ascii_lowercase()) } else { Cow::Borrowed(name) }
}

fn is_name(name: &str) -> bool {
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
    };
    name.len() <= 253 && name.split('.').all(is_label)
}

fn is_ipv6(name: &str) -> bool {
    let inner = name.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    inner.is_some_and(|inner| inner.parse::<std::net::Ipv6Addr>().is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hosts(patterns: &[&'static str]) -> Hosts<&'static str> {
        let mut hosts = Hosts::default();
        for text in patterns {
            hosts.insert(text.parse().unwrap(), *text);
        }
        hosts
    }

    #[test]
    fn case_port_and_final_dot_do_not_matter() {
        let hosts = hosts(&["Shop.Example.", "[::1]", "127.0.0.1"]);
        for host in ["shop.example", "SHOP.example:8080", "shop.example.", "shop.example.:80"] {
            assert_eq!(hosts.find(host), Some(&"Shop.Example."), "{host}");
        }
        assert_eq!(hosts.find("[::1]:8080"), Some(&"[::1]"));
        assert_eq!(hosts.find("127.0.0.1:80"), Some(&"127.0.0.1"));
        for host in ["", ":", "other.example", "a.shop.example", "shop.example.."] {
            assert_eq!(hosts.find(host), None, "{host}");
        }
    }

    #[test]
    fn the_nearest_domain_has_a_host_that_is_not_named() {
        let hosts = hosts(&["*.example", "*.shop.example", "www.shop.example"]);
        assert_eq!(hosts.find("www.shop.example"), Some(&"www.shop.example"));
        assert_eq!(hosts.find("a.b.shop.example"), Some(&"*.shop.example"));
        assert_eq!(hosts.find("shop.example"), Some(&"*.example"));
        assert_eq!(hosts.find("example"), None);
        assert_eq!(hosts.find(".shop.example"), Some(&"*.example"));
    }

    #[test]
    fn what_is_no_host_is_refused() {
        for text in ["", "*", "a..b", "a b", "shop.example:80", "http://shop", "*.*.a", "*.[::1]", "[::1", "a/b"] {
            assert_eq!(text.parse::<HostPattern>(), Err(NoHost), "{text}");
        }
    }
}
