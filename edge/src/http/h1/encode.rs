//! An answer's head, as bytes.

use std::io::Write as _;

use hyper::header::{CONNECTION, CONTENT_LENGTH, TRANSFER_ENCODING};
use hyper::{HeaderMap, StatusCode};

use super::date::put_date;

/// The most digits of a number.
pub(super) const DIGITS_MAX: usize = 20;

/// How an answer's body is delimited.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Delimited {
    /// There is none, and nothing is said about it: 1xx, 204 and 304.
    Not,
    /// By its length. Said for HEAD too.
    Length(u64),
    /// In chunks.
    Chunked,
    /// By the connection's end: HTTP/1.0.
    Close,
}

/// What an answer says about its connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Said {
    /// Nothing: it lives on.
    Nothing,
    /// It lives on, to an HTTP/1.0 client.
    KeepAlive,
    /// It ends.
    Close,
    /// What the answer's own fields say.
    Own,
}

impl Said {
    /// What must be said of a connection that lives on, or does not.
    pub(super) fn of(keeps_alive: bool, is_http_10: bool) -> Self {
        match (keeps_alive, is_http_10) {
            (false, _) => Self::Close,
            (true, true) => Self::KeepAlive,
            (true, false) => Self::Nothing,
        }
    }
}

/// Appends a whole head.
pub(super) fn head(out: &mut Vec<u8>, status: StatusCode, fields: &HeaderMap, delimited: Delimited, said: Said) {
    out.extend_from_slice(b"HTTP/1.1 ");
    out.extend_from_slice(status.as_str().as_bytes());
    out.push(b' ');
    out.extend_from_slice(status.canonical_reason().unwrap_or("Unknown").as_bytes());
    out.extend_from_slice(b"\r\n");
    for (name, value) in fields {
        let ours = *name == CONTENT_LENGTH || *name == TRANSFER_ENCODING || (*name == CONNECTION && said != Said::Own);
        // A delimited answer to HEAD, or a 304, may bring the length that a GET would have had.
        if ours && !(*name == CONTENT_LENGTH && delimited == Delimited::Not) {
            continue;
        }
        line(out, name.as_str().as_bytes(), value.as_bytes());
    }
    match delimited {
        Delimited::Length(length) => length_line(out, length),
        Delimited::Chunked => line(out, b"transfer-encoding", b"chunked"),
        Delimited::Not | Delimited::Close => {}
    }
    end(out, said);
}

/// Appends what every head ends with: `Date`, `Connection` and the empty line.
pub(super) fn end(out: &mut Vec<u8>, said: Said) {
    put_date(out);
    match said {
        Said::Nothing | Said::Own => {}
        Said::KeepAlive => line(out, b"connection", b"keep-alive"),
        Said::Close => line(out, b"connection", b"close"),
    }
    out.extend_from_slice(b"\r\n");
}

/// Appends the line before a chunk of so many bytes.
pub(super) fn chunk(out: &mut Vec<u8>, length: usize) {
    write!(out, "{length:x}\r\n").expect("a vector grows");
}

fn line(out: &mut Vec<u8>, name: &[u8], value: &[u8]) {
    out.extend_from_slice(name);
    out.extend_from_slice(b": ");
    out.extend_from_slice(value);
    out.extend_from_slice(b"\r\n");
}

/// Appends how long the body is.
pub(super) fn length_line(out: &mut Vec<u8>, length: u64) {
    line(out, b"content-length", decimal(length, &mut [0; DIGITS_MAX]));
}

/// A number in digits.
pub(super) fn decimal(mut number: u64, digits: &mut [u8; DIGITS_MAX]) -> &[u8] {
    let mut at = DIGITS_MAX;
    loop {
        at -= 1;
        digits[at] = b'0' + u8::try_from(number % 10).expect("a digit");
        number /= 10;
        if number == 0 {
            return &digits[at..];
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_written_in_digits() {
        for number in [0, 7, 10, 409, 1_000, u64::MAX] {
            assert_eq!(decimal(number, &mut [0; DIGITS_MAX]), number.to_string().as_bytes());
        }
    }
}
