//! How fast shoppers ask, estimated from what an edge tells now and then.

use doorbuster_proto::Timestamp;

use crate::Rate;

/// What was told so long ago weighs about a third, in milliseconds.
const MEMORY_MS: u64 = 1_000;
/// As long as there are fewer units to go by, it is remembered for longer: a shopper now and then is no change of demand.
const UNITS_MIN: u64 = 8;
const MEMORY_OF_FEW_MS: u64 = 30_000;
/// What is told rarely fades as if it were told each time that half of the memory has passed, but no more often than this.
const STEPS_MAX: u32 = 16;
/// Nothing is known until so many milliseconds are seen: a first shopper in the first millisecond is no rush.
const LEAST_MS: u64 = 20;
/// Sums are kept in so many parts.
const SCALE: u64 = 1_000;

/// Units asked for and the time that they took, both forgotten at the same pace: their ratio is right from the start on,
/// where a plain moving average would be slow to rise.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub(super) struct Demand {
    units: u64,
    ms: u64,
}

impl Demand {
    /// After so many units were asked for between the two.
    pub(super) fn after(self, units: u64, since: Timestamp, now: Timestamp) -> Self {
        let mut ms = now.since_ms(since);
        let mut demand = self;
        for _ in 1..STEPS_MAX {
            let step_ms = demand.memory_ms() / 2;
            if ms <= step_ms {
                break;
            }
            demand = demand.faded(step_ms);
            ms -= step_ms;
        }
        let faded = demand.faded(ms);
        Self { units: faded.units.saturating_add(units.saturating_mul(SCALE)), ..faded }
    }

    fn faded(self, ms: u64) -> Self {
        let memory_ms = self.memory_ms();
        let kept = |sum: u64| sum.saturating_mul(memory_ms) / (memory_ms + ms);
        Self { units: kept(self.units), ms: kept(self.ms).saturating_add(ms.saturating_mul(SCALE)) }
    }

    fn memory_ms(self) -> u64 {
        if self.units < UNITS_MIN * SCALE { MEMORY_OF_FEW_MS } else { MEMORY_MS }
    }

    /// Units that are remembered.
    pub(super) fn units(self) -> u64 {
        self.units / SCALE
    }

    pub(super) fn rate(self) -> Rate {
        let ms = self.ms.max(LEAST_MS * SCALE);
        match self.units.checked_mul(1_000_000) {
            Some(units) => Rate(units / ms),
            // As exact, and slower.
            None => Rate(u64::try_from(u128::from(self.units) * 1_000_000 / u128::from(ms)).unwrap_or(u64::MAX)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_steady_stream_has_its_rate_from_the_first_word_on() {
        let mut demand = Demand::default();
        for word in 0..20 {
            let (since, now) = (Timestamp(word * 100), Timestamp(word * 100 + 100));
            demand = demand.after(5, since, now);
            let rate = demand.rate().0;
            assert!((49_000..=51_000).contains(&rate), "50 a second, found {rate}");
        }
    }

    #[test]
    fn demand_that_ends_is_forgotten_within_seconds() {
        let busy = Demand::default().after(1_000, Timestamp(0), Timestamp(1_000));
        let later = busy.after(0, Timestamp(1_000), Timestamp(6_000));
        assert!(later.rate().0 * 20 < busy.rate().0, "{later:?}");
    }

    #[test]
    fn silence_fades_what_was_asked_for_however_seldom_it_is_told() {
        let busy = Demand::default().after(1_000, Timestamp(0), Timestamp(1_000));
        let often = (1..=10)
            .fold(busy, |demand, half| demand.after(0, Timestamp(500 + half * 500), Timestamp(1_000 + half * 500)));
        let once = busy.after(0, Timestamp(1_000), Timestamp(6_000));
        assert_eq!(once, often);
        assert!(busy.after(0, Timestamp(1_000), Timestamp(1_000_000)).units() == 0);
    }

    #[test]
    fn one_shopper_at_once_is_no_rush() {
        assert_eq!(Demand::default().after(1, Timestamp(0), Timestamp(0)).rate(), Rate(50_000));
    }
}
