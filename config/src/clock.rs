//! The one place that reads the clock of the machine. The cores are told the time.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use doorbuster_proto::Timestamp;

/// The time by the machine's clock, which a daemon such as chrony is expected to discipline.
pub fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp(u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
}

/// The time that a core is given. Follows the wall clock, but never backwards and never standing still: where that
/// went back, goes on at half speed until the wall has caught up.
#[derive(Debug)]
pub struct Clock {
    told: Timestamp,
    told_at: Instant,
}

impl Clock {
    /// A clock that starts at the wall's time.
    pub fn starting() -> Self {
        Self { told: now(), told_at: Instant::now() }
    }

    /// The time, never before what was told last.
    pub fn now(&mut self) -> Timestamp {
        self.follow(now(), Instant::now())
    }

    fn follow(&mut self, wall: Timestamp, instant: Instant) -> Timestamp {
        let passed = instant.saturating_duration_since(self.told_at) / 2;
        let slow = self.told.after_ms(u64::try_from(passed.as_millis()).unwrap_or(u64::MAX));
        let now = wall.max(slow);
        // A fraction of a millisecond is kept for the next time.
        if now > self.told || passed > Duration::from_secs(1) {
            (self.told, self.told_at) = (now, instant);
        }
        now
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wall_clock_that_goes_back_slows_the_time_and_does_not_stop_it() {
        let start = Instant::now();
        let mut clock = Clock { told: Timestamp(1_000), told_at: start };
        let mut at = |wall, passed| clock.follow(Timestamp(wall), start + Duration::from_millis(passed)).0;
        assert_eq!(at(1_010, 10), 1_010);
        assert_eq!(at(900, 20), 1_015);
        assert_eq!(at(901, 21), 1_015);
        assert_eq!(at(902, 22), 1_016);
        assert_eq!(at(1_300, 300), 1_300);
    }
}
