//! What came of a load.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// What a load generator counted.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Outcome {
    /// Whole answers.
    pub answered: u64,
    /// From the first request to the last answer.
    pub seconds: f64,
    /// Answers by status, where they were told apart.
    pub statuses: BTreeMap<u16, u64>,
    /// From the moment when a request was due to its answer, in microseconds, where that was measured.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub latencies_us: Vec<f64>,
}

impl Outcome {
    /// So many answers in so many seconds.
    pub fn of(answered: u64, seconds: f64) -> Self {
        Self { answered, seconds, ..Self::default() }
    }

    /// Answers a second.
    pub fn rate(&self) -> f64 {
        self.answered as f64 / self.seconds
    }

    /// What one answer cost of so much processor time, in microseconds.
    pub fn cost_us(&self, cpu: Duration) -> f64 {
        cpu.as_secs_f64() * 1e6 / self.answered as f64
    }

    /// Answers of this status.
    pub fn with_status(&self, status: u16) -> u64 {
        self.statuses.get(&status).copied().unwrap_or_default()
    }

    /// Adds what came of another load, one after the other.
    pub fn add(&mut self, other: Self) {
        self.answered += other.answered;
        self.seconds += other.seconds;
        for (status, count) in other.statuses {
            *self.statuses.entry(status).or_default() += count;
        }
        self.latencies_us.extend(other.latencies_us);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_loads_add_up() {
        let mut outcome = Outcome { statuses: [(201, 3), (202, 1)].into(), ..Outcome::of(4, 2.0) };
        outcome.add(Outcome { statuses: [(201, 6)].into(), ..Outcome::of(6, 3.0) });
        assert_eq!((outcome.answered, outcome.with_status(201), outcome.with_status(202)), (10, 9, 1));
        assert!((outcome.rate() - 2.0).abs() < 1e-9);
        assert!((outcome.cost_us(Duration::from_micros(50)) - 5.0).abs() < 1e-9);
    }
}
