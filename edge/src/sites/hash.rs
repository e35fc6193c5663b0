//! A short hash for keys that the configuration gives: nobody else can put keys in, so none needs to be kept from
//! choosing ones that collide.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

/// A map from paths or hosts.
pub(super) type Map<T> = HashMap<Box<str>, T, BuildHasherDefault<Multiply>>;

/// Multiplies and folds, eight bytes at a time.
#[derive(Debug, Default)]
pub(super) struct Multiply(u64);

/// The golden ratio's fraction, made odd: it spreads neighbouring numbers far apart (Knuth, volume 3, 6.4).
const SPREAD: u64 = 0x9E37_79B9_7F4A_7C15;

impl Multiply {
    fn add(&mut self, word: u64) {
        let product = u128::from(self.0 ^ word ^ SPREAD) * u128::from(SPREAD);
        let (low, high) = (product & u128::from(u64::MAX), product >> 64);
        self.0 = u64::try_from(low ^ high).expect("both are of 64 bits");
    }
}

impl Hasher for Multiply {
    fn write(&mut self, bytes: &[u8]) {
        let (words, rest) = bytes.as_chunks::<8>();
        for word in words {
            self.add(u64::from_le_bytes(*word));
        }
        let mut last = [0; 8];
        last[..rest.len()].copy_from_slice(rest);
        // The length tells "a" from "a\0".
        self.add(u64::from_le_bytes(last) ^ (bytes.len() as u64) << 56);
    }

    fn write_u8(&mut self, _: u8) {
        // What ends a text for a hash that reads on; here the length has ended it already.
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    fn hash(bytes: &[u8]) -> u64 {
        let mut hasher = Multiply::default();
        hasher.write(bytes);
        hasher.finish()
    }

    #[test]
    fn paths_that_differ_little_have_hashes_that_differ_in_both_ends() {
        let paths: Vec<String> = (0..20_000).map(|n| format!("/assets/chunk-{n}.js")).collect();
        let ends = |path: &String| (hash(path.as_bytes()) & 0xFFFF, hash(path.as_bytes()) >> 57);
        let (low, high): (HashSet<u64>, HashSet<u64>) = paths.iter().map(ends).unzip();
        // Of 65,536 places, 20,000 that were chosen at random would be 17,200 different ones.
        assert!(low.len() > 16_500 && high.len() == 128, "{} {}", low.len(), high.len());
    }

    #[test]
    fn a_longer_text_is_another_one() {
        let hashes: HashSet<u64> = (0..64).map(|length| hash(&vec![0; length])).collect();
        assert_eq!(hashes.len(), 64);
    }
}
