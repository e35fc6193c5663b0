//! One body that is served as it is, with what a browser needs to keep it.

use bytes::Bytes;
use hyper::header::HeaderValue;

/// One body with its headers' values, made once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resource {
    /// The bytes.
    pub body: Bytes,
    /// What they are.
    pub content_type: HeaderValue,
    /// The hash of the bytes, as an entity tag (RFC 9110, 8.8.3).
    pub etag: HeaderValue,
    /// Whether its path is named by its content, so that it never changes.
    pub immutable: bool,
}

impl Resource {
    /// Takes bytes in; `None` where `content_type` cannot stand in a header.
    pub fn new(body: Vec<u8>, content_type: &str, immutable: bool) -> Option<Self> {
        let hash = blake3::hash(&body).to_hex();
        let etag = HeaderValue::from_str(&format!("\"{}\"", &hash[..32])).expect("hex is visible ASCII");
        let content_type = HeaderValue::from_str(content_type).ok().filter(|value| !value.is_empty())?;
        Some(Self { body: body.into(), content_type, etag, immutable })
    }

    /// Whether it is an image that could carry a script.
    pub fn is_svg(&self) -> bool {
        self.content_type.as_bytes().starts_with(b"image/svg+xml")
    }
}
