//! The elements of a list header, from the right, over all of its lines.

use http::HeaderMap;
use http::header::{GetAll, HeaderName, HeaderValue};

/// Walks a list from its right end. Commas in quotes separate nothing; which quotes match is judged from the right too, so that
/// nothing to the left of an element changes where it begins. Empty elements are passed over.
pub(super) struct FromRight<'a> {
    lines: <GetAll<'a, HeaderValue> as IntoIterator>::IntoIter,
    /// What is left of the line at hand.
    line: &'a [u8],
}

impl<'a> FromRight<'a> {
    pub(super) fn new(headers: &'a HeaderMap, name: &HeaderName) -> Self {
        Self { lines: headers.get_all(name).into_iter(), line: b"" }
    }
}

impl<'a> Iterator for FromRight<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        loop {
            while self.line.is_empty() {
                self.line = self.lines.next_back()?.as_bytes();
            }
            let comma = last_comma(self.line);
            let element = self.line[comma.map_or(0, |at| at + 1)..].trim_ascii();
            self.line = &self.line[..comma.unwrap_or(0)];
            if !element.is_empty() {
                return Some(element);
            }
        }
    }
}

/// Where the last comma outside of quotes is.
fn last_comma(line: &[u8]) -> Option<usize> {
    let mut inside = false;
    for (at, byte) in line.iter().enumerate().rev() {
        match byte {
            b',' if !inside => return Some(at),
            b'"' if !is_escaped(&line[..at]) => inside = !inside,
            _ => {}
        }
    }
    None
}

/// Whether what follows this text stands behind a backslash that is no escaped one itself.
fn is_escaped(before: &[u8]) -> bool {
    before.iter().rev().take_while(|byte| **byte == b'\\').count() % 2 == 1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(lines: &[&str]) -> Vec<String> {
        let name = HeaderName::from_static("forwarded");
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(&name, line.parse().unwrap());
        }
        FromRight::new(&headers, &name).map(|element| String::from_utf8(element.to_vec()).unwrap()).collect()
    }

    #[test]
    fn lines_and_elements_come_from_the_right() {
        assert_eq!(of(&["a, b", "", "c ,,d, "]), ["d", "c", "b", "a"]);
        assert_eq!(of(&[]), [""; 0]);
        assert_eq!(of(&[" ,, "]), [""; 0]);
    }

    #[test]
    fn a_comma_in_quotes_separates_nothing() {
        assert_eq!(of(&[r#"x="a,b", y="c\",d", z="e\\""#]), [r#"z="e\\""#, r#"y="c\",d""#, r#"x="a,b""#]);
    }

    #[test]
    fn an_open_quote_at_the_left_hides_nothing_at_the_right() {
        assert_eq!(of(&[r#"for="evil, for=192.0.2.1"#]), ["for=192.0.2.1", r#"for="evil"#]);
        assert_eq!(of(&[r#"for="evil\, for="192.0.2.1""#])[0], r#"for="192.0.2.1""#);
    }
}
