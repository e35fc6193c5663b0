//! How many orders a second the ledger takes in.

use std::collections::VecDeque;

use doorbuster_proto::Timestamp;

/// The rate is the mean over so long.
const WINDOW_MS: u64 = 2_000;

/// The counts of the last moments.
#[derive(Debug, Default)]
pub(super) struct Rate(VecDeque<(Timestamp, u64)>);

impl Rate {
    /// Notes a running count; returns its growth per second over the window.
    pub(super) fn note(&mut self, now: Timestamp, count: u64) -> f64 {
        self.0.push_back((now, count));
        while self.0.len() > 2 && self.0.get(1).is_some_and(|(at, _)| now.since_ms(*at) >= WINDOW_MS) {
            self.0.pop_front();
        }
        let (since, before) = self.0[0];
        let ms = now.since_ms(since);
        if ms == 0 {
            return 0.0;
        }
        // One digit after the point is what a person reads.
        (count.saturating_sub(before) as f64 * 10_000.0 / ms as f64).round() / 10.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rate_follows_the_last_two_seconds() {
        let mut rate = Rate::default();
        let note = |rate: &mut Rate, ms, count| rate.note(Timestamp(ms), count).to_string();
        assert_eq!(note(&mut rate, 0, 0), "0");
        assert_eq!(note(&mut rate, 1_000, 500), "500");
        assert_eq!(note(&mut rate, 2_000, 1_500), "750");
        assert_eq!(note(&mut rate, 3_000, 1_500), "500");
        assert_eq!(note(&mut rate, 4_000, 1_500), "0");
        assert_eq!(note(&mut rate, 90_000, 1_500), "0");
    }
}
