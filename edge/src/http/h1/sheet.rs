//! Where a short answer is written, from its first byte to its last, without a map of its fields.

use super::encode::{self, Said};

/// An answer on its way into the output. The body comes last: until then, lines are added.
pub(in crate::http) struct Sheet<'o> {
    out: &'o mut Vec<u8>,
    said: Said,
}

impl<'o> Sheet<'o> {
    /// An empty sheet behind what is in `out` already.
    pub(super) fn new(out: &'o mut Vec<u8>, said: Said) -> Self {
        Self { out, said }
    }

    /// Adds lines that are written out: the status line first, then fields; each ended.
    pub(in crate::http) fn lines(&mut self, lines: &[u8]) {
        self.out.extend_from_slice(lines);
    }

    /// Adds a field, its value in parts.
    pub(in crate::http) fn field(&mut self, name: &str, value: &[&[u8]]) {
        self.out.extend_from_slice(name.as_bytes());
        self.out.extend_from_slice(b": ");
        for part in value {
            self.out.extend_from_slice(part);
        }
        self.out.extend_from_slice(b"\r\n");
    }

    /// Adds a field whose value is a number.
    pub(in crate::http) fn number(&mut self, name: &str, value: u64) {
        let mut digits = [0; encode::DIGITS_MAX];
        self.field(name, &[encode::decimal(value, &mut digits)]);
    }

    /// Ends the head, and adds the body.
    pub(in crate::http) fn finish(self, body: &[u8]) {
        encode::length_line(self.out, body.len() as u64);
        encode::end(self.out, self.said);
        self.out.extend_from_slice(body);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_written_in_order() {
        let mut out = b"before".to_vec();
        let mut sheet = Sheet::new(&mut out, Said::Close);
        sheet.lines(b"HTTP/1.1 202 Accepted\r\na: b\r\n");
        sheet.field("location", &[b"/orders/", b"1"]);
        sheet.number("retry-after", 0);
        sheet.finish(b"body");
        let text = String::from_utf8(out).unwrap();
        let (before, after) = text.split_once("date: ").unwrap();
        let fields = "a: b\r\nlocation: /orders/1\r\nretry-after: 0\r\ncontent-length: 4\r\n";
        assert_eq!(before, format!("beforeHTTP/1.1 202 Accepted\r\n{fields}"));
        assert_eq!(after.split_once("\r\n").unwrap().1, "connection: close\r\n\r\nbody");
    }
}
