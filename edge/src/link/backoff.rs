//! How long to wait before the next connection: doubled at each failure, with jitter, so that a restarted allocator is
//! not met by all edges at once. A refusal stands until somebody mends what it says: it is waited for longer.

use std::time::Duration;

const FIRST_MS: u64 = 50;
const MOST_MS: u64 = 1_000;
const REFUSED_FIRST_MS: u64 = 2_000;
const REFUSED_MOST_MS: u64 = 10_000;
/// A session that lasted so long was a good one.
const GOOD_SESSION: Duration = Duration::from_secs(5);

/// The delay of the next attempt.
#[derive(Debug)]
pub(super) struct Backoff {
    next_ms: u64,
}

impl Backoff {
    pub(super) fn new() -> Self {
        Self { next_ms: FIRST_MS }
    }

    /// The delay after a session that lasted so long.
    pub(super) fn after(&mut self, session: Duration) -> Duration {
        if session >= GOOD_SESSION {
            self.next_ms = FIRST_MS;
        }
        let delay_ms = self.next_ms;
        self.next_ms = (delay_ms * 2).min(MOST_MS);
        jittered(delay_ms, random())
    }

    /// The delay after a refusal.
    pub(super) fn after_refusal(&mut self) -> Duration {
        let delay_ms = self.next_ms.max(REFUSED_FIRST_MS);
        self.next_ms = (delay_ms * 2).min(REFUSED_MOST_MS);
        jittered(delay_ms, random())
    }
}

/// From half of it to all of it.
fn jittered(delay_ms: u64, random: u64) -> Duration {
    Duration::from_millis(delay_ms / 2 + random % (delay_ms / 2 + 1))
}

/// Without random numbers there is no jitter: the delay is the shortest.
fn random() -> u64 {
    let mut bytes = [0; 8];
    getrandom::fill(&mut bytes).map_or(0, |()| u64::from_be_bytes(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_delay_doubles_up_to_a_second_and_starts_again_after_a_good_session() {
        let mut backoff = Backoff::new();
        let mut most = Vec::new();
        for _ in 0..7 {
            most.push(backoff.next_ms);
            let delay = backoff.after(Duration::ZERO).as_millis();
            let whole = u128::from(most[most.len() - 1]);
            assert!(delay >= whole / 2 && delay <= whole, "{delay}");
        }
        assert_eq!(most, [50, 100, 200, 400, 800, 1_000, 1_000]);
        assert!(backoff.after(GOOD_SESSION).as_millis() <= 50);
    }

    #[test]
    fn a_refusal_is_no_reason_to_come_back_within_the_second() {
        let mut backoff = Backoff::new();
        let delays: Vec<_> = (0..5).map(|_| backoff.after_refusal().as_millis()).collect();
        assert!(delays[0] >= 1_000 && delays[4] >= 5_000 && delays[4] <= 10_000, "{delays:?}");
        backoff.after(Duration::ZERO);
        assert!(backoff.after(Duration::ZERO).as_millis() <= 1_000, "it is a failure like others again");
    }
}
