//! Where a rule remembers its addresses: a bounded table of theoretical arrival times (GCRA), in shards.
//!
//! The time of an address says when its bucket is full again: the earlier, the less it asked. A shard that is full
//! forgets the half with the earliest times: first those whose buckets are full, which are as good as forgotten. So a
//! flood of fresh addresses does not let go whoever asked much, and is paid for by itself.

use std::collections::HashMap;
use std::fmt;
use std::hash::{BuildHasher, RandomState};
use std::sync::{Mutex, PoisonError};

use doorbuster_http_core::network::LimitKey;
use governor::nanos::Nanos;
use governor::state::StateStore;

use super::{ADDRESSES_MAX, SHARDS};

const SHARD_ADDRESSES_MAX: usize = ADDRESSES_MAX / SHARDS;

type Shard = HashMap<LimitKey, Nanos, RandomState>;

/// The table. Its hash has a key of its own: nobody can aim at one shard.
pub(super) struct Buckets {
    hasher: RandomState,
    shards: Vec<Mutex<Shard>>,
}

impl Default for Buckets {
    fn default() -> Self {
        let shards = (0..SHARDS).map(|_| Mutex::default()).collect();
        Self { hasher: RandomState::new(), shards }
    }
}

impl StateStore for Buckets {
    type Key = LimitKey;

    fn measure_and_replace<T, F, E>(&self, key: &LimitKey, f: F) -> Result<T, E>
    where
        F: Fn(Option<Nanos>) -> Result<(T, Nanos), E>,
    {
        let mut shard = self.shard(key).lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(at) = shard.get_mut(key) {
            let (outcome, next) = f(Some(*at))?;
            *at = next;
            return Ok(outcome);
        }
        let (outcome, next) = f(None)?;
        if shard.len() >= SHARD_ADDRESSES_MAX {
            forget_half(&mut shard);
        }
        shard.insert(*key, next);
        Ok(outcome)
    }
}

impl Buckets {
    fn shard(&self, key: &LimitKey) -> &Mutex<Shard> {
        let hash = self.hasher.hash_one(key);
        &self.shards[usize::try_from(hash % SHARDS as u64).expect("below the number of shards")]
    }
}

impl fmt::Debug for Buckets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Buckets")
    }
}

fn forget_half(shard: &mut Shard) {
    let mut times: Vec<Nanos> = shard.values().copied().collect();
    let middle = times.len() / 2;
    let (_, middle, _) = times.select_nth_unstable(middle);
    shard.retain(|_, at| *at > *middle);
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;
    use std::net::Ipv4Addr;

    use super::*;

    /// Asks for an address with the time `at`; answers what was remembered of it.
    fn ask(buckets: &Buckets, n: u32, at: u64) -> Option<u64> {
        let key = LimitKey::of(Ipv4Addr::from_bits(n).into());
        let found: Result<_, Infallible> = buckets.measure_and_replace(&key, |old| Ok((old, Nanos::new(at))));
        let Ok(found) = found;
        found.map(Nanos::as_u64)
    }

    fn len(buckets: &Buckets) -> usize {
        buckets.shards.iter().map(|shard| shard.lock().unwrap().len()).sum()
    }

    #[test]
    fn an_address_is_remembered_and_a_refusal_changes_nothing() {
        let buckets = Buckets::default();
        assert_eq!((ask(&buckets, 1, 10), ask(&buckets, 1, 20), ask(&buckets, 1, 20)), (None, Some(10), Some(20)));
        let key = LimitKey::of(Ipv4Addr::from_bits(1).into());
        assert_eq!(buckets.measure_and_replace(&key, |_| Err::<((), Nanos), _>("no")), Err("no"));
        assert_eq!(ask(&buckets, 1, 20), Some(20));
    }

    #[test]
    fn a_flood_of_addresses_is_bounded_and_does_not_let_go_who_asked_much() {
        let buckets = Buckets::default();
        ask(&buckets, 0, u64::MAX);
        for n in 1..=600_000 {
            ask(&buckets, n, n.into());
        }
        assert!(len(&buckets) <= ADDRESSES_MAX, "{}", len(&buckets));
        assert_eq!(ask(&buckets, 0, u64::MAX), Some(u64::MAX));
        assert_eq!(ask(&buckets, 600_000, 0), Some(600_000));
        assert_eq!(ask(&buckets, 1, 0), None);
    }
}
