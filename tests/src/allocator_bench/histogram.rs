//! A histogram of the allocator's metrics, and what came to it between two looks.

/// Counts of what took no longer than a bound, bound by bound.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Histogram(Vec<(f64, u64)>);

impl Histogram {
    /// Reads the histogram of this name out of the text that Prometheus reads.
    pub(super) fn read(text: &str, name: &str) -> Self {
        let start = format!("{name}_bucket{{le=\"");
        let bucket = |line: &str| {
            let (bound, count) = line.strip_prefix(&start)?.split_once("\"} ")?;
            Some((bound.parse().unwrap_or(f64::INFINITY), count.trim().parse().ok()?))
        };
        Self(text.lines().filter_map(bucket).collect())
    }

    /// What came after an earlier look.
    pub(super) fn since(&self, earlier: &Self) -> Self {
        let before = |at: usize| earlier.0.get(at).map_or(0, |(_, count)| *count);
        Self(self.0.iter().enumerate().map(|(at, (bound, count))| (*bound, count - before(at))).collect())
    }

    /// The bound that so large a part does not pass; 0 of nothing.
    pub(super) fn quantile(&self, part: f64) -> f64 {
        let all = self.0.last().map_or(0, |(_, count)| *count) as f64;
        let reached = self.0.iter().find(|(_, count)| all > 0.0 && *count as f64 >= all * part);
        reached.map_or(0.0, |(bound, _)| *bound)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quantile_is_of_what_came_between_two_looks() {
        let read = |counts: [u64; 3]| {
            let [one, two, all] = counts;
            let text = format!(
                "# TYPE x_seconds histogram\nx_seconds_sum 1.0\nx_seconds_bucket{{le=\"0.001\"}} {one}\n\
                 x_seconds_bucket{{le=\"0.002\"}} {two}\nx_seconds_bucket{{le=\"+Inf\"}} {all}\n"
            );
            Histogram::read(&text, "x_seconds")
        };
        let came = read([110, 160, 161]).since(&read([100, 100, 100]));
        assert_eq!(came, Histogram(vec![(0.001, 10), (0.002, 60), (f64::INFINITY, 61)]));
        assert_eq!(came.quantile(0.9).to_bits(), 0.002_f64.to_bits());
        assert_eq!(came.quantile(1.0).to_bits(), f64::INFINITY.to_bits());
        assert_eq!(Histogram::default().quantile(0.5).to_bits(), 0.0_f64.to_bits());
    }
}
