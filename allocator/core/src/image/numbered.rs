//! Values by numbers that are spread evenly, such as digests: a search looks at two places in memory, however many there are.

use std::hash::{Hash, Hasher};

/// So many values to a bucket, on average.
const LOAD: usize = 6;

/// Values by number. Linear hashing (W. Litwin, 1980): with each few values one more bucket, whose values another one had. It
/// so grows a bucket at a time: what is moved at once when a list of buckets doubles is where they are, and not what they hold.
#[derive(Debug, Clone)]
pub(super) struct Numbered<V> {
    /// By the lowest digits of the numbers: as many as tell the buckets apart, or one less where that one is not there yet.
    /// Each in the order of its numbers.
    buckets: Vec<Vec<Entry<V>>>,
    len: usize,
}

/// A number in two halves, which lie closer together than a whole would.
#[derive(Debug, Clone, Copy)]
struct Entry<V> {
    number: [u64; 2],
    value: V,
}

impl<V> Numbered<V> {
    pub(super) fn len(&self) -> usize {
        self.len
    }

    pub(super) fn get(&self, number: u128) -> Option<&V> {
        let bucket = self.buckets.get(self.bucket_of(halves(number)))?;
        find(bucket, halves(number)).ok().map(|at| &bucket[at].value)
    }

    /// The value of this number, which is made where there is none.
    pub(super) fn get_or_insert_with(&mut self, number: u128, make: impl FnOnce() -> V) -> &mut V {
        let number = halves(number);
        let bucket = self.bucket_of(number);
        let found = self.buckets.get(bucket).map_or(Err(0), |bucket| find(bucket, number));
        let (bucket, at) = match found {
            Ok(at) => (bucket, at),
            Err(_) => self.insert(number, make()),
        };
        &mut self.buckets[bucket][at].value
    }

    pub(super) fn get_mut(&mut self, number: u128) -> Option<&mut V> {
        let number = halves(number);
        let bucket = self.bucket_of(number);
        let bucket = self.buckets.get_mut(bucket)?;
        find(bucket, number).ok().map(|at| &mut bucket[at].value)
    }

    pub(super) fn remove(&mut self, number: u128) -> Option<V> {
        let number = halves(number);
        let bucket = self.bucket_of(number);
        let bucket = self.buckets.get_mut(bucket)?;
        let at = find(bucket, number).ok()?;
        self.len -= 1;
        Some(bucket.remove(at).value)
    }

    /// Reads a little of where each number would be, without waiting for one before the next: memory is asked for all of it at
    /// once, and searches that follow find it near.
    pub(super) fn read_ahead(&self, numbers: impl Iterator<Item = u128>) {
        let first = |number| self.buckets.get(self.bucket_of(halves(number))).and_then(|bucket| bucket.first());
        let read = numbers.filter_map(first).fold(0, |read, entry| read ^ entry.number[0]);
        std::hint::black_box(read);
    }

    /// All of them, by number.
    pub(super) fn sorted(&self) -> Vec<(u128, &V)> {
        let mut all: Vec<_> = self.buckets.iter().flatten().map(|entry| (whole(entry.number), &entry.value)).collect();
        all.sort_unstable_by_key(|(number, _)| *number);
        all
    }

    /// Puts a number that is not there; where it is then.
    fn insert(&mut self, number: [u64; 2], value: V) -> (usize, usize) {
        self.len += 1;
        if self.len > self.buckets.len() * LOAD {
            self.split_one();
        }
        let place = self.bucket_of(number);
        let bucket = &mut self.buckets[place];
        let at = find(bucket, number).unwrap_or_else(|at| at);
        bucket.insert(at, Entry { number, value });
        (place, at)
    }

    /// One bucket more: of its numbers all but the highest digit of its place are another bucket's, which had them so far.
    fn split_one(&mut self) {
        let place = self.buckets.len();
        self.buckets.push(Vec::new());
        let Some(digit) = place.checked_ilog2() else { return };
        let from = place ^ 1 << digit;
        let digit = 1 << digit;
        let moves = self.buckets[from].extract_if(.., |entry| entry.number[1] & digit != 0);
        self.buckets[place] = moves.collect();
    }

    fn bucket_of(&self, [_, low]: [u64; 2]) -> usize {
        let digits = self.buckets.len().next_power_of_two() - 1;
        #[expect(clippy::cast_possible_truncation, reason = "only its lowest digits count")]
        let place = low as usize & digits;
        if place < self.buckets.len() { place } else { place & digits >> 1 }
    }
}

fn find<V>(bucket: &[Entry<V>], number: [u64; 2]) -> Result<usize, usize> {
    bucket.binary_search_by_key(&number, |entry| entry.number)
}

#[expect(clippy::cast_possible_truncation, reason = "it is taken apart")]
fn halves(number: u128) -> [u64; 2] {
    [(number >> 64) as u64, number as u64]
}

fn whole([high, low]: [u64; 2]) -> u128 {
    u128::from(high) << 64 | u128::from(low)
}

impl<V> Default for Numbered<V> {
    fn default() -> Self {
        Self { buckets: Vec::new(), len: 0 }
    }
}

/// The same values are the same, in whichever order they came.
impl<V: PartialEq> PartialEq for Numbered<V> {
    fn eq(&self, other: &Self) -> bool {
        let is_there = |entry: &Entry<V>| other.get(whole(entry.number)) == Some(&entry.value);
        self.len == other.len && self.buckets.iter().flatten().all(is_there)
    }
}

impl<V: Eq> Eq for Numbered<V> {}

impl<V: Hash> Hash for Numbered<V> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.sorted().hash(state);
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::hash::DefaultHasher;

    use super::*;

    /// Numbers that are spread evenly, the same each time (splitmix64).
    fn spread(n: u64) -> u128 {
        let half = |n: u64| {
            let n = n.wrapping_mul(0x9e37_79b9_7f4a_7c15);
            let n = (n ^ n >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            (n ^ n >> 27).wrapping_mul(0x94d0_49bb_1331_11eb)
        };
        whole([half(2 * n), half(2 * n + 1)])
    }

    fn of(numbers: impl IntoIterator<Item = u64>) -> Numbered<u64> {
        let mut table = Numbered::default();
        for n in numbers {
            assert_eq!(*table.get_or_insert_with(spread(n), || n), n);
        }
        table
    }

    fn hash(table: &Numbered<u64>) -> u64 {
        let mut hasher = DefaultHasher::new();
        table.hash(&mut hasher);
        hasher.finish()
    }

    #[test]
    fn it_does_what_a_map_does() {
        let (mut table, mut map) = (Numbered::default(), BTreeMap::new());
        for n in 0..20_000 {
            let number = spread(n % 7_000);
            match n % 3 {
                0 => assert_eq!(table.remove(number), map.remove(&number)),
                1 => assert_eq!(table.get_or_insert_with(number, || n), map.entry(number).or_insert(n)),
                _ => assert_eq!(table.get_mut(number), map.get_mut(&number)),
            }
            assert_eq!((table.get(number), table.len()), (map.get(&number), map.len()));
        }
        let sorted: Vec<_> = map.iter().map(|(number, n)| (*number, n)).collect();
        assert_eq!(table.sorted(), sorted);
        assert!(sorted.len() > 1_000);
    }

    #[test]
    fn a_bucket_holds_a_handful_however_many_there_are() {
        for count in [1, 6, 7, 100, 1_000, 50_000] {
            let table = of(0..count);
            let largest = table.buckets.iter().map(Vec::len).max().unwrap();
            assert!(largest <= 5 * LOAD && table.buckets.len() == table.len().div_ceil(LOAD), "{count}: {largest}");
            assert!((0..count).all(|n| table.get(spread(n)) == Some(&n)));
            assert_eq!(table.get(spread(count)), None);
        }
    }

    #[test]
    fn numbers_that_share_their_lowest_digits_share_a_bucket_and_are_told_apart() {
        let mut table = Numbered::default();
        for n in 0..100 {
            table.get_or_insert_with(n << 64, || n);
        }
        assert!((0..100).all(|n| table.get(n << 64) == Some(&n)) && table.get(100 << 64).is_none());
    }

    #[test]
    fn the_same_values_are_the_same_in_whichever_order_they_came() {
        let (one, mut other) = (of(0..100), of((0..2_000).rev()));
        assert_ne!(one, other);
        for n in 100..2_000 {
            other.remove(spread(n));
        }
        assert_eq!((&one, hash(&one)), (&other, hash(&other)));
        *other.get_mut(spread(7)).unwrap() = 8;
        assert_ne!(one, other);
    }
}
