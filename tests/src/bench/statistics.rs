//! Medians and ratios of a few rounds.

/// A ratio of two sides over all rounds: the middle one, the lowest and the highest.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ratio {
    /// The median of the rounds' ratios.
    pub middle: f64,
    /// The lowest.
    pub low: f64,
    /// The highest.
    pub high: f64,
}

impl Ratio {
    /// Divides round by round: what disturbed both sides of a round cancels out.
    ///
    /// # Panics
    /// Without rounds, or where the sides have not the same number of them.
    pub fn of(above: &[f64], below: &[f64]) -> Self {
        assert_eq!(above.len(), below.len(), "a ratio needs both sides of every round");
        let ratios: Vec<f64> = above.iter().zip(below).map(|(above, below)| above / below).collect();
        let low = ratios.iter().copied().fold(f64::INFINITY, f64::min);
        let high = ratios.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        Self { middle: median(&ratios), low, high }
    }
}

/// The middle value; the mean of the two middle ones where their number is even.
///
/// # Panics
/// Without values.
pub fn median(values: &[f64]) -> f64 {
    assert!(!values.is_empty(), "nothing has no median");
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    if sorted.len() % 2 == 1 { sorted[middle] } else { f64::midpoint(sorted[middle - 1], sorted[middle]) }
}

/// The value that so large a part of the values does not pass: the nearest rank.
///
/// # Panics
/// Without values.
pub fn quantile(values: &[f64], part: f64) -> f64 {
    assert!(!values.is_empty(), "nothing has no quantile");
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let rank = rank(sorted.len(), part);
    sorted[rank]
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a part of a length is an index")]
fn rank(count: usize, part: f64) -> usize {
    ((count as f64 * part).ceil() as usize).clamp(1, count) - 1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(found: f64, expected: f64) -> bool {
        (found - expected).abs() < 1e-9
    }

    #[test]
    fn the_median_of_an_odd_number_is_the_middle_one() {
        assert!(near(median(&[9.0, 1.0, 4.0]), 4.0));
    }

    #[test]
    fn the_median_of_an_even_number_lies_between_the_middle_two() {
        assert!(near(median(&[9.0, 1.0, 4.0, 2.0]), 3.0));
    }

    #[test]
    fn a_ratio_is_taken_round_by_round() {
        let ratio = Ratio::of(&[20.0, 60.0, 30.0], &[10.0, 20.0, 30.0]);
        assert!(near(ratio.middle, 2.0) && near(ratio.low, 1.0) && near(ratio.high, 3.0), "{ratio:?}");
    }

    #[test]
    fn a_disturbance_of_both_sides_does_not_show() {
        let ratio = Ratio::of(&[20.0, 40.0], &[10.0, 20.0]);
        assert!(near(ratio.low, 2.0) && near(ratio.high, 2.0), "{ratio:?}");
    }

    #[test]
    fn a_quantile_is_a_value_that_was_there() {
        let values: Vec<f64> = (1..=100).rev().map(f64::from).collect();
        assert!(near(quantile(&values, 0.99), 99.0) && near(quantile(&values, 0.5), 50.0));
        assert!(near(quantile(&[7.0], 0.99), 7.0) && near(quantile(&values, 1.0), 100.0));
    }
}
