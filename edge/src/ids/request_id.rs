//! A request's id: drawn here, or believed from a proxy of our own.

use std::fmt;

use bytes::Bytes;
use doorbuster_http_core::FieldValues;
use http::{HeaderName, HeaderValue};

/// The field that carries it, in requests and in answers.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// The longest id that is taken over from a proxy.
pub const REQUEST_ID_BYTES_MAX: usize = 64;

const DRAWN_BYTES: u8 = 32;
const HEX: &[u8; 16] = b"0123456789abcdef";

/// An id of visible ASCII: 128 random bits in hex, or what a trusted proxy sent.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct RequestId {
    text: [u8; REQUEST_ID_BYTES_MAX],
    length: u8,
}

impl RequestId {
    /// The request's id. What it says itself counts only from a trusted proxy, and only if it is one short word.
    pub fn of<F: FieldValues + ?Sized>(fields: &F, is_trusted: bool) -> Self {
        let sent = if is_trusted { sent(fields) } else { None };
        sent.unwrap_or_else(|| Self::new(rand::random()))
    }

    /// An id of 128 random bits.
    pub fn new(random: u128) -> Self {
        let mut text = [0; REQUEST_ID_BYTES_MAX];
        for (digits, byte) in text[..DRAWN_BYTES.into()].chunks_exact_mut(2).zip(random.to_be_bytes()) {
            digits.copy_from_slice(&[HEX[usize::from(byte >> 4)], HEX[usize::from(byte & 15)]]);
        }
        Self { text, length: DRAWN_BYTES }
    }

    /// As it is logged.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.text[..self.length.into()]).expect("it is ASCII")
    }

    /// As [`REQUEST_ID`] has it.
    pub fn header(&self) -> HeaderValue {
        let text = Bytes::copy_from_slice(self.as_str().as_bytes());
        HeaderValue::from_maybe_shared(text).expect("visible ASCII is a field's value")
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RequestId({self})")
    }
}

fn sent<F: FieldValues + ?Sized>(fields: &F) -> Option<RequestId> {
    let name = REQUEST_ID;
    let value = fields.one_value(&name)?;
    let is_word = !value.is_empty() && value.iter().all(u8::is_ascii_graphic);
    let mut text = [0; REQUEST_ID_BYTES_MAX];
    text.get_mut(..value.len()).filter(|_| is_word)?.copy_from_slice(value);
    Some(RequestId { text, length: u8::try_from(value.len()).expect("at most 64") })
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderMap;

    fn headers(values: &[&str]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(REQUEST_ID, HeaderValue::from_bytes(value.as_bytes()).unwrap());
        }
        headers
    }

    #[test]
    fn an_id_is_128_bits_in_hex_and_drawn_anew() {
        let id = RequestId::new(0x0123_4567_89ab_cdef_0011_2233_4455_6677);
        assert_eq!(id.as_str(), "0123456789abcdef0011223344556677");
        assert_eq!(id.header(), "0123456789abcdef0011223344556677");
        let none = HeaderMap::new();
        assert_ne!(RequestId::of(&none, true), RequestId::of(&none, true));
    }

    #[test]
    fn only_a_trusted_proxy_names_a_request() {
        let sent = headers(&["cdn-42"]);
        assert_eq!(RequestId::of(&sent, true).as_str(), "cdn-42");
        assert_eq!(RequestId::of(&sent, false).as_str().len(), 32);
        let longest = "x".repeat(64);
        assert_eq!(RequestId::of(&headers(&[&longest]), true).as_str(), longest);
    }

    #[test]
    fn what_is_no_short_word_is_not_believed_from_anyone() {
        let long = "x".repeat(65);
        for bad in [vec![""], vec!["a b"], vec!["caf\u{e9}"], vec!["a\tb"], vec![long.as_str()], vec!["a", "a"]] {
            let id = RequestId::of(&headers(&bad), true);
            assert!(id.as_str().len() == 32 && id.as_str() != bad[0], "{bad:?}");
        }
    }
}
