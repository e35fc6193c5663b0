//! When shoppers come: an open loop, whatever the shop answers.

use std::time::Duration;

use rand::{Rng, RngExt as _};
use rand_distr::{Distribution as _, Exp};

/// A Poisson process whose rate decays from a burst at the start to an even trickle.
#[derive(Debug, Clone, Copy)]
pub struct Arrivals {
    /// The share of all shoppers that belongs to the burst, from 0 to 1.
    pub burst: f64,
    /// In how many seconds the burst's rate falls to 1/e.
    pub burst_decay_s: f64,
    /// Nobody comes later than this, in seconds.
    pub within_s: f64,
}

impl Arrivals {
    /// Draws the arrival times of `shoppers`, in order.
    ///
    /// Given their number, the arrivals of a Poisson process are independent draws from its rate's density
    /// (Çinlar 1975), so that no thinning is needed.
    pub fn draw(self, shoppers: usize, rng: &mut impl Rng) -> Vec<Duration> {
        let mut times: Vec<_> = (0..shoppers).map(|_| self.one(rng)).collect();
        times.sort_unstable();
        times
    }

    fn one(self, rng: &mut impl Rng) -> Duration {
        let even = rng.random_range(0.0..self.within_s);
        if !rng.random_bool(self.burst) {
            return Duration::from_secs_f64(even);
        }
        let decay = Exp::new(1.0 / self.burst_decay_s).expect("the decay is a positive time");
        let early = decay.sample(rng);
        Duration::from_secs_f64(if early < self.within_s { early } else { even })
    }
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng as _;
    use rand::rngs::StdRng;

    use super::*;

    #[test]
    fn most_come_at_the_start_and_none_after_the_end() {
        let arrivals = Arrivals { burst: 0.8, burst_decay_s: 2.0, within_s: 60.0 };
        let times = arrivals.draw(10_000, &mut StdRng::seed_from_u64(1));
        assert!(times.is_sorted());
        assert!(times.iter().all(|time| time.as_secs_f64() < 60.0));
        let early = times.iter().filter(|time| time.as_secs_f64() < 2.0).count();
        assert!((4_900..5_600).contains(&early), "{early} of 10000 in the first two seconds");
    }
}
