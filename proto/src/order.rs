//! An order's identity and its states.

use std::fmt;
use std::str::FromStr;

use crate::{BadId, IdempotencyKey, SaleId, ShopperId};

/// Three ids of at most 64 bytes, each with its length before it.
const HASHED_BYTES_MAX: usize = 3 * (1 + 64);

/// The identity of an order: the hash of (sale, shopper, idempotency key), so that a repeat anywhere is the same order.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OrderId(pub [u8; 16]);

impl OrderId {
    /// The order that this shopper means by this key in this sale.
    pub fn of(sale: &SaleId, shopper: &ShopperId, key: &IdempotencyKey) -> Self {
        // Gathered first: hashed in one go, it costs half as much as piece by piece.
        let (mut text, mut end) = ([0; HASHED_BYTES_MAX], 0);
        for part in [sale.as_str(), shopper.as_str(), key.as_str()] {
            // The length first, so that no two triples read alike.
            text[end] = u8::try_from(part.len()).expect("ids have at most 64 bytes");
            text[end + 1..=end + part.len()].copy_from_slice(part.as_bytes());
            end += 1 + part.len();
        }
        let mut id = [0; 16];
        id.copy_from_slice(&blake3::hash(&text[..end]).as_bytes()[..16]);
        Self(id)
    }

    /// The id as it is written: 32 of 0-9 and a-f.
    pub fn hex(self) -> [u8; 32] {
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        let mut hex = [0; 32];
        for (digits, byte) in hex.chunks_exact_mut(2).zip(self.0) {
            digits.copy_from_slice(&[DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]]);
        }
        hex
    }
}

impl fmt::Display for OrderId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(std::str::from_utf8(&self.hex()).expect("hex is ASCII"))
    }
}

impl serde::Serialize for OrderId {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl fmt::Debug for OrderId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "OrderId({self})")
    }
}

impl FromStr for OrderId {
    type Err = BadId;

    fn from_str(text: &str) -> Result<Self, BadId> {
        let bad = || BadId { expected: "32 of 0-9 and a-f", found: text.chars().take(80).collect() };
        if text.len() != 32 || !text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b)) {
            return Err(bad());
        }
        u128::from_str_radix(text, 16).map(|id| Self(id.to_be_bytes())).map_err(|_| bad())
    }
}

/// What has become of an order, as the ledger says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum OrderState {
    /// The shopper has it.
    Reserved,
    /// And paid for it.
    Paid,
    /// And got it.
    Fulfilled,
    /// The reservation ran out; its units are back in the pool.
    Expired,
    /// It came to nothing; its units are back in the pool.
    Cancelled,
}

impl OrderState {
    /// Whether the order's units are the shopper's.
    pub fn is_valid(self) -> bool {
        matches!(self, Self::Reserved | Self::Paid | Self::Fulfilled)
    }
}

/// The ledger's judgement of an order when it takes it in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    /// It stands.
    Valid,
    /// Cancelled: the shopper would have more than the limit, counted over all edges.
    OverLimit,
    /// The same (sale, shopper, key) came before from another edge or epoch: that order's state is the answer.
    Repeat(OrderState),
    /// Cancelled: it came from a fenced epoch whose quarantine was used up.
    NoUnit,
    /// Cancelled: the ledger knows no such sale or SKU.
    UnknownSku,
    /// Cancelled: the same (sale, shopper, key) came before from another edge or epoch, for another SKU or other units.
    KeyReused,
}

impl Verdict {
    /// The state that the verdict gives the order.
    pub fn state(self) -> OrderState {
        match self {
            Self::Valid => OrderState::Reserved,
            Self::Repeat(first) => first,
            Self::OverLimit | Self::NoUnit | Self::UnknownSku | Self::KeyReused => OrderState::Cancelled,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_id_tells_apart_what_would_read_alike() {
        let id = |sale: &str, shopper: &str, key: &str| {
            OrderId::of(&sale.parse().unwrap(), &shopper.parse().unwrap(), &key.parse().unwrap())
        };
        assert_eq!(id("s", "ann", "k"), id("s", "ann", "k"));
        assert_ne!(id("s", "ann", "k"), id("sa", "nn", "k"));
        assert_ne!(id("s", "ann", "k"), id("s", "an", "nk"));
    }

    #[test]
    fn order_id_is_the_hash_of_its_parts_one_after_the_other() {
        let longest = "k".repeat(64);
        let id = OrderId::of(&longest.parse().unwrap(), &longest.parse().unwrap(), &longest.parse().unwrap());
        let mut hash = blake3::Hasher::new();
        for _ in 0..3 {
            hash.update(&[64]).update(longest.as_bytes());
        }
        assert_eq!(id.0, hash.finalize().as_bytes()[..16]);
    }

    #[test]
    fn order_id_reads_back_what_it_prints() {
        let id = OrderId([7; 16]);
        assert_eq!(id.to_string().parse(), Ok(id));
        for bad in ["", "07", &"G".repeat(32), &"+".repeat(32)] {
            assert!(bad.parse::<OrderId>().is_err(), "{bad:?}");
        }
    }
}
