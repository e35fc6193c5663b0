//! The one place that reads the clock. The core is told the time.

use std::time::{SystemTime, UNIX_EPOCH};

use doorbuster_proto::Timestamp;

/// The time by the machine's clock, which a daemon such as chrony is expected to discipline.
pub fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp(u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
}
