//! One element: what one proxy says of whom it serves.

use std::borrow::Cow;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

/// What one proxy says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Hop {
    /// Whom it serves; `None` where it does not say.
    pub(super) address: Option<IpAddr>,
    /// Whether by https, where it says which.
    pub(super) secure: Option<bool>,
}

impl Hop {
    /// An element of `Forwarded` (RFC 7239, 4); `None` where it is malformed. More is taken than the grammar has: spaces around
    /// semicolons, and addresses with a port outside of quotes.
    pub(super) fn parse(element: &[u8]) -> Option<Self> {
        let mut rest = std::str::from_utf8(element).ok()?;
        let (mut node, mut proto) = (None, None);
        while !rest.is_empty() {
            let (name, value, after) = pair(rest)?;
            let place = match name {
                name if name.eq_ignore_ascii_case("for") => Some(&mut node),
                name if name.eq_ignore_ascii_case("proto") => Some(&mut proto),
                _ => None,
            };
            // A parameter occurs at most once (RFC 7239, 4).
            if place.is_some_and(|place| place.replace(value).is_some()) {
                return None;
            }
            rest = after;
        }
        let secure = proto.and_then(|word| is_secure(word.as_bytes()));
        let address = match node {
            None => None,
            Some(node) if is_hidden(&node) => None,
            Some(node) => Some(address(without_hidden_port(&node))?),
        };
        Some(Self { address, secure })
    }

    /// An element of `X-Forwarded-For`: an address, perhaps with a port.
    pub(super) fn of_address(element: &[u8]) -> Option<Self> {
        let address = address(std::str::from_utf8(element).ok()?)?;
        Some(Self { address: Some(address), secure: None })
    }
}

/// Whether a scheme is a secure one; `None` where it is not known.
pub(super) fn is_secure(scheme: &[u8]) -> Option<bool> {
    let is = |name: &str| scheme.eq_ignore_ascii_case(name.as_bytes());
    if is("https") || is("wss") {
        Some(true)
    } else if is("http") || is("ws") {
        Some(false)
    } else {
        None
    }
}

/// The pair at the start of a text: its name, its value, and what follows its semicolon.
fn pair(text: &str) -> Option<(&str, Cow<'_, str>, &str)> {
    let text = text.trim_start_matches([' ', '\t', ';']);
    if text.is_empty() {
        return Some(("", Cow::Borrowed(""), ""));
    }
    let (name, after) = text.split_once('=')?;
    let (value, rest) = match after.strip_prefix('"') {
        Some(inside) => quoted(inside)?,
        None => bare(after),
    };
    let rest = rest.trim_ascii_start();
    let ends = rest.is_empty() || rest.starts_with(';');
    let is_named = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte));
    (ends && is_named && !value.is_empty()).then_some((name, value, rest))
}

fn bare(text: &str) -> (Cow<'_, str>, &str) {
    let (value, rest) = text.split_at(text.find(';').unwrap_or(text.len()));
    (Cow::Borrowed(value.trim_ascii_end()), rest)
}

/// A quoted string after its first quote: its content without backslashes, and what follows its last quote.
fn quoted(inside: &str) -> Option<(Cow<'_, str>, &str)> {
    let mut escaped = false;
    let end = inside.bytes().position(|byte| {
        let ends = byte == b'"' && !escaped;
        escaped = byte == b'\\' && !escaped;
        ends
    })?;
    let (content, rest) = (&inside[..end], &inside[end + 1..]);
    if !content.contains('\\') {
        return Some((Cow::Borrowed(content), rest));
    }
    let mut plain = String::with_capacity(content.len());
    let mut characters = content.chars();
    while let Some(character) = characters.next() {
        plain.extend(if character == '\\' { characters.next() } else { Some(character) });
    }
    Some((Cow::Owned(plain), rest))
}

/// Whether a node hides its address, whatever its port (RFC 7239, 6.2 and 6.3).
fn is_hidden(node: &str) -> bool {
    let name = node.split_once(':').map_or(node, |(name, _)| name);
    name.eq_ignore_ascii_case("unknown") || (name.starts_with('_') && name.len() > 1)
}

fn without_hidden_port(node: &str) -> &str {
    node.rsplit_once(":_").filter(|(_, port)| !port.is_empty()).map_or(node, |(address, _)| address)
}

/// `192.0.2.1`, `192.0.2.1:80`, `2001:db8::1`, `[2001:db8::1]`, `[2001:db8::1]:80`.
fn address(text: &str) -> Option<IpAddr> {
    let bracketed = || text.strip_prefix('[')?.strip_suffix(']')?.parse::<Ipv6Addr>().ok().map(IpAddr::V6);
    let with_port = || text.parse::<SocketAddr>().ok().map(|address| address.ip());
    let plain = || text.parse::<Ipv4Addr>().ok().map(IpAddr::V4).or_else(|| text.parse().ok().map(IpAddr::V6));
    plain().or_else(bracketed).or_else(with_port).map(|address| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;

    type Said = (Option<String>, Option<bool>);

    fn of(element: &str) -> Option<Said> {
        Hop::parse(element.as_bytes()).map(|hop| (hop.address.map(|address| address.to_string()), hop.secure))
    }

    fn at(address: &str, secure: Option<bool>) -> Said {
        (Some(address.to_owned()), secure)
    }

    #[test]
    fn the_examples_of_rfc_7239_are_read() {
        assert_eq!(of(r#"For="[2001:db8:cafe::17]:4711""#), Some(at("2001:db8:cafe::17", None)));
        assert_eq!(of("for=192.0.2.60;proto=http;by=203.0.113.43"), Some(at("192.0.2.60", Some(false))));
        assert_eq!(of(r#"for="192.0.2.43:47011""#), Some(at("192.0.2.43", None)));
        assert_eq!(of(r#"for="192.0.2.43:_obf""#), Some(at("192.0.2.43", None)));
        assert_eq!(of(r#"for="[2001:db8::1]:_obf""#), Some(at("2001:db8::1", None)));
        assert_eq!(of(r#"for="_gazonk""#), Some((None, None)));
        assert_eq!(of("for=_SEVKISEK;proto=https"), Some((None, Some(true))));
        assert_eq!(of("for=unknown"), Some((None, None)));
        assert_eq!(of(r#"for="unknown:80""#), Some((None, None)));
        assert_eq!(of("proto=https;by=_x"), Some((None, Some(true))));
    }

    #[test]
    fn spelling_varies() {
        assert_eq!(of(r#"FOR="192.0.2.1" ; PROTO="HTTPS"; host="a;b,c""#), Some(at("192.0.2.1", Some(true))));
        assert_eq!(of("for=192.0.2.1:80"), Some(at("192.0.2.1", None)));
        assert_eq!(of(r#"for="\1\9\2.0.2.1""#), Some(at("192.0.2.1", None)));
        assert_eq!(of(r#"host="a\"b";for=192.0.2.1;"#), Some(at("192.0.2.1", None)));
        assert_eq!(of(r#"for="[::ffff:192.0.2.1]""#), Some(at("192.0.2.1", None)));
        assert_eq!(of("for=192.0.2.1;proto=gopher"), Some(at("192.0.2.1", None)));
    }

    #[test]
    fn what_is_malformed_is_nothing() {
        for bad in [
            "192.0.2.1",
            "for",
            "for=",
            "for=;proto=http",
            "=x",
            "for=192.0.2.1;for=192.0.2.2",
            "for=192.0.2.256",
            r#"for="192.0.2.1"#,
            r#"for="192.0.2.1"x"#,
            r#"for="192.0.2.1\""#,
            "for=_",
            "for=example.com",
            "f or=192.0.2.1",
            "for=[2001:db8::1",
            "for=192.0.2.1:99999",
            "for=192.0.2.1:_",
            "for=192.0.2.1;proto",
            "for=\"\"",
            "for=\u{e9}",
        ] {
            assert_eq!(of(bad), None, "{bad}");
        }
        assert_eq!(Hop::parse(b"for=\xff"), None);
    }

    #[test]
    fn an_address_may_have_a_port() {
        for (text, expected) in [
            ("192.0.2.1", "192.0.2.1"),
            ("192.0.2.1:80", "192.0.2.1"),
            ("2001:db8::1", "2001:db8::1"),
            ("[2001:db8::1]", "2001:db8::1"),
            ("[2001:db8::1]:80", "2001:db8::1"),
            ("::ffff:192.0.2.1", "192.0.2.1"),
        ] {
            assert_eq!(Hop::of_address(text.as_bytes()).unwrap().address, Some(expected.parse().unwrap()), "{text}");
        }
        for bad in [
            "",
            "unknown",
            "192.0.2.1:",
            "192.0.2.01",
            "1.2.3",
            "[192.0.2.1]",
            "2001:db8::1]",
            "\"192.0.2.1\"",
            "::1%lo",
        ] {
            assert_eq!(Hop::of_address(bad.as_bytes()), None, "{bad}");
        }
    }
}
