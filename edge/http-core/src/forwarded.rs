//! Who asks, behind proxies: what they say of the client, as far as it is believed.
//!
//! Proxies append to a header, so its right end is theirs and its left end is anybody's. The walk goes from the right: the
//! peer said the last element; if the address in it belongs to a trusted proxy too, that one said the element before, and so on. The first
//! address that is not a trusted proxy's is the client. Where an element is malformed, or hides its address, the proxy that said it is
//! as far as one can see.
//!
//! Only the header that the configuration names is read: whichever the proxies do not set, they pass on as the client sent it.

mod element;
mod from_right;

use std::net::IpAddr;

use http::HeaderMap;
use http::header::{FORWARDED, HeaderName};

use self::element::{Hop, is_secure};
use self::from_right::FromRight;
use crate::network::Networks;

/// The most hops that are walked; what lies behind is not asked for.
pub const HOPS_MAX: usize = 16;

const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const X_FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");

/// Which header the trusted proxies set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// `Forwarded` (RFC 7239).
    Forwarded,
    /// `X-Forwarded-For`, and `X-Forwarded-Proto` with it. A proxy that sets no `X-Forwarded-Proto` has to remove it.
    XForwardedFor,
}

impl Source {
    /// The header's name as configurations write it: `forwarded` or `x-forwarded-for`.
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "forwarded" => Some(Self::Forwarded),
            "x-forwarded-for" => Some(Self::XForwardedFor),
            _ => None,
        }
    }
}

/// Who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Believed {
    /// The client's address; an IPv4 address is never written as IPv6.
    pub address: IpAddr,
    /// Whether the client came by https, where a trusted proxy said which; otherwise what the connection itself shows counts.
    pub secure: Option<bool>,
}

/// The client of a request that came from `peer`. Whoever is not trusted is the client, whatever the headers say.
pub fn client(peer: IpAddr, headers: &HeaderMap, trusted: &Networks, source: Source) -> Believed {
    let peer = peer.to_canonical();
    if !trusted.contains(peer) {
        return Believed { address: peer, secure: None };
    }
    match source {
        Source::Forwarded => forwarded(peer, headers, trusted),
        Source::XForwardedFor => x_forwarded(peer, headers, trusted),
    }
}

fn forwarded(peer: IpAddr, headers: &HeaderMap, trusted: &Networks) -> Believed {
    let walked = walk(peer, FromRight::new(headers, &FORWARDED).map(Hop::parse), trusted);
    Believed { address: walked.address, secure: walked.secure }
}

fn x_forwarded(peer: IpAddr, headers: &HeaderMap, trusted: &Networks) -> Believed {
    let walked = walk(peer, FromRight::new(headers, &X_FORWARDED_FOR).map(Hop::of_address), trusted);
    // Each proxy that was believed added a word, or all share the one that the last of them set anew.
    let words = FromRight::new(headers, &X_FORWARDED_PROTO).take(walked.hops.max(1));
    Believed { address: walked.address, secure: words.last().and_then(is_secure) }
}

struct Walked {
    address: IpAddr,
    secure: Option<bool>,
    /// How many elements were believed.
    hops: usize,
}

fn walk(peer: IpAddr, hops: impl Iterator<Item = Option<Hop>>, trusted: &Networks) -> Walked {
    let mut walked = Walked { address: peer, secure: None, hops: 0 };
    for hop in hops.take(HOPS_MAX).map_while(|hop| hop) {
        walked.hops += 1;
        walked.secure = hop.secure;
        let Some(address) = hop.address else { break };
        walked.address = address;
        if !trusted.contains(address) {
            break;
        }
    }
    walked
}

#[cfg(test)]
mod tests;
