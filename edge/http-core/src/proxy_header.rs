//! The PROXY protocol, version 2: what a load balancer says of a connection before the connection's own first byte.
//!
//! The address in it is believed only from a peer that may say so: that is the caller's to check. Version 1, which is text, is refused.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

/// The longest header that is taken; the additions (TLVs) of the usual load balancers have a few hundred bytes.
pub const PROXY_HEADER_BYTES_MAX: usize = 4_096;

const SIGNATURE: &[u8; 12] = b"\r\n\r\n\0\r\nQUIT\n";
const VERSION_1: &[u8] = b"PROXY ";
const FIXED_BYTES: usize = 16;
const V4_BYTES: usize = 12;
const V6_BYTES: usize = 36;
const UNIX_BYTES: usize = 216;

/// A header that has arrived whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Parsed {
    /// Who connected to the proxy; `None` where the connection is the proxy's own (a health check) or came by no IP.
    pub source: Option<SocketAddr>,
    /// How many bytes the header has; what follows is the connection's own.
    pub length: usize,
}

/// Why this is no header.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// Something else.
    #[error("expected a PROXY protocol v2 header, found other bytes")]
    Missing,
    /// The version that is text.
    #[error("expected a PROXY protocol v2 header, found one of version 1: set the proxy to version 2")]
    Version1,
    /// A version that is not known.
    #[error("expected a PROXY protocol header of version 2, found version {0}")]
    Version(u8),
    /// Neither LOCAL nor PROXY.
    #[error("expected the PROXY protocol's command 0 or 1, found {0}")]
    Command(u8),
    /// A family or a transport that does not come over a stream.
    #[error("expected a PROXY protocol address of a stream, found family and transport {0:#04x}")]
    Family(u8),
    /// Too short for its addresses.
    #[error("expected a PROXY protocol address block of at least {expected} bytes, found {found}")]
    Short {
        /// What the family takes.
        expected: usize,
        /// What the header says.
        found: usize,
    },
    /// Longer than [`PROXY_HEADER_BYTES_MAX`].
    #[error("expected a PROXY protocol header of at most {PROXY_HEADER_BYTES_MAX} bytes, found {0}")]
    Long(usize),
}

/// Reads the header at the start of what has arrived; `None` while it is not all there.
///
/// # Errors
/// [`Error`] as soon as it is sure that no header that is taken begins so.
pub fn parse(bytes: &[u8]) -> Result<Option<Parsed>, Error> {
    let known = bytes.len().min(SIGNATURE.len());
    if bytes[..known] != SIGNATURE[..known] {
        return Err(if begins_like(bytes, VERSION_1) { Error::Version1 } else { Error::Missing });
    }
    let Some((fixed, rest)) = bytes.split_first_chunk::<FIXED_BYTES>() else { return Ok(None) };
    let [.., version_command, family, high, low] = *fixed;
    let is_proxied = command(version_command)?;
    let said = usize::from(u16::from_be_bytes([high, low]));
    let length = FIXED_BYTES + said;
    if length > PROXY_HEADER_BYTES_MAX {
        return Err(Error::Long(length));
    }
    if is_proxied {
        check_family(family, said)?;
    }
    let Some(addresses) = rest.get(..said) else { return Ok(None) };
    Ok(Some(Parsed { source: if is_proxied { source(family, addresses) } else { None }, length }))
}

/// Whether the connection was made for somebody else (PROXY), and not by the proxy for itself (LOCAL).
fn command(version_command: u8) -> Result<bool, Error> {
    match (version_command >> 4, version_command & 0xf) {
        (2, 0) => Ok(false),
        (2, 1) => Ok(true),
        (2, command) => Err(Error::Command(command)),
        (version, _) => Err(Error::Version(version)),
    }
}

fn check_family(family: u8, found: usize) -> Result<(), Error> {
    let expected = match family {
        0x00 => 0,
        0x11 => V4_BYTES,
        0x21 => V6_BYTES,
        0x31 => UNIX_BYTES,
        _ => return Err(Error::Family(family)),
    };
    if found < expected { Err(Error::Short { expected, found }) } else { Ok(()) }
}

fn source(family: u8, addresses: &[u8]) -> Option<SocketAddr> {
    let (address, port) = match family {
        0x11 => {
            let (address, _) = addresses.split_first_chunk::<4>()?;
            (IpAddr::V4(Ipv4Addr::from(*address)), addresses.get(8..10)?)
        }
        0x21 => {
            let (address, _) = addresses.split_first_chunk::<16>()?;
            (IpAddr::V6(Ipv6Addr::from(*address)).to_canonical(), addresses.get(32..34)?)
        }
        _ => return None,
    };
    Some(SocketAddr::new(address, u16::from_be_bytes(port.try_into().ok()?)))
}

fn begins_like(bytes: &[u8], text: &[u8]) -> bool {
    let known = bytes.len().min(text.len());
    known > 0 && bytes[..known] == text[..known]
}

#[cfg(test)]
mod tests {
    use super::*;

    const V4: [u8; V4_BYTES] = [192, 0, 2, 7, 10, 0, 0, 1, 0xab, 0xcd, 0x01, 0xbb];

    fn header(version_command: u8, family: u8, addresses: &[u8]) -> Vec<u8> {
        let mut bytes = SIGNATURE.to_vec();
        bytes.extend([version_command, family]);
        bytes.extend(u16::try_from(addresses.len()).unwrap().to_be_bytes());
        bytes.extend(addresses);
        bytes
    }

    fn source_of(version_command: u8, family: u8, addresses: &[u8]) -> Result<Option<String>, Error> {
        let parsed = parse(&header(version_command, family, addresses))?.expect("it is all there");
        assert_eq!(parsed.length, FIXED_BYTES + addresses.len());
        Ok(parsed.source.map(|source| source.to_string()))
    }

    fn v6(source: Ipv6Addr) -> Vec<u8> {
        let mut addresses = source.octets().to_vec();
        addresses.extend(Ipv6Addr::LOCALHOST.octets());
        addresses.extend([0x00, 0x50, 0x1f, 0x90]);
        addresses
    }

    #[test]
    fn the_source_is_read() {
        assert_eq!(source_of(0x21, 0x11, &V4), Ok(Some("192.0.2.7:43981".into())));
        let documentation = "2001:db8::1".parse().unwrap();
        assert_eq!(source_of(0x21, 0x21, &v6(documentation)), Ok(Some("[2001:db8::1]:80".into())));
        let mapped = "::ffff:192.0.2.7".parse().unwrap();
        assert_eq!(source_of(0x21, 0x21, &v6(mapped)), Ok(Some("192.0.2.7:80".into())));
    }

    #[test]
    fn a_connection_of_the_proxys_own_has_no_source() {
        assert_eq!(source_of(0x20, 0x00, &[]), Ok(None));
        assert_eq!(source_of(0x20, 0x11, &V4), Ok(None));
        assert_eq!(source_of(0x20, 0xff, &[1]), Ok(None));
        assert_eq!(source_of(0x21, 0x00, &[]), Ok(None));
        assert_eq!(source_of(0x21, 0x00, &V4), Ok(None));
        assert_eq!(source_of(0x21, 0x31, &[b'/'; UNIX_BYTES]), Ok(None));
    }

    #[test]
    fn additions_are_skipped() {
        let mut addresses = V4.to_vec();
        addresses.extend([0x03, 0x00, 0x04, 1, 2, 3, 4, 0x04, 0x00, 0x01, 0]);
        assert_eq!(source_of(0x21, 0x11, &addresses), Ok(Some("192.0.2.7:43981".into())));
    }

    #[test]
    fn a_header_may_come_byte_by_byte_and_ends_where_it_says() {
        let whole = header(0x21, 0x11, &V4);
        for so_far in 0..whole.len() {
            assert_eq!(parse(&whole[..so_far]), Ok(None), "{so_far} bytes");
        }
        let mut longer = whole.clone();
        longer.extend(b"GET / HTTP/1.1\r\n");
        assert_eq!(parse(&longer).unwrap().unwrap().length, whole.len());
    }

    #[test]
    fn what_is_no_header_is_refused_at_the_first_byte_that_tells() {
        assert_eq!(parse(b"GET / HTTP/1.1\r\n\r\n"), Err(Error::Missing));
        assert_eq!(parse(b"G"), Err(Error::Missing));
        assert_eq!(parse(b"\r\n\r\n\0\r\nQUIX"), Err(Error::Missing));
        assert_eq!(parse(b"PROXY TCP4 192.0.2.7 10.0.0.1 1 2\r\n"), Err(Error::Version1));
        assert_eq!(parse(b"P"), Err(Error::Version1));
    }

    #[test]
    fn a_malformed_header_is_refused() {
        for (bytes, error) in [
            (header(0x11, 0x11, &V4), Error::Version(1)),
            (header(0x31, 0x11, &V4), Error::Version(3)),
            (header(0x22, 0x11, &V4), Error::Command(2)),
            (header(0x21, 0x12, &V4), Error::Family(0x12)),
            (header(0x21, 0x10, &V4), Error::Family(0x10)),
            (header(0x21, 0x41, &V4), Error::Family(0x41)),
            (header(0x21, 0x11, &V4[..11]), Error::Short { expected: V4_BYTES, found: 11 }),
            (header(0x21, 0x21, &V4), Error::Short { expected: V6_BYTES, found: V4_BYTES }),
            (header(0x21, 0x31, &V4), Error::Short { expected: UNIX_BYTES, found: V4_BYTES }),
        ] {
            assert_eq!(parse(&bytes), Err(error));
        }
    }

    #[test]
    fn a_header_has_a_bound() {
        let longest = vec![0; PROXY_HEADER_BYTES_MAX - FIXED_BYTES];
        assert_eq!(source_of(0x21, 0x00, &longest), Ok(None));
        let too_long = header(0x21, 0x00, &vec![0; PROXY_HEADER_BYTES_MAX]);
        assert_eq!(parse(&too_long[..FIXED_BYTES]), Err(Error::Long(PROXY_HEADER_BYTES_MAX + FIXED_BYTES)));
    }
}
