//! Bodies in the encodings that are worth it, made once when a site is installed and never for a request.
//!
//! The best levels cost some seconds a megabyte, so they are spent in the order of the bodies until [`BUDGET_US`] is used
//! up; whatever comes after gets levels that are a hundred times as fast and give up a sixth of the gain.

use std::io::Write as _;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use brotli::enc::BrotliEncoderParams;
use bytes::Bytes;
use doorbuster_http_core::encoding::Encoding;
use flate2::write::GzEncoder;

/// Below this a body fits into its first packet anyway.
const BODY_BYTES_MIN: usize = 256;
/// An encoding has to save this part of the body.
const SAVED_PART: usize = 10;
/// Processor time that one batch may spend on the best levels.
const BUDGET_US: usize = 1_000_000;
/// What the best levels cost on a machine of 2024: brotli's tables for each body, and all three for each byte.
const BEST_US_A_BODY: usize = 5_000;
const BEST_US_A_BYTE: usize = 4;
/// A batch is made while shoppers are served: it takes at most half of the processors, and no more than this.
const THREADS_MAX: usize = 4;

/// One body in its encodings, apart from the identity. None where they do not save enough.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Encoded {
    bodies: [Option<Bytes>; 3],
}

/// A body to be encoded.
#[derive(Debug, Clone, Copy)]
pub struct Plain<'a> {
    /// Its bytes.
    pub body: &'a [u8],
    /// What they are: pictures and the like are compressed already.
    pub content_type: &'a str,
}

impl Encoded {
    /// The encodings that a body is held in, in the order of preference.
    pub const ENCODINGS: [Encoding; 3] = [Encoding::Brotli, Encoding::Zstd, Encoding::Gzip];

    /// Puts bodies that were made before together again, in the order of [`Self::ENCODINGS`].
    pub(super) fn from_bodies(bodies: [Option<Bytes>; 3]) -> Self {
        Self { bodies }
    }

    /// Each encoding that there is, with its body.
    pub fn iter(&self) -> impl Iterator<Item = (Encoding, &Bytes)> {
        Self::ENCODINGS.into_iter().zip(&self.bodies).filter_map(|(encoding, body)| Some((encoding, body.as_ref()?)))
    }

    /// A place for each of [`Self::ENCODINGS`].
    pub(super) fn bodies(&self) -> &[Option<Bytes>; 3] {
        &self.bodies
    }

    fn make(plain: Plain<'_>, effort: Effort) -> Self {
        let body = plain.body;
        let pays = |encoded: &Vec<u8>| encoded.len() <= body.len() - body.len() / SAVED_PART;
        Self { bodies: Self::ENCODINGS.map(|encoding| effort.encode(encoding, body).filter(pays).map(Bytes::from)) }
    }
}

/// Encodes bodies, on a few threads; the same bodies in the same order always become the same bytes, on every edge.
pub fn compress(plain: &[Plain<'_>]) -> Vec<Encoded> {
    let mut left_us = BUDGET_US;
    let efforts: Vec<Option<Effort>> = plain.iter().map(|plain| Effort::within(&mut left_us, *plain)).collect();
    let made: Vec<OnceLock<Encoded>> = plain.iter().map(|_| OnceLock::new()).collect();
    let next = AtomicUsize::new(0);
    let work = || {
        while let Some(at) = Some(next.fetch_add(1, Ordering::Relaxed)).filter(|at| *at < plain.len()) {
            let encoded = efforts[at].map(|effort| Encoded::make(plain[at], effort)).unwrap_or_default();
            made[at].set(encoded).expect("each body is taken once");
        }
    };
    thread::scope(|scope| {
        (1..threads()).for_each(|_| drop(scope.spawn(work)));
        work();
    });
    made.into_iter().map(|encoded| encoded.into_inner().expect("all were taken")).collect()
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Effort {
    Best,
    Fast,
}

impl Effort {
    /// What to spend on a body; `None` where it is not to be compressed at all.
    fn within(left_us: &mut usize, plain: Plain<'_>) -> Option<Self> {
        if plain.body.len() < BODY_BYTES_MIN || !is_compressible(plain.content_type) {
            return None;
        }
        let cost_us = BEST_US_A_BODY.saturating_add(plain.body.len().saturating_mul(BEST_US_A_BYTE));
        Some(match left_us.checked_sub(cost_us) {
            None => Self::Fast,
            Some(left) => {
                *left_us = left;
                Self::Best
            }
        })
    }

    fn encode(self, encoding: Encoding, body: &[u8]) -> Option<Vec<u8>> {
        let best = self == Self::Best;
        let encoded = match encoding {
            Encoding::Brotli => brotli(body, if best { 11 } else { 4 }),
            Encoding::Zstd => zstd::bulk::compress(body, if best { 19 } else { 9 }),
            Encoding::Gzip => gzip(body, if best { 9 } else { 6 }),
            Encoding::Identity => return None,
        };
        encoded.inspect_err(|error| tracing::error!(?encoding, %error, "body not compressed")).ok()
    }
}

fn brotli(mut body: &[u8], quality: i32) -> std::io::Result<Vec<u8>> {
    let params = BrotliEncoderParams { quality, size_hint: body.len(), ..BrotliEncoderParams::default() };
    let mut encoded = Vec::new();
    brotli::BrotliCompress(&mut body, &mut encoded, &params)?;
    Ok(encoded)
}

fn gzip(body: &[u8], level: u32) -> std::io::Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), flate2::Compression::new(level));
    encoder.write_all(body)?;
    encoder.finish()
}

fn threads() -> usize {
    let found = thread::available_parallelism().map_or(1, usize::from);
    (found / 2).clamp(1, THREADS_MAX)
}

/// Whether bytes of this type are not compressed in themselves.
fn is_compressible(content_type: &str) -> bool {
    const TYPES: [&str; 12] = [
        "application/javascript",
        "application/json",
        "application/manifest+json",
        "application/rtf",
        "application/vnd.ms-fontobject",
        "application/wasm",
        "application/xml",
        "font/otf",
        "font/ttf",
        "image/bmp",
        "image/vnd.microsoft.icon",
        "image/x-icon",
    ];
    let essence = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    essence.starts_with("text/")
        || essence.ends_with("+xml")
        || essence.ends_with("+json")
        || TYPES.contains(&essence.as_str())
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use std::io::Read as _;

    /// A body as a client reads it.
    pub(in crate::pages) fn decode(encoding: Encoding, body: &[u8]) -> Vec<u8> {
        let mut plain = Vec::new();
        match encoding {
            Encoding::Brotli => drop(brotli::Decompressor::new(body, 4_096).read_to_end(&mut plain).unwrap()),
            Encoding::Zstd => plain = zstd::decode_all(body).unwrap(),
            Encoding::Gzip => drop(flate2::read::GzDecoder::new(body).read_to_end(&mut plain).unwrap()),
            Encoding::Identity => plain.extend(body),
        }
        plain
    }

    fn one(body: &[u8], content_type: &str) -> Encoded {
        compress(&[Plain { body, content_type }]).remove(0)
    }

    fn encodings(encoded: &Encoded) -> Vec<Encoding> {
        encoded.iter().map(|(encoding, _)| encoding).collect()
    }

    #[test]
    fn a_text_is_held_in_every_encoding_and_reads_the_same() {
        let text = "the early hours belong to those who queue\n".repeat(40);
        let encoded = one(text.as_bytes(), "text/plain; charset=utf-8");
        assert_eq!(encodings(&encoded), Encoded::ENCODINGS);
        for (encoding, body) in encoded.iter() {
            assert!(body.len() < text.len() / 2, "{encoding:?}");
            assert_eq!(decode(encoding, body), text.as_bytes(), "{encoding:?}");
        }
    }

    #[test]
    fn what_saves_too_little_is_not_held() {
        let mut state = 1_u64;
        let mut random = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            state.to_be_bytes()[0]
        };
        let noise: Vec<u8> = (0..4_096).map(|_| random()).collect();
        assert_eq!(one(&noise, "text/plain"), Encoded::default());
        assert_eq!(one(&[b'x'; BODY_BYTES_MIN - 1], "text/plain"), Encoded::default());
        assert_eq!(one(&[], "text/plain"), Encoded::default());
    }

    #[test]
    fn only_types_that_are_not_compressed_in_themselves_are_compressed() {
        for yes in
            ["text/html", "TEXT/CSS ; x=y", "application/json", "image/svg+xml", "application/ld+json", "font/ttf"]
        {
            assert!(is_compressible(yes), "{yes}");
        }
        for no in
            ["image/png", "image/webp", "video/mp4", "font/woff2", "application/zip", "application/octet-stream", ""]
        {
            assert!(!is_compressible(no), "{no}");
        }
    }

    #[test]
    fn the_best_levels_are_spent_on_the_first_bodies_and_within_a_budget() {
        let body = vec![b'x'; BUDGET_US / BEST_US_A_BYTE / 3];
        let plain = Plain { body: &body, content_type: "text/css" };
        let mut left_us = BUDGET_US;
        let efforts = [(); 4].map(|()| Effort::within(&mut left_us, plain).unwrap());
        assert_eq!(efforts, [Effort::Best, Effort::Best, Effort::Fast, Effort::Fast]);
        let small = Plain { body: &body[..1_000], content_type: "text/css" };
        assert_eq!(Effort::within(&mut left_us, small), Some(Effort::Best));
    }

    #[test]
    fn many_bodies_keep_their_order() {
        let texts: Vec<String> = (100..140).map(|at| at.to_string().repeat(200)).collect();
        let plain: Vec<_> =
            texts.iter().map(|text| Plain { body: text.as_bytes(), content_type: "text/plain" }).collect();
        let encoded = compress(&plain);
        for (text, encoded) in texts.iter().zip(&encoded) {
            let (encoding, body) = encoded.iter().next().unwrap();
            assert_eq!(decode(encoding, body), text.as_bytes());
        }
        assert_eq!(compress(&plain), encoded);
    }
}
