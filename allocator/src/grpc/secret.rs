//! The shared secret that edges send. Compared by hash, which takes the same time whatever differs.

use std::fmt;

use tonic::metadata::MetadataMap;
use tonic::{Request, Status};

/// The hash of a shared secret: the secret itself is not kept.
#[derive(Clone, Copy)]
pub struct Secret(blake3::Hash);

impl Secret {
    /// Takes 16 to 256 visible ASCII characters as a secret.
    pub fn new(text: &str) -> Option<Self> {
        let fits = (16..=256).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic());
        fits.then(|| Self(blake3::hash(text.as_bytes())))
    }

    /// Whether the metadata carries it as `authorization: Bearer <secret>`.
    pub fn is_in(&self, metadata: &MetadataMap) -> bool {
        let sent = metadata.get("authorization").and_then(|value| value.to_str().ok());
        let sent = sent.and_then(|text| text.strip_prefix("Bearer ")).unwrap_or_default();
        // `blake3::Hash` compares in constant time.
        blake3::hash(sent.as_bytes()) == self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// Lets a request in where there is no secret, or where it carries it.
#[allow(clippy::result_large_err, reason = "tonic's interceptors return a `Status`")]
pub(super) fn admit(secret: Option<Secret>, request: Request<()>) -> Result<Request<()>, Status> {
    if secret.is_none_or(|secret| secret.is_in(request.metadata())) {
        return Ok(request);
    }
    tracing::warn!(peer = ?request.remote_addr(), "call without the shared secret refused");
    Err(Status::unauthenticated("expected the shared secret as `authorization: Bearer …`"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asking(authorization: Option<&str>) -> Request<()> {
        let mut request = Request::new(());
        if let Some(text) = authorization {
            request.metadata_mut().insert("authorization", text.parse().unwrap());
        }
        request
    }

    #[test]
    fn only_the_secret_opens() {
        let secret = Secret::new("0123456789abcdef");
        assert!(admit(secret, asking(Some("Bearer 0123456789abcdef"))).is_ok());
        for wrong in [None, Some("0123456789abcdef"), Some("Bearer 0123456789abcdeF"), Some("Bearer ")] {
            assert!(admit(secret, asking(wrong)).is_err(), "{wrong:?}");
        }
        assert!(admit(None, asking(None)).is_ok());
    }

    #[test]
    fn a_secret_is_long_and_never_printed() {
        assert!(Secret::new("short").is_none());
        assert_eq!(format!("{:?}", Secret::new("0123456789abcdef").unwrap()), "Secret(…)");
    }
}
