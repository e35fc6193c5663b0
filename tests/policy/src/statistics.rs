//! Means over seeds, with what is known of them.

use serde::Serialize;

/// A mean, and half of its 95 % confidence interval (Student's t).
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Estimate {
    /// The mean of all seeds.
    pub mean: f64,
    /// The true mean lies so near, 95 times of 100; 0 with one seed, of which nothing is known.
    pub within: f64,
}

/// Student's t at 97.5 %, for one to ten degrees of freedom; with more, the last is a little too careful.
const T: [f64; 10] = [12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228];

impl Estimate {
    /// Of one value a seed.
    ///
    /// # Panics
    /// Without values.
    pub fn of(values: &[f64]) -> Self {
        assert!(!values.is_empty(), "nothing has no mean");
        let count = values.len() as f64;
        let mean = values.iter().sum::<f64>() / count;
        let freedom = values.len() - 1;
        if freedom == 0 {
            return Self { mean, within: 0.0 };
        }
        let variance = values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / freedom as f64;
        Self { mean, within: T[freedom.min(T.len()) - 1] * (variance / count).sqrt() }
    }
}

/// The value that so large a part does not pass: the nearest rank. 0 of nothing.
pub(crate) fn quantile(values: &[f64], part: f64) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let wanted = sorted.len() as f64 * part;
    (1..=sorted.len()).find(|rank| *rank as f64 >= wanted).map_or(0.0, |rank| sorted[rank - 1])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mean_says_how_far_it_can_be_trusted() {
        let estimate = Estimate::of(&[1.0, 2.0, 3.0]);
        assert!((estimate.mean - 2.0).abs() < 1e-9 && (estimate.within - 2.484).abs() < 0.001, "{estimate:?}");
        assert_eq!(Estimate::of(&[7.0]), Estimate { mean: 7.0, within: 0.0 });
    }

    #[test]
    fn a_quantile_is_one_of_the_values() {
        let values: Vec<f64> = (1..=100).map(f64::from).collect();
        assert_eq!(quantile(&values, 0.99).to_bits(), 99.0_f64.to_bits());
        assert_eq!(quantile(&[5.0], 0.99).to_bits(), 5.0_f64.to_bits());
        assert_eq!(quantile(&[], 0.99).to_bits(), 0.0_f64.to_bits());
    }
}
