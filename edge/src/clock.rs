//! The one place of the shopper's path that reads the wall clock.

use std::time::{SystemTime, UNIX_EPOCH};

use doorbuster_proto::Timestamp;

/// The time now, by the machine's disciplined clock.
pub fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp(u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
}
