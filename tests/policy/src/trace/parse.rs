//! A trace's file: its rows, and what may be wrong with them.

use std::collections::BTreeMap;
use std::io;

use thiserror::Error;

const HEADER: &str = "second,edge,shoppers";
const EDGES_MAX: usize = 1_000;
/// Either way from 0; the seconds since 1970 are far below it.
const SECOND_MAX: f64 = 1e12;
/// Of a wrong line, so much is shown, in letters.
const FOUND_MAX: usize = 60;

/// Why a file is no trace.
#[derive(Debug, Error)]
pub enum TraceError {
    /// The file cannot be read, or is not UTF-8.
    #[error("the file cannot be read")]
    Read(#[from] io::Error),
    /// The file is larger than a trace may be.
    #[error("expected at most {bytes_max} bytes, found more")]
    TooLarge {
        /// The most that a trace may have, in bytes.
        bytes_max: u64,
    },
    /// A line is not what it should be.
    #[error("line {line}: expected {expected}, found {found:?}")]
    Line {
        /// The line's number, from 1.
        line: usize,
        /// What should be there.
        expected: String,
        /// What is there, or its beginning.
        found: String,
    },
    /// An interval's length shows only in another one's beginning.
    #[error("expected rows of two different seconds or more, found {found}")]
    Times {
        /// How many different seconds there are.
        found: usize,
    },
    /// No row has a shopper.
    #[error("expected a shopper in some row, found none")]
    Nobody,
}

/// A row: how many came to an edge within an interval.
pub(super) struct Record {
    /// When the interval begins.
    pub(super) second: f64,
    pub(super) edge: usize,
    pub(super) shoppers: u32,
}

/// All rows, by their second.
pub(super) struct Records {
    pub(super) edges: usize,
    pub(super) all: Vec<Record>,
}

impl Records {
    pub(super) fn parse(text: &str) -> Result<Self, TraceError> {
        let mut lines = (1..).zip(text.lines());
        match lines.next() {
            Some((_, HEADER)) => {}
            first => return Err(wrong(1, HEADER, first.map_or("", |(_, header)| header))),
        }
        let mut names = BTreeMap::new();
        let rows = lines.filter(|(_, row)| !row.is_empty());
        let mut all = rows.map(|(line, row)| record(line, row, &mut names)).collect::<Result<Vec<_>, _>>()?;
        all.sort_by(|one, other| one.second.total_cmp(&other.second));
        Ok(Self { edges: names.len(), all })
    }

    /// When the intervals begin, and the end of the last one.
    pub(super) fn times(&self) -> Result<Vec<f64>, TraceError> {
        let mut times: Vec<f64> = self.all.iter().map(|record| record.second).collect();
        times.dedup_by(|later, earlier| *later <= *earlier);
        let [.., before, last] = times[..] else { return Err(TraceError::Times { found: times.len() }) };
        times.push(last + (last - before));
        Ok(times)
    }
}

fn record<'t>(line: usize, row: &'t str, names: &mut BTreeMap<&'t str, usize>) -> Result<Record, TraceError> {
    let fields: Vec<&str> = row.splitn(4, ',').map(str::trim).collect();
    let [second, edge, shoppers] = fields[..] else {
        return Err(wrong(line, HEADER, row));
    };
    let is_second = |second: &f64| second.abs() <= SECOND_MAX;
    let second = second.parse().ok().filter(is_second).ok_or_else(|| wrong(line, "a count of seconds", second))?;
    let shoppers = shoppers.parse().map_err(|_| wrong(line, "a count of shoppers", shoppers))?;
    if edge.is_empty() {
        return Err(wrong(line, "an edge's name", row));
    }
    let number = names.len();
    let edge = *names.entry(edge).or_insert(number);
    if edge == EDGES_MAX {
        return Err(wrong(line, &format!("at most {EDGES_MAX} edges"), row));
    }
    Ok(Record { second, edge, shoppers })
}

fn wrong(line: usize, expected: &str, found: &str) -> TraceError {
    TraceError::Line { line, expected: expected.to_owned(), found: found.chars().take(FOUND_MAX).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(text: &str) -> String {
        Records::parse(text).and_then(|records| records.times()).unwrap_err().to_string()
    }

    #[test]
    fn a_wrong_line_is_told_with_its_number_and_what_was_expected() {
        let rows = |rows: &str| error(&format!("second,edge,shoppers\n0,north,1\n{rows}"));
        assert_eq!(error(""), r#"line 1: expected second,edge,shoppers, found """#);
        assert_eq!(error("time,edge\n"), r#"line 1: expected second,edge,shoppers, found "time,edge""#);
        assert_eq!(rows("1,north"), r#"line 3: expected second,edge,shoppers, found "1,north""#);
        assert_eq!(rows("1,a,b,2"), r#"line 3: expected second,edge,shoppers, found "1,a,b,2""#);
        assert_eq!(rows("noon,north,2"), r#"line 3: expected a count of seconds, found "noon""#);
        assert_eq!(rows("\nNaN,north,2"), r#"line 4: expected a count of seconds, found "NaN""#);
        assert_eq!(rows("1,north,-2"), r#"line 3: expected a count of shoppers, found "-2""#);
        assert_eq!(rows("1,north,1.5"), r#"line 3: expected a count of shoppers, found "1.5""#);
        assert_eq!(rows("1, ,2"), r#"line 3: expected an edge's name, found "1, ,2""#);
        assert_eq!(rows(&"x".repeat(1_000)).len(), "line 3: expected second,edge,shoppers, found \"\"".len() + 60);
    }

    #[test]
    fn a_trace_of_one_interval_has_no_length() {
        assert_eq!(error("second,edge,shoppers\n"), "expected rows of two different seconds or more, found 0");
        let alike = "second,edge,shoppers\n0,a,1\n-0.0,b,1\n";
        assert_eq!(error(alike), "expected rows of two different seconds or more, found 1");
    }

    #[test]
    fn there_are_so_many_edges_and_no_more() {
        let rows: Vec<_> = (0..=EDGES_MAX).map(|edge| format!("{edge},e{edge},1")).collect();
        let found = error(&format!("second,edge,shoppers\r\n{}", rows.join("\r\n")));
        assert_eq!(found, r#"line 1002: expected at most 1000 edges, found "1000,e1000,1""#);
    }
}
