//! One body that is served as it is, in every encoding that pays, with its headers made beforehand.

use std::time::{Duration, UNIX_EPOCH};

use bytes::{BufMut as _, Bytes, BytesMut};
use doorbuster_http_core::conditional::Validators;
use doorbuster_http_core::encoding::{Encoding, Offered};
use http::StatusCode;
use http::header::{
    ACCEPT_ENCODING, ACCEPT_RANGES, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_LOCATION, CONTENT_TYPE,
    ETAG, EXPIRES, HeaderMap, HeaderName, HeaderValue, LAST_MODIFIED, VARY,
};

use super::Encoded;

/// The end of the year 9999, where dates in headers end.
const LAST_MODIFIED_S_MAX: u64 = 253_402_300_799;
/// What caches that act for a site keep to instead of `Cache-Control` (RFC 9213).
pub const CDN_CACHE_CONTROL: HeaderName = HeaderName::from_static("cdn-cache-control");
/// What a 304 repeats of a 200 (RFC 9110, 15.4.5; RFC 9213, 2.1).
const REPEATED: [HeaderName; 6] = [CACHE_CONTROL, CDN_CACHE_CONTROL, CONTENT_LOCATION, ETAG, EXPIRES, VARY];

/// What a resource is made of.
#[derive(Debug, Clone)]
pub struct Draft<'a> {
    /// The bytes.
    pub body: Bytes,
    /// The same in other encodings: what [`super::compress`] made of them.
    pub encoded: Encoded,
    /// What they are. Text that is UTF-8 is said to be so.
    pub content_type: &'a str,
    /// When they became what they are, in seconds since 1970.
    pub last_modified_s: u64,
    /// Headers that say something else than what the bytes are: for caches, for the browser's guard.
    pub fields: HeaderMap,
}

/// One body in all of its representations. Never changes once made.
#[derive(Debug, Clone)]
pub struct Resource {
    identity: Representation,
    encoded: Vec<Representation>,
    offered: Offered,
    last_modified_s: u64,
    /// The headers that all representations share.
    fields: HeaderMap,
}

/// One encoding of a resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Representation {
    /// Which one.
    pub encoding: Encoding,
    /// The bytes as they are sent.
    pub body: Bytes,
    /// Their hash, as a strong entity tag (RFC 9110, 8.8.3).
    pub etag: HeaderValue,
    /// The head of a 200 in HTTP/1.1, up to the last line that does not change: without `Date`, `Connection` and the empty line.
    pub head: Bytes,
    /// The same of a 304.
    pub head_not_modified: Bytes,
}

impl Resource {
    /// Makes a resource; `None` where the content type cannot stand in a header.
    pub fn new(draft: Draft<'_>) -> Option<Self> {
        let last_modified_s = draft.last_modified_s.min(LAST_MODIFIED_S_MAX);
        let mut fields = draft.fields;
        fields.insert(CONTENT_TYPE, content_type(draft.content_type, &draft.body)?);
        fields.insert(ACCEPT_RANGES, HeaderValue::from_static("bytes"));
        fields.insert(LAST_MODIFIED, date(last_modified_s));
        let mut offered = Offered::IDENTITY;
        for (encoding, _) in draft.encoded.iter() {
            offered = offered.with(encoding);
            fields.insert(VARY, HeaderValue::from(ACCEPT_ENCODING));
        }
        let identity = Representation::new(Encoding::Identity, draft.body, &fields);
        let encoded = draft.encoded.iter();
        let encoded = encoded.map(|(encoding, body)| Representation::new(encoding, body.clone(), &fields)).collect();
        Some(Self { identity, encoded, offered, last_modified_s, fields })
    }

    /// The encodings that there are.
    pub fn offered(&self) -> Offered {
        self.offered
    }

    /// The representation in an encoding; in none, where it is not held in that one.
    pub fn representation(&self, encoding: Encoding) -> &Representation {
        self.encoded.iter().find(|held| held.encoding == encoding).unwrap_or(&self.identity)
    }

    /// What tells one state of a representation from another.
    pub fn validators<'a>(&self, representation: &'a Representation) -> Validators<'a> {
        Validators {
            etag: representation.etag.as_bytes(),
            last_modified_s: Some(self.last_modified_s),
            date_is_strong: self.encoded.is_empty(),
        }
    }

    /// The headers of a 200 with a representation; how long it is, and how the connection goes on, is for others to say.
    pub fn fields(&self, representation: &Representation) -> HeaderMap {
        with_representation(self.fields.clone(), representation.encoding, &representation.etag)
    }

    /// The headers of a 304 about a representation.
    pub fn fields_not_modified(&self, representation: &Representation) -> HeaderMap {
        repeated(&self.fields(representation))
    }

    /// When the bytes became what they are, in seconds since 1970, where they are still these.
    pub(super) fn unchanged_since(&self, body: &[u8], content_type: &str) -> Option<u64> {
        let is_same_type =
            || self::content_type(content_type, body).is_some_and(|value| value == self.fields[CONTENT_TYPE]);
        (self.identity.body == body && is_same_type()).then_some(self.last_modified_s)
    }

    /// What was made of the bytes.
    pub(super) fn encoded(&self) -> Encoded {
        let held = |encoding| self.encoded.iter().find(|held| held.encoding == encoding).map(|held| held.body.clone());
        Encoded::from_bodies(Encoded::ENCODINGS.map(held))
    }
}

impl Representation {
    fn new(encoding: Encoding, body: Bytes, shared: &HeaderMap) -> Self {
        let hash = blake3::hash(&body).to_hex();
        let etag = HeaderValue::from_str(&format!("\"{}\"", &hash[..32])).expect("hex is visible ASCII");
        let mut fields = with_representation(shared.clone(), encoding, &etag);
        let head_not_modified = head(StatusCode::NOT_MODIFIED, &repeated(&fields));
        fields.insert(CONTENT_LENGTH, body.len().into());
        let head = head(StatusCode::OK, &fields);
        Self { encoding, body, etag, head, head_not_modified }
    }
}

fn with_representation(mut fields: HeaderMap, encoding: Encoding, etag: &HeaderValue) -> HeaderMap {
    fields.insert(ETAG, etag.clone());
    if let Some(name) = encoding.name() {
        fields.insert(CONTENT_ENCODING, HeaderValue::from_static(name));
    }
    fields
}

fn repeated(fields: &HeaderMap) -> HeaderMap {
    let mut repeated = HeaderMap::with_capacity(REPEATED.len());
    for name in &REPEATED {
        repeated.extend(fields.get_all(name).iter().map(|value| (name.clone(), value.clone())));
    }
    repeated
}

/// The head of an answer in HTTP/1.1, as [`Representation::head`] has it.
pub fn head(status: StatusCode, fields: &HeaderMap) -> Bytes {
    let mut head = BytesMut::with_capacity(1_024);
    head.put_slice(format!("HTTP/1.1 {} {}\r\n", status.as_str(), status.canonical_reason().unwrap_or("")).as_bytes());
    for (name, value) in fields {
        for part in [name.as_str().as_bytes(), b": ", value.as_bytes(), b"\r\n"] {
            head.put_slice(part);
        }
    }
    head.freeze()
}

/// A content type with its charset, where the bytes are text that has one.
fn content_type(text: &str, body: &[u8]) -> Option<HeaderValue> {
    let essence = text.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let is_text = essence.starts_with("text/") || essence == "application/javascript";
    let is_told = text.to_ascii_lowercase().contains("charset");
    let value = if is_text && !is_told && std::str::from_utf8(body).is_ok() {
        HeaderValue::try_from(format!("{text}; charset=utf-8"))
    } else {
        HeaderValue::from_str(text)
    };
    value.ok().filter(|_| !essence.is_empty())
}

fn date(seconds: u64) -> HeaderValue {
    let text = httpdate::fmt_http_date(UNIX_EPOCH + Duration::from_secs(seconds));
    HeaderValue::from_str(&text).expect("a date is visible ASCII")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pages::compress::tests::decode;
    use crate::pages::{Plain, compress};
    use std::collections::BTreeSet;

    fn draft<'a>(body: &'a str, content_type: &'a str) -> Draft<'a> {
        let encoded = compress(&[Plain { body: body.as_bytes(), content_type }]).remove(0);
        let fields = HeaderMap::from_iter([
            (CACHE_CONTROL, HeaderValue::from_static("max-age=1")),
            (CDN_CACHE_CONTROL, HeaderValue::from_static("max-age=2")),
            (HeaderName::from_static("x-a"), HeaderValue::from_static("b")),
        ]);
        let body = Bytes::copy_from_slice(body.as_bytes());
        Draft { body, encoded, content_type, last_modified_s: 784_111_777, fields }
    }

    fn text() -> Resource {
        Resource::new(draft(&"as it is ".repeat(99), "text/plain")).unwrap()
    }

    fn small() -> Resource {
        Resource::new(draft("small", "text/plain")).unwrap()
    }

    /// A head's lines, less the first, with names in lower case.
    fn lines(head: &Bytes) -> (String, BTreeSet<(String, String)>) {
        let text = std::str::from_utf8(head).unwrap();
        let mut lines = text.strip_suffix("\r\n").unwrap().split("\r\n");
        let first = lines.next().unwrap().to_owned();
        let pairs = lines.map(|line| line.split_once(": ").unwrap());
        (first, pairs.map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned())).collect())
    }

    fn pairs(fields: &HeaderMap) -> BTreeSet<(String, String)> {
        fields.iter().map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned())).collect()
    }

    #[test]
    fn the_head_made_beforehand_says_what_the_headers_say() {
        for resource in [text(), small()] {
            for encoding in Encoding::ALL {
                let held = resource.representation(encoding);
                let mut fields = resource.fields(held);
                fields.insert(CONTENT_LENGTH, held.body.len().into());
                assert_eq!(lines(&held.head), ("HTTP/1.1 200 OK".to_owned(), pairs(&fields)));
                let not_modified = pairs(&resource.fields_not_modified(held));
                assert_eq!(lines(&held.head_not_modified), ("HTTP/1.1 304 Not Modified".to_owned(), not_modified));
            }
        }
    }

    #[test]
    fn each_encoding_is_a_representation_of_its_own() {
        let resource = text();
        let mut etags = BTreeSet::new();
        for encoding in Encoding::ALL {
            let held = resource.representation(encoding);
            assert!(resource.offered().has(encoding));
            assert_eq!(decode(encoding, &held.body), "as it is ".repeat(99).as_bytes());
            let fields = resource.fields(held);
            assert_eq!(fields.get(CONTENT_ENCODING).map(HeaderValue::as_bytes), encoding.name().map(str::as_bytes));
            assert_eq!(fields[VARY], "accept-encoding");
            assert!(etags.insert(held.etag.as_bytes().to_vec()), "{encoding:?}");
        }
    }

    #[test]
    fn what_is_held_in_one_encoding_varies_by_none() {
        let resource = small();
        assert_eq!(resource.offered(), Offered::IDENTITY);
        let held = resource.representation(Encoding::Brotli);
        assert_eq!((held.encoding, &held.body[..]), (Encoding::Identity, &b"small"[..]));
        let fields = resource.fields(held);
        assert!(!fields.contains_key(VARY) && !fields.contains_key(CONTENT_ENCODING));
        assert!(resource.validators(held).date_is_strong);
        assert!(!text().validators(held).date_is_strong);
    }

    #[test]
    fn the_headers_say_what_the_bytes_are_and_since_when() {
        let fields = small().fields(small().representation(Encoding::Identity));
        assert_eq!(fields[CONTENT_TYPE], "text/plain; charset=utf-8");
        assert_eq!(fields[LAST_MODIFIED], "Sun, 06 Nov 1994 08:49:37 GMT");
        assert_eq!(fields[ACCEPT_RANGES], "bytes");
        assert_eq!(fields["x-a"], "b");
    }

    #[test]
    fn a_304_repeats_what_a_cache_needs_and_nothing_else() {
        let resource = text();
        let fields = resource.fields_not_modified(resource.representation(Encoding::Gzip));
        let names: BTreeSet<_> = fields.keys().map(HeaderName::as_str).collect();
        assert_eq!(names, BTreeSet::from(["cache-control", "cdn-cache-control", "etag", "vary"]));
    }

    #[test]
    fn a_charset_is_told_of_text_in_utf_8_alone() {
        let of = |text: &str, body: &[u8]| content_type(text, body).map(|value| value.to_str().unwrap().to_owned());
        assert_eq!(of("text/html", b"").as_deref(), Some("text/html; charset=utf-8"));
        assert_eq!(of("text/html;charset=latin1", b"").as_deref(), Some("text/html;charset=latin1"));
        assert_eq!(of("text/plain", b"\xe4").as_deref(), Some("text/plain"));
        assert_eq!(of("application/javascript", b"").as_deref(), Some("application/javascript; charset=utf-8"));
        assert_eq!(of("application/json", b"{}").as_deref(), Some("application/json"));
        for bad in ["", " ", "; charset=utf-8", "text/html\r\nx: y"] {
            assert_eq!(of(bad, b""), None, "{bad:?}");
        }
    }

    #[test]
    fn a_date_that_no_header_can_say_is_the_last_one_that_it_can() {
        let resource = Resource::new(Draft { last_modified_s: u64::MAX, ..draft("x", "text/plain") }).unwrap();
        assert_eq!(resource.fields(&resource.identity)[LAST_MODIFIED], "Fri, 31 Dec 9999 23:59:59 GMT");
    }
}
