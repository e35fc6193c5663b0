//! How long an edge takes to say that it has stored what it was sent: there, onto its disk, and back.

use doorbuster_proto::{Seq, Timestamp};

/// A new measure weighs one part in so many.
const SMOOTHING: u64 = 4;

/// One batch at a time is timed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub(super) struct RoundTrip {
    timed: Option<(Seq, Timestamp)>,
    ms: Option<u64>,
}

impl RoundTrip {
    /// Milliseconds, smoothed (the way of TCP's estimate, Jacobson 1988); `None` before the first.
    pub(super) fn ms(&self) -> Option<u64> {
        self.ms
    }

    pub(super) fn sent(&mut self, through: Seq, now: Timestamp) {
        self.timed.get_or_insert((through, now));
    }

    pub(super) fn confirmed(&mut self, watermark: Seq, now: Timestamp) {
        let Some((_, at)) = self.timed.take_if(|(through, _)| *through <= watermark) else { return };
        let took = now.since_ms(at);
        self.ms = Some(self.ms.map_or(took, |before| (before * (SMOOTHING - 1) + took) / SMOOTHING));
    }

    /// What was under way on a session that is gone is not answered any more.
    pub(super) fn forget_timed(&mut self) {
        self.timed = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_batch_is_timed_at_a_time_and_measures_are_smoothed() {
        let mut trip = RoundTrip::default();
        trip.sent(Seq(3), Timestamp(100));
        trip.sent(Seq(5), Timestamp(180));
        trip.confirmed(Seq(2), Timestamp(190));
        assert_eq!(trip.ms(), None);
        trip.confirmed(Seq(5), Timestamp(200));
        assert_eq!(trip.ms(), Some(100));
        trip.sent(Seq(6), Timestamp(300));
        trip.confirmed(Seq(6), Timestamp(320));
        assert_eq!(trip.ms(), Some(80));
        trip.sent(Seq(7), Timestamp(300));
        trip.forget_timed();
        trip.confirmed(Seq(7), Timestamp(900));
        assert_eq!(trip.ms(), Some(80));
    }
}
