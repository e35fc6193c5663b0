//! Connections at a time, per address.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::fmt;
use std::hash::{BuildHasher, RandomState};
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use doorbuster_http_core::network::LimitKey;

use super::SHARDS;

/// Counts connections by address. Cheap to clone. An address is remembered only while it has a connection, so the
/// table is as bounded as the connections are; it outlives a reload of the rules.
#[derive(Clone)]
pub struct AddressCounts(Arc<Shards>);

struct Shards {
    hasher: RandomState,
    all: Vec<Mutex<HashMap<LimitKey, u32>>>,
}

/// A counted connection; its drop counts it out.
#[derive(Debug)]
#[must_use = "a connection is counted while its guard lives"]
pub struct Guard {
    counts: AddressCounts,
    key: LimitKey,
}

impl Default for AddressCounts {
    fn default() -> Self {
        let all = (0..SHARDS).map(|_| Mutex::default()).collect();
        Self(Arc::new(Shards { hasher: RandomState::new(), all }))
    }
}

impl AddressCounts {
    /// Counts a connection in; nothing, where its address has `max` already.
    pub fn try_enter(&self, address: IpAddr, max: u32) -> Option<Guard> {
        let key = LimitKey::of(address);
        let mut shard = self.shard(&key);
        let count = shard.get(&key).copied().unwrap_or(0);
        if count >= max {
            return None;
        }
        shard.insert(key, count + 1);
        Some(Guard { counts: self.clone(), key })
    }

    fn shard(&self, key: &LimitKey) -> MutexGuard<'_, HashMap<LimitKey, u32>> {
        let Shards { hasher, all } = &*self.0;
        let at = usize::try_from(hasher.hash_one(key) % SHARDS as u64).expect("below the number of shards");
        all[at].lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for AddressCounts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AddressCounts")
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        let mut shard = self.counts.shard(&self.key);
        let Entry::Occupied(mut count) = shard.entry(self.key) else { return };
        *count.get_mut() -= 1;
        if *count.get() == 0 {
            count.remove();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn an_address_has_so_many_connections_and_room_again_when_one_ends() {
        let counts = AddressCounts::default();
        let first = counts.try_enter(ip("192.0.2.7"), 2).unwrap();
        let _second = counts.try_enter(ip("::ffff:192.0.2.7"), 2).unwrap();
        assert!(counts.try_enter(ip("192.0.2.7"), 2).is_none());
        let _other = counts.try_enter(ip("192.0.2.8"), 2).unwrap();
        drop(first);
        assert!(counts.try_enter(ip("192.0.2.7"), 2).is_some());
    }

    #[test]
    fn the_addresses_of_a_64_count_as_one() {
        let counts = AddressCounts::default();
        let _one = counts.try_enter(ip("2001:db8::1"), 1).unwrap();
        assert!(counts.try_enter(ip("2001:db8::2"), 1).is_none());
        assert!(counts.try_enter(ip("2001:db8:0:1::1"), 1).is_some());
    }

    #[test]
    fn an_address_without_connections_is_forgotten() {
        let counts = AddressCounts::default();
        let guards: Vec<Guard> = (0..3).map(|_| counts.try_enter(ip("192.0.2.7"), 3).unwrap()).collect();
        drop(guards);
        assert!(counts.0.all.iter().all(|shard| shard.lock().unwrap().is_empty()));
    }
}
