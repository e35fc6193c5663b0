//! A trace as a sale's demand: compressed or stretched, and scaled to the supply.

use std::sync::Arc;

use crate::trace::{STEPS, Trace};

/// How a trace is replayed. At its end it begins anew, as long as there is something to sell.
#[derive(Debug, Clone, PartialEq)]
pub struct Replay {
    /// What was recorded.
    pub trace: Arc<Trace>,
    /// How long it takes, in seconds; at least 1.
    pub seconds: u16,
    /// How many shoppers come while it takes so long, in times the supply.
    pub demand: u16,
}

impl Replay {
    /// As much demand as a steady sale has, in as long a time.
    pub fn steady(trace: Trace) -> Self {
        Self { trace: Arc::new(trace), seconds: 20, demand: 1 }
    }

    /// Shoppers who come in a millisecond, for each unit of the supply.
    pub(crate) fn rate(&self, ms: u64) -> f64 {
        let part: f64 = self.now(ms).iter().sum();
        part * f64::from(self.demand) / self.step_ms() as f64
    }

    /// Each edge's share of who comes then; while nobody comes, all are alike.
    pub(crate) fn shares(&self, ms: u64) -> Vec<f64> {
        let now = self.now(ms);
        if now.iter().any(|part| *part > 0.0) { now.to_vec() } else { vec![1.0; now.len()] }
    }

    /// Which of the trace's steps it is.
    pub(crate) fn step(&self, ms: u64) -> u64 {
        ms / self.step_ms() % STEPS as u64
    }

    /// How long it takes, in milliseconds.
    pub(crate) fn lasts_ms(&self) -> u64 {
        self.step_ms() * STEPS as u64
    }

    fn now(&self, ms: u64) -> &[f64] {
        self.trace.step(usize::try_from(self.step(ms)).unwrap_or_default())
    }

    /// With a thousand steps, as many milliseconds as the whole has seconds.
    fn step_ms(&self) -> u64 {
        u64::from(self.seconds) * 1_000 / STEPS as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Everybody comes to the first edge, then nobody anywhere, then one to the first for three to the second.
    fn replay(seconds: u16, demand: u16) -> Replay {
        let rows = "second,edge,shoppers\n0,a,40\n10,a,0\n20,a,40\n20,b,120\n";
        Replay { seconds, demand, ..Replay::steady(Trace::parse("t", rows).unwrap()) }
    }

    fn comes(replay: &Replay, ms: std::ops::Range<u64>) -> f64 {
        ms.map(|ms| replay.rate(ms)).sum()
    }

    #[test]
    fn as_many_come_as_there_are_units_however_long_it_takes() {
        for (seconds, demand) in [(20, 1), (1, 1), (90, 3)] {
            let replay = replay(seconds, demand);
            let lasts_ms = replay.lasts_ms();
            assert_eq!(lasts_ms, u64::from(seconds) * 1_000);
            assert!((comes(&replay, 0..lasts_ms) - f64::from(demand)).abs() < 1e-9, "{seconds} s, {demand} times");
            assert!((comes(&replay, 0..lasts_ms / 3) - f64::from(demand) * 0.2).abs() < 0.001);
        }
    }

    #[test]
    fn edges_keep_their_shares_of_each_part_of_the_trace() {
        let replay = replay(30, 1);
        assert_eq!(replay.shares(5_000).iter().map(|share| *share > 0.0).collect::<Vec<_>>(), [true, false]);
        assert!(replay.rate(15_000) <= 0.0);
        assert_eq!(replay.shares(15_000), [1.0, 1.0], "nobody comes: no edge is anything but another");
        let [a, b] = replay.shares(25_000)[..] else { panic!("there are two edges") };
        assert!((b / a - 3.0).abs() < 1e-9);
    }

    #[test]
    fn it_begins_anew_at_its_end() {
        let replay = replay(20, 1);
        assert_eq!((replay.step(19_999), replay.step(20_000)), (999, 0));
        assert_eq!(replay.shares(20_000), replay.shares(0));
    }
}
