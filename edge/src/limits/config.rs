//! What clients are held to.

use doorbuster_config::{Field, Table};
use doorbuster_http_core::network::{NETWORKS_MAX, Networks};

const KEYS: [&str; 7] = [
    "requests_per_s",
    "requests_burst",
    "purchases_per_s",
    "purchases_burst",
    "connections_per_address",
    "ratelimit_headers",
    "exempt",
];
const RATE_MAX: u32 = 1_000_000;
const NETWORK: &str = "an address or a network such as \"10.0.0.0/8\", without bits after its prefix";

/// The limits per client address. Without the section there is none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Config {
    /// Requests of any kind.
    pub requests: Option<Rate>,
    /// Purchases.
    pub purchases: Option<Rate>,
    /// Connections at a time.
    pub connections_per_address: Option<u32>,
    /// Whether answers carry `RateLimit` and `RateLimit-Policy`.
    pub ratelimit_headers: bool,
    /// Networks that no rule holds for.
    pub exempt: Networks,
}

/// So many a second, and so many at once; neither is zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// What comes back a second.
    pub per_s: u32,
    /// The most at once.
    pub burst: u32,
}

impl Config {
    /// Reads the section `limits`.
    pub fn read(top: &Table<'_>) -> Option<Self> {
        let limits = top.section("limits", &KEYS)?;
        let requests = read_rate(&limits, "requests_per_s", "requests_burst");
        let purchases = read_rate(&limits, "purchases_per_s", "purchases_burst");
        let connections_per_address = optional(&limits, "connections_per_address");
        let ratelimit_headers = limits.optional("ratelimit_headers").map_or(Some(false), |field| field.switch());
        let exempt = limits.optional("exempt").map_or(Some(Networks::default()), |field| read_networks(&field));
        Some(Self {
            requests: requests?,
            purchases: purchases?,
            connections_per_address: connections_per_address?,
            ratelimit_headers: ratelimit_headers?,
            exempt: exempt?,
        })
    }
}

/// Nothing, where the rate is not there; without a burst of its own, it is that of a second.
#[expect(clippy::option_option, reason = "outside: whether it could be read; inside: whether it is there")]
fn read_rate(limits: &Table<'_>, rate: &str, burst: &str) -> Option<Option<Rate>> {
    let (per_s, at_once) = (optional(limits, rate), optional(limits, burst));
    match (per_s?, at_once?) {
        (Some(per_s), burst) => Some(Some(Rate { per_s, burst: burst.unwrap_or(per_s) })),
        (None, None) => Some(None),
        (None, Some(_)) => {
            limits.optional(burst)?.wrong(format!("nothing without {rate}"));
            None
        }
    }
}

#[expect(clippy::option_option, reason = "outside: whether it could be read; inside: whether it is there")]
fn optional(limits: &Table<'_>, key: &str) -> Option<Option<u32>> {
    match limits.optional(key) {
        Some(_) => limits.number(key, 1..=RATE_MAX, 1).map(Some),
        None => Some(None),
    }
}

fn read_networks(field: &Field<'_>) -> Option<Networks> {
    let entries = field.list(0..=NETWORKS_MAX)?;
    let texts: Vec<Option<&str>> = entries.iter().map(read_network).collect();
    Networks::parse(&texts.into_iter().collect::<Option<Vec<&str>>>()?).ok()
}

fn read_network<'a>(field: &Field<'a>) -> Option<&'a str> {
    let text = field.text()?;
    if Networks::parse(&[text]).is_err() {
        field.wrong(NETWORK);
        return None;
    }
    Some(text)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn read(text: &str) -> Result<Config, Vec<String>> {
        let read = |document: &Field<'_>| Config::read(&document.table(&["limits"])?);
        let read = doorbuster_config::parse(text, Path::new(""), read);
        read.map_err(|faults| faults.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn without_a_section_nobody_is_held_to_anything() {
        assert_eq!(read(""), Ok(Config::default()));
        assert_eq!(read("[limits]"), Ok(Config::default()));
    }

    #[test]
    fn a_rate_without_a_burst_bursts_for_a_second() {
        let config = read("[limits]\nrequests_per_s = 50\npurchases_per_s = 2\npurchases_burst = 5").unwrap();
        assert_eq!(config.requests, Some(Rate { per_s: 50, burst: 50 }));
        assert_eq!(config.purchases, Some(Rate { per_s: 2, burst: 5 }));
    }

    #[test]
    fn the_rest_is_read_as_it_is_written() {
        let text =
            "[limits]\nconnections_per_address = 64\nratelimit_headers = true\nexempt = [\"127.0.0.0/8\", \"::1\"]";
        let config = read(text).unwrap();
        assert_eq!((config.connections_per_address, config.ratelimit_headers), (Some(64), true));
        assert_eq!(config.exempt, Networks::parse(&["127.0.0.0/8", "::1"]).unwrap());
    }

    #[test]
    fn every_fault_is_told_at_once() {
        let text = "[limits]\nrequests_burst = 5\npurchases_per_s = 0\nconnections_per_address = \"many\"\n\
                    ratelimit_headers = 1\nexempt = [\"10.0.0.1/8\", \"::1\", 7]";
        assert_eq!(
            read(text).unwrap_err(),
            [
                "limits.requests_burst: expected nothing without requests_per_s, found 5",
                "limits.purchases_per_s: expected a whole number from 1 to 1000000, found 0",
                "limits.connections_per_address: expected a whole number from 1 to 1000000, found \"many\"",
                "limits.ratelimit_headers: expected true or false, found 1",
                "limits.exempt[0]: expected an address or a network such as \"10.0.0.0/8\", without bits after its \
                 prefix, found \"10.0.0.1/8\"",
                "limits.exempt[2]: expected a text, found 7",
            ]
        );
    }
}
