//! Recorded demand: which part of all shoppers came to which edge, and when.

mod parse;

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

pub use self::parse::TraceError;
use self::parse::{Record, Records};

/// However finely it was recorded, a trace is divided into so many steps of equal length.
pub(crate) const STEPS: usize = 1_000;
const BYTES_MAX: u64 = 64 << 20;

/// Who came to which edge over a recorded time.
#[derive(Debug, Clone, PartialEq)]
pub struct Trace {
    name: String,
    edges: usize,
    /// Each edge's part of all shoppers, step after step; together they are 1.
    parts: Vec<f64>,
}

impl Trace {
    /// Reads a CSV file of at most 64 MiB; the trace is named as the file is, without its ending.
    ///
    /// # Errors
    /// [`TraceError`] of a file that cannot be read, or is no trace.
    pub fn read(path: &Path) -> Result<Self, TraceError> {
        let mut text = String::new();
        File::open(path)?.take(BYTES_MAX + 1).read_to_string(&mut text)?;
        if text.len() as u64 > BYTES_MAX {
            return Err(TraceError::TooLarge { bytes_max: BYTES_MAX });
        }
        let name = path.file_stem().unwrap_or_default().to_string_lossy();
        Self::parse(&name, &text)
    }

    /// Of a header, `second,edge,shoppers`, and a row for each interval of each edge, in any order. An interval lasts until
    /// the next later second in the file, whichever edge's it is, and the last one as long as the one before it.
    ///
    /// # Errors
    /// [`TraceError`]: the line that is wrong, what was expected there and what was found.
    pub fn parse(name: &str, text: &str) -> Result<Self, TraceError> {
        let records = Records::parse(text)?;
        let shoppers = spread(&records, &records.times()?);
        let all: f64 = shoppers.iter().sum();
        if all <= 0.0 {
            return Err(TraceError::Nobody);
        }
        let parts = shoppers.into_iter().map(|shoppers| shoppers / all).collect();
        Ok(Self { name: plain(name), edges: records.edges, parts })
    }

    /// Its name in tables.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// How many edges it tells of; they are numbered as they appear.
    pub fn edges(&self) -> usize {
        self.edges
    }

    /// Each edge's part of all shoppers, of those who came in this step.
    pub(crate) fn step(&self, step: usize) -> &[f64] {
        &self.parts[step * self.edges..][..self.edges]
    }
}

/// The shoppers of each step and edge: a record's are spread evenly over its interval.
fn spread(records: &Records, times: &[f64]) -> Vec<f64> {
    let mut shoppers = vec![0.0; STEPS * records.edges];
    let mut first = 0;
    for record in &records.all {
        let (from, until) = interval(record, times);
        while first + 1 < STEPS && (first + 1) as f64 <= from {
            first += 1;
        }
        for step in first..STEPS {
            let within = until.min((step + 1) as f64) - from.max(step as f64);
            if within <= 0.0 {
                break;
            }
            shoppers[step * records.edges + record.edge] += f64::from(record.shoppers) * within / (until - from);
        }
    }
    shoppers
}

/// When a record's interval begins and ends, in steps.
fn interval(record: &Record, times: &[f64]) -> (f64, f64) {
    let (begins, lasts) = (times[0], times[times.len() - 1] - times[0]);
    let step = |time: f64| (time - begins) / lasts * STEPS as f64;
    let next = times.partition_point(|time| *time <= record.second);
    (step(times[next - 1]), step(times[next]))
}

/// A file's name may hold what neither a table nor a plot can.
fn plain(name: &str) -> String {
    name.replace(|letter: char| !letter.is_alphanumeric() && !"-_.".contains(letter), "-")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of_edge(trace: &Trace, edge: usize, steps: std::ops::Range<usize>) -> f64 {
        steps.map(|step| trace.step(step)[edge]).sum()
    }

    #[test]
    fn every_shopper_is_in_one_step_however_the_intervals_lie() {
        // Three intervals, of 7, 3 and again 3 seconds: their bounds lie within steps.
        let trace = Trace::parse("t", "second,edge,shoppers\n0,a,10\n7,a,20\n7,b,50\n10,b,20\n").unwrap();
        assert_eq!(trace.edges(), 2);
        assert!((of_edge(&trace, 0, 0..STEPS) - 0.3).abs() < 1e-9, "the parts add up");
        assert!((of_edge(&trace, 1, 0..STEPS) - 0.7).abs() < 1e-9);
        assert!((of_edge(&trace, 0, 0..500) - 0.1 * 6.5 / 7.0).abs() < 1e-9, "half of 13 seconds is 6.5");
        assert!(trace.step(538)[1] > 0.0 && trace.step(537)[1] <= 0.0, "7 of 13 seconds are 538.46 steps");
    }

    #[test]
    fn neither_the_order_of_rows_nor_where_time_begins_matters() {
        let trace = Trace::parse("t", "second,edge,shoppers\n0,a,1\n0,b,2\n0.5,a,3\n1,b,4\n").unwrap();
        let late = "second,edge,shoppers\n1070000000,a,1\n1070000001,b,4\n1070000000.5,a,3\n1070000000,b,2\n";
        assert_eq!(Trace::parse("t", late).unwrap(), trace);
    }

    #[test]
    fn more_intervals_than_steps_lose_nobody() {
        let rows: Vec<_> = (0..5_000).map(|second| format!("{second},a,1\n{second},b,3")).collect();
        let trace = Trace::parse("t", &format!("second,edge,shoppers\n{}", rows.join("\n"))).unwrap();
        for step in 0..STEPS {
            let [a, b] = trace.step(step) else { panic!("there are two edges") };
            assert!((a - 0.25 / 1_000.0).abs() < 1e-9 && (b - 0.75 / 1_000.0).abs() < 1e-9, "step {step}: {a}, {b}");
        }
    }

    #[test]
    fn a_name_is_fit_for_a_plot() {
        assert_eq!(plain("last sale <&>.2"), "last-sale----.2");
    }
}
