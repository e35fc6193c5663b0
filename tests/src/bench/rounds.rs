//! Rounds: every side in turn, forwards and backwards (A B B A), so that what drifts meets all sides alike.

use serde::Serialize;

use super::statistics::{Ratio, median};

/// Who is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// The edge.
    Ours,
    /// nginx, with Lua and Redis where there is something to buy.
    Peer,
    /// The floor, or the null answer.
    Beside,
}

/// What one side did in one round.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Sample {
    /// Processor time of all the side's processes for one answer.
    pub cost_us: f64,
    /// Answers a second.
    pub rate: f64,
    /// Processor time of the allocator for one answer; it has no counterpart at the peer.
    pub allocator_us: f64,
    /// The part of the answers that were neither a purchase nor a refusal: `queueing` or `pending`.
    pub undecided: f64,
}

/// The samples of a row, round by round.
#[derive(Debug, Clone, Default)]
pub struct Samples {
    /// The edge's.
    pub ours: Vec<Sample>,
    /// nginx's.
    pub peer: Vec<Sample>,
    /// The floor's or the null answer's.
    pub beside: Vec<Sample>,
}

/// The order of the sides in a round.
pub fn order(round: usize, has_beside: bool) -> Vec<Side> {
    let mut sides = vec![Side::Ours, Side::Peer];
    if has_beside {
        sides.push(Side::Beside);
    }
    if round % 2 == 1 {
        sides.reverse();
    }
    sides
}

impl Samples {
    /// Adds what a side did.
    pub fn add(&mut self, side: Side, sample: Sample) {
        match side {
            Side::Ours => self.ours.push(sample),
            Side::Peer => self.peer.push(sample),
            Side::Beside => self.beside.push(sample),
        }
    }

    /// Sums the rounds up.
    ///
    /// # Panics
    /// Without a whole round.
    pub fn figures(&self) -> Figures {
        let (ours, peer, beside) = (costs(&self.ours), costs(&self.peer), costs(&self.beside));
        let has_beside = !beside.is_empty();
        let each = |samples: &[Sample], of: fn(&Sample) -> f64| median(&samples.iter().map(of).collect::<Vec<_>>());
        Figures {
            ours_us: median(&ours),
            peer_us: median(&peer),
            beside_us: has_beside.then(|| median(&beside)),
            ours_rps: each(&self.ours, |sample| sample.rate),
            peer_rps: each(&self.peer, |sample| sample.rate),
            beside_rps: has_beside.then(|| each(&self.beside, |sample| sample.rate)),
            peer_rps_max: self.peer.iter().map(|sample| sample.rate).fold(0.0, f64::max),
            ratio: Ratio::of(&peer, &ours),
            of_beside: has_beside.then(|| Ratio::of(&ours, &beside)),
            allocator_us: each(&self.ours, |sample| sample.allocator_us),
            undecided: each(&self.ours, |sample| sample.undecided),
        }
    }
}

/// A row's figures: medians over its rounds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Figures {
    /// The edge's processor time for one answer.
    pub ours_us: f64,
    /// nginx's.
    pub peer_us: f64,
    /// The floor's, or the null answer's.
    pub beside_us: Option<f64>,
    /// The edge's answers a second.
    pub ours_rps: f64,
    /// nginx's.
    pub peer_rps: f64,
    /// The floor's, or the null answer's.
    pub beside_rps: Option<f64>,
    /// nginx's in its best round.
    pub peer_rps_max: f64,
    /// nginx's time ÷ the edge's.
    pub ratio: Ratio,
    /// The edge's time ÷ the floor's or the null answer's.
    pub of_beside: Option<Ratio>,
    /// The allocator's processor time for one answer.
    pub allocator_us: f64,
    /// The part of the edge's answers that was neither a purchase nor a refusal.
    pub undecided: f64,
}

/// What the floor or the null answer is called in a row's figures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Beside {
    /// A bare epoll loop.
    Floor,
    /// Bare hyper.
    Null,
}

fn costs(samples: &[Sample]) -> Vec<f64> {
    samples.iter().map(|sample| sample.cost_us).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(found: f64, expected: f64) -> bool {
        (found - expected).abs() < 1e-9
    }

    fn sample(cost_us: f64, rate: f64) -> Sample {
        Sample { cost_us, rate, ..Sample::default() }
    }

    #[test]
    fn a_second_round_goes_backwards() {
        assert_eq!(order(0, true), [Side::Ours, Side::Peer, Side::Beside]);
        assert_eq!(order(1, true), [Side::Beside, Side::Peer, Side::Ours]);
        assert_eq!(order(1, false), [Side::Peer, Side::Ours]);
        assert_eq!(order(2, false), order(0, false));
    }

    #[test]
    fn figures_are_medians_and_ratios_of_rounds() {
        let mut samples = Samples::default();
        for (ours, peer, floor) in [(10.0, 20.0, 8.0), (12.0, 18.0, 8.0), (11.0, 33.0, 10.0)] {
            samples.add(Side::Ours, sample(ours, 1_000.0 / ours));
            samples.add(Side::Peer, sample(peer, 1_000.0 / peer));
            samples.add(Side::Beside, sample(floor, 100.0));
        }
        let figures = samples.figures();
        assert!(near(figures.ours_us, 11.0) && near(figures.peer_us, 20.0) && near(figures.beside_us.unwrap(), 8.0));
        let Ratio { low, middle, high } = figures.ratio;
        assert!(near(low, 1.5) && near(middle, 2.0) && near(high, 3.0), "{low} {middle} {high}");
        assert!(near(figures.of_beside.unwrap().high, 1.5));
        assert!(near(figures.peer_rps_max, 1_000.0 / 18.0));
    }

    #[test]
    fn a_row_without_a_floor_has_none() {
        let mut samples = Samples::default();
        samples.add(Side::Ours, sample(1.0, 1.0));
        samples.add(Side::Peer, sample(2.0, 1.0));
        assert!(samples.figures().beside_us.is_none() && samples.figures().of_beside.is_none());
    }
}
