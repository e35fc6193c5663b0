//! Which content coding a client gets (RFC 9110, 12.5.3). Allocates nothing: it is asked on every page.

/// The codings that a body may be held in, best first: this order breaks ties between equal weights.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Encoding {
    /// `br` (RFC 7932).
    Brotli,
    /// `zstd` (RFC 8878).
    Zstd,
    /// `gzip` (RFC 1952).
    Gzip,
    /// The bytes as they are.
    Identity,
}

impl Encoding {
    /// All of them, best first.
    pub const ALL: [Self; 4] = [Self::Brotli, Self::Zstd, Self::Gzip, Self::Identity];

    /// Its name in `Content-Encoding`; `None` for the identity, which is never named there.
    pub const fn name(self) -> Option<&'static str> {
        match self {
            Self::Brotli => Some("br"),
            Self::Zstd => Some("zstd"),
            Self::Gzip => Some("gzip"),
            Self::Identity => None,
        }
    }

    fn named(coding: &[u8]) -> Option<Self> {
        let is = |name: &str| coding.eq_ignore_ascii_case(name.as_bytes());
        match coding.len() {
            2 if is("br") => Some(Self::Brotli),
            4 if is("zstd") => Some(Self::Zstd),
            4 if is("gzip") => Some(Self::Gzip),
            // RFC 9110, 8.4.1.3: the old name means the same.
            6 if is("x-gzip") => Some(Self::Gzip),
            8 if is("identity") => Some(Self::Identity),
            _ => None,
        }
    }
}

/// The codings that a representation is held in. The identity is always among them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Offered(u8);

impl Offered {
    /// Nothing but the bytes as they are.
    pub const IDENTITY: Self = Self(1 << Encoding::Identity as u8);

    /// These and one more.
    #[must_use]
    pub const fn with(self, encoding: Encoding) -> Self {
        Self(self.0 | 1 << encoding as u8)
    }

    /// Whether this one is among them.
    pub const fn has(self, encoding: Encoding) -> bool {
        self.0 & 1 << encoding as u8 != 0
    }
}

/// The coding that the values of `Accept-Encoding` like best among those offered. What is malformed in them is ignored, and
/// of a coding that is named twice the last word counts. Without the header, and where nothing offered is acceptable, it is the identity.
pub fn choose<'v>(values: impl IntoIterator<Item = &'v [u8]>, offered: Offered) -> Encoding {
    if offered == Offered::IDENTITY {
        return Encoding::Identity;
    }
    let mut wishes = Wishes::default();
    for value in values {
        value.split(|byte| *byte == b',').for_each(|element| wishes.take(element));
    }
    wishes.best(offered)
}

/// A weight in thousandths, from 0 to 1,000.
type Weight = u16;
const WHOLE: Weight = 1_000;

#[derive(Default)]
struct Wishes {
    named: [Option<Weight>; Encoding::ALL.len()],
    any: Option<Weight>,
}

impl Wishes {
    fn take(&mut self, element: &[u8]) {
        let (coding, weight) = match element.iter().position(|byte| *byte == b';') {
            None => (element, Some(WHOLE)),
            Some(at) => (&element[..at], parse_weight(element[at + 1..].trim_ascii())),
        };
        let Some(weight) = weight else { return };
        match coding.trim_ascii() {
            b"*" => self.any = Some(weight),
            coding => {
                if let Some(encoding) = Encoding::named(coding) {
                    self.named[encoding as usize] = Some(weight);
                }
            }
        }
    }

    fn best(&self, offered: Offered) -> Encoding {
        let mut best = (Encoding::Identity, 0);
        for encoding in Encoding::ALL.into_iter().filter(|encoding| offered.has(*encoding)) {
            let weight = self.named[encoding as usize].or(self.any).unwrap_or(0);
            if weight > best.1 {
                best = (encoding, weight);
            }
        }
        best.0
    }
}

/// `q=` and a number from 0 to 1 with at most three decimals (RFC 9110, 12.4.2).
fn parse_weight(text: &[u8]) -> Option<Weight> {
    let [b'q' | b'Q', b'=', whole @ (b'0' | b'1'), rest @ ..] = text else { return None };
    let decimals = match rest {
        [] => rest,
        [b'.', decimals @ ..] if decimals.len() <= 3 => decimals,
        _ => return None,
    };
    let mut weight = Weight::from(whole - b'0') * WHOLE;
    let mut unit = WHOLE;
    for digit in decimals {
        unit /= 10;
        weight += digit.is_ascii_digit().then(|| Weight::from(digit - b'0') * unit)?;
    }
    (weight <= WHOLE).then_some(weight)
}

#[cfg(test)]
mod tests {
    use super::Encoding::{Brotli, Gzip, Identity, Zstd};
    use super::*;

    const ALL: Offered = Offered::IDENTITY.with(Brotli).with(Zstd).with(Gzip);

    fn of(value: &str) -> Encoding {
        choose([value.as_bytes()], ALL)
    }

    #[test]
    fn without_the_header_the_bytes_are_sent_as_they_are() {
        assert_eq!(choose([], ALL), Identity);
        assert_eq!(of(""), Identity);
    }

    #[test]
    fn the_highest_weight_wins_and_our_order_breaks_ties() {
        for (value, chosen) in [
            ("gzip", Gzip),
            ("gzip, deflate, br, zstd", Brotli),
            ("gzip, deflate, zstd", Zstd),
            ("br;q=0.5, gzip;q=0.8, zstd;q=0.501", Gzip),
            ("br;q=0.001, gzip;q=0.002", Gzip),
            ("gzip;q=1.000, br;q=0.999", Gzip),
            ("identity, gzip;q=0.9", Identity),
            ("gzip, identity", Gzip),
            ("GZip ; Q=1.0", Gzip),
            ("x-gzip", Gzip),
            ("deflate, compress", Identity),
            ("gzip;q=0", Identity),
        ] {
            assert_eq!(of(value), chosen, "{value}");
        }
    }

    #[test]
    fn an_asterisk_stands_for_what_is_not_named() {
        for (value, chosen) in [
            ("*", Brotli),
            ("*, br;q=0", Zstd),
            ("*;q=0.5, gzip", Gzip),
            ("gzip;q=0.5, *;q=0.4, identity;q=0.45", Gzip),
            ("*;q=0", Identity),
            ("*;q=0, gzip", Gzip),
        ] {
            assert_eq!(of(value), chosen, "{value}");
        }
    }

    #[test]
    fn a_forbidden_identity_is_sent_where_there_is_nothing_else() {
        assert_eq!(of("identity;q=0"), Identity);
        assert_eq!(choose([&b"gzip;q=0, identity;q=0"[..]], Offered::IDENTITY.with(Gzip)), Identity);
        assert_eq!(of("identity;q=0, *;q=0.1"), Brotli);
    }

    #[test]
    fn only_what_is_offered_is_chosen() {
        let offered = Offered::IDENTITY.with(Gzip);
        assert_eq!(choose([&b"br, zstd, gzip;q=0.1"[..]], offered), Gzip);
        assert_eq!(choose([&b"br"[..]], offered), Identity);
        assert!(offered.has(Identity) && offered.has(Gzip) && !offered.has(Brotli));
    }

    #[test]
    fn several_lines_are_one_list_and_the_last_word_on_a_coding_counts() {
        assert_eq!(choose([&b"gzip"[..], b"br;q=0.5"], ALL), Gzip);
        assert_eq!(choose([&b"gzip"[..], b"gzip;q=0"], ALL), Identity);
    }

    #[test]
    fn a_malformed_element_is_ignored() {
        for bad in [
            "br;q=1.001",
            "br;q=2",
            "br;q=-1",
            "br;q=",
            "br;q",
            "br;",
            "br;q=0.1234",
            "br;q=1.x",
            "br;level=1",
            "b r",
            "br;q=0.5;q=1",
            ";q=1",
            "br;q = 1",
            "=",
            "\u{0}",
            "br/",
            "\"br\"",
        ] {
            assert_eq!(of(&format!("{bad}, gzip;q=0.1")), Gzip, "{bad}");
            assert_eq!(of(bad), Identity, "{bad}");
        }
        assert_eq!(of(",,\t,gzip,,"), Gzip);
        assert_eq!(choose([&[0xff, b',', 0x00, b';', b'q'][..], b"gzip"], ALL), Gzip);
    }
}
