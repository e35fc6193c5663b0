//! The time that the core is given: the wall's, but never backwards and never standing still.

use std::time::{Duration, Instant};

use doorbuster_proto::Timestamp;

/// Follows the wall clock; where that went back, goes on at half speed until the wall has caught up.
#[derive(Debug)]
pub(super) struct Clock {
    told: Timestamp,
    told_at: Instant,
}

impl Clock {
    pub(super) fn new() -> Self {
        Self { told: crate::clock::now(), told_at: Instant::now() }
    }

    pub(super) fn now(&mut self) -> Timestamp {
        self.follow(crate::clock::now(), Instant::now())
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
