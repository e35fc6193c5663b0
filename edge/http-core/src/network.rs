//! Addresses and the networks that they belong to.

use std::fmt;
use std::net::{IpAddr, Ipv6Addr};

use ipnet::{IpNet, Ipv4Net};

/// The most networks in one set: every request is compared with each.
pub const NETWORKS_MAX: usize = 1_024;
const MAPPED_BITS: u8 = 96;
/// What one household or machine is given of IPv6 (RFC 6177, 2).
const LIMITED_V6_BITS: u8 = 64;

/// A set of networks. An IPv4 address that is written as IPv6 (`::ffff:192.0.2.1`) counts as IPv4 everywhere.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Networks(Vec<IpNet>);

/// Why there is no such set.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// Not a network.
    #[error("expected an address or a network such as 192.0.2.0/24 or 2001:db8::/32, found {0:?}")]
    Malformed(String),
    /// Bits after the prefix are set: another network was meant, or another prefix.
    #[error("expected {expected}, the network that {found} lies in, found {found}")]
    HostBits {
        /// The network.
        expected: IpNet,
        /// What was written.
        found: IpNet,
    },
    /// More than [`NETWORKS_MAX`].
    #[error("expected at most {NETWORKS_MAX} networks, found {0}")]
    TooMany(usize),
}

impl Networks {
    /// Reads networks and single addresses.
    ///
    /// # Errors
    /// [`Error`] for the first that is none.
    pub fn parse<S: AsRef<str>>(texts: &[S]) -> Result<Self, Error> {
        if texts.len() > NETWORKS_MAX {
            return Err(Error::TooMany(texts.len()));
        }
        texts.iter().map(|text| parse_one(text.as_ref())).collect::<Result<_, _>>().map(Self)
    }

    /// Whether an address is in one of them.
    pub fn contains(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.0.iter().any(|network| network.contains(&address))
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// What limits per address count by: an IPv4 address, or the /64 that an IPv6 address lies in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LimitKey(IpAddr);

impl LimitKey {
    /// The key of an address.
    pub fn of(address: IpAddr) -> Self {
        Self(match address.to_canonical() {
            IpAddr::V6(address) => {
                let kept = u128::MAX << (Ipv6Addr::BITS - u32::from(LIMITED_V6_BITS));
                Ipv6Addr::from_bits(address.to_bits() & kept).into()
            }
            v4 @ IpAddr::V4(_) => v4,
        })
    }

    /// The address, or the first one of the /64.
    pub fn address(self) -> IpAddr {
        self.0
    }
}

impl fmt::Display for LimitKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            IpAddr::V4(address) => write!(f, "{address}"),
            IpAddr::V6(address) => write!(f, "{address}/{LIMITED_V6_BITS}"),
        }
    }
}

fn parse_one(text: &str) -> Result<IpNet, Error> {
    let malformed = || Error::Malformed(text.chars().take(80).collect());
    let found = match text.parse::<IpAddr>() {
        Ok(address) => IpNet::from(address),
        Err(_) => text.parse::<IpNet>().map_err(|_| malformed())?,
    };
    let expected = found.trunc();
    if expected == found { Ok(unmapped(found)) } else { Err(Error::HostBits { expected, found }) }
}

/// A network of mapped addresses as the IPv4 network that it stands for.
fn unmapped(network: IpNet) -> IpNet {
    let IpNet::V6(v6) = network else { return network };
    let mapped = v6.addr().to_ipv4_mapped().zip(v6.prefix_len().checked_sub(MAPPED_BITS));
    mapped.and_then(|(address, bits)| Ipv4Net::new(address, bits).ok()).map_or(network, IpNet::V4)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn an_address_is_in_its_network_however_it_is_written() {
        let networks = Networks::parse(&["10.0.0.0/8", "2001:db8::/32", "192.0.2.7", "::1", "::ffff:172.16.0.0/108"]);
        let networks = networks.unwrap();
        for inside in
            ["10.255.0.1", "::ffff:10.0.0.1", "2001:db8:1::9", "192.0.2.7", "::1", "172.31.0.1", "::ffff:172.16.9.9"]
        {
            assert!(networks.contains(ip(inside)), "{inside}");
        }
        for outside in ["11.0.0.1", "2001:db9::", "192.0.2.8", "::2", "::10.0.0.1", "172.32.0.0", "127.0.0.1"] {
            assert!(!networks.contains(ip(outside)), "{outside}");
        }
    }

    #[test]
    fn all_of_one_family_is_not_all_of_the_other() {
        let v6 = Networks::parse(&["::/0"]).unwrap();
        assert!(v6.contains(ip("2001:db8::")) && !v6.contains(ip("10.0.0.1")) && !v6.contains(ip("::ffff:10.0.0.1")));
        let v4 = Networks::parse(&["0.0.0.0/0"]).unwrap();
        assert!(v4.contains(ip("::ffff:10.0.0.1")) && !v4.contains(ip("2001:db8::")));
        assert!(Networks::default().is_empty() && !Networks::default().contains(ip("::1")));
    }

    #[test]
    fn what_is_no_network_is_refused() {
        for bad in ["", "10", "10.0.0.0/33", "::/129", "10.0.0.0/", "example.com", "10.0.0.0/8 ", "[::1]"] {
            assert_eq!(Networks::parse(&[bad]), Err(Error::Malformed(bad.to_owned())));
        }
        let host_bits = Networks::parse(&["10.0.0.1/8"]).unwrap_err();
        assert_eq!(host_bits.to_string(), "expected 10.0.0.0/8, the network that 10.0.0.1/8 lies in, found 10.0.0.1/8");
        assert_eq!(Networks::parse(&vec!["::1"; NETWORKS_MAX + 1]), Err(Error::TooMany(NETWORKS_MAX + 1)));
    }

    #[test]
    fn limits_count_by_address_and_by_64_bits_of_ipv6() {
        let key = |text| LimitKey::of(ip(text));
        assert_eq!(key("192.0.2.1"), key("::ffff:192.0.2.1"));
        assert_ne!(key("192.0.2.1"), key("192.0.2.2"));
        assert_eq!(key("2001:db8:0:1::1"), key("2001:db8:0:1:ffff:ffff:ffff:ffff"));
        assert_ne!(key("2001:db8:0:1::1"), key("2001:db8:0:2::1"));
        assert_eq!(key("2001:db8:0:1::9").to_string(), "2001:db8:0:1::/64");
        assert_eq!(key("::ffff:192.0.2.1").address(), ip("192.0.2.1"));
    }
}
