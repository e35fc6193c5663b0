//! Names and random identities, checked where they enter.

use std::borrow::Borrow;
use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

/// Why a text is not an id: what was expected of it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected {expected}, found {found:?}")]
pub struct BadId {
    /// The rule that the text broke.
    pub expected: &'static str,
    /// The text, cut to its first 80 characters.
    pub found: String,
}

fn checked(text: &str, expected: &'static str, fits: impl Fn(&str) -> bool) -> Result<Arc<str>, BadId> {
    if fits(text) {
        return Ok(Arc::from(text));
    }
    Err(BadId { expected, found: text.chars().take(80).collect() })
}

fn is_slug(text: &str) -> bool {
    (1..=64).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

fn is_visible(text: &str) -> bool {
    (1..=64).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic())
}

/// A shopper's name may have letters of any script and inner spaces.
fn is_name(text: &str) -> bool {
    (1..=64).contains(&text.len()) && !text.chars().any(char::is_control) && text.trim() == text
}

macro_rules! text_id {
    ($(#[$doc:meta])* $name:ident, $expected:literal, $fits:expr) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, Hash, serde::Serialize)]
        #[serde(transparent)]
        pub struct $name(Arc<str>);

        /// By text; where both are one copy of it, without a look at it.
        impl Ord for $name {
            fn cmp(&self, other: &Self) -> Ordering {
                if Arc::ptr_eq(&self.0, &other.0) { Ordering::Equal } else { self.0.cmp(&other.0) }
            }
        }

        impl PartialOrd for $name {
            fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
                Some(self.cmp(other))
            }
        }

        impl $name {
            /// Takes a text as an id.
            ///
            /// # Errors
            /// [`BadId`] with the rule that the text breaks.
            pub fn new(text: &str) -> Result<Self, BadId> {
                checked(text, $expected, $fits).map(Self)
            }

            /// The id as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.0)
            }
        }

        impl FromStr for $name {
            type Err = BadId;
            fn from_str(text: &str) -> Result<Self, BadId> {
                Self::new(text)
            }
        }

        /// A map by ids is searched by text.
        impl Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                /// Takes the text where it lies: the id is the only copy of it.
                struct Text;

                impl serde::de::Visitor<'_> for Text {
                    type Value = $name;

                    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                        f.write_str("a string")
                    }

                    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<$name, E> {
                        $name::new(text).map_err(E::custom)
                    }
                }

                from.deserialize_str(Text)
            }
        }
    };
}

text_id!(
    /// One edge, as the allocator's configuration names it.
    EdgeId, "1 to 64 of a-z, 0-9 and '-'", is_slug
);
text_id!(
    /// One sale.
    SaleId, "1 to 64 of a-z, 0-9 and '-'", is_slug
);
text_id!(
    /// An item's code within its sale.
    SkuCode, "1 to 64 of a-z, 0-9 and '-'", is_slug
);
text_id!(
    /// One shopper, as the log-in names them.
    ShopperId, "1 to 64 bytes without control characters or outer spaces", is_name
);

impl ShopperId {
    /// The name's digest: what tells shoppers apart just as well, and is compared at once.
    pub fn digest(&self) -> u128 {
        let hash = blake3::hash(self.as_str().as_bytes());
        u128::from_be_bytes(*hash.as_bytes().first_chunk().expect("a hash has 32 bytes"))
    }
}

text_id!(
    /// The shopper's name for one intent to buy; a repeat gets the first answer.
    IdempotencyKey, "1 to 64 visible ASCII characters", is_visible
);

/// One sellable item of one sale.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Sku {
    /// The sale that sells it.
    pub sale: SaleId,
    /// Its code there.
    pub code: SkuCode,
}

impl fmt::Display for Sku {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.sale, self.code)
    }
}

macro_rules! random_id {
    ($(#[$doc:meta])* $name:ident, $inner:ty, $width:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub $inner);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!("{:0", $width, "x}"), self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self)
            }
        }
    };
}

random_id!(
    /// One store of one edge: made when the store is, never changed.
    DiskId, u128, "32"
);
random_id!(
    /// One life of an edge's process.
    BootId, u64, "16"
);
random_id!(
    /// One life of an allocator's process.
    Instance, u64, "16"
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slug_refuses_what_a_path_or_a_metric_could_misread() {
        for bad in ["", "A", "a b", "a/b", "ä", &"a".repeat(65)] {
            assert!(SaleId::new(bad).is_err(), "{bad:?}");
        }
        assert_eq!(SaleId::new("first-light").map(|id| id.to_string()), Ok("first-light".into()));
    }

    #[test]
    fn shopper_may_have_a_name_in_any_script() {
        assert!(ShopperId::new("小明 Li").is_ok());
        for bad in ["", " a", "a\n", &"ö".repeat(33)] {
            assert!(ShopperId::new(bad).is_err(), "{bad:?}");
        }
    }
}
