//! One picture: its kind by its content, its size, and whether it is safe to serve.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

use super::svg;

/// The most bytes of an SVG picture.
pub(super) const SVG_BYTES_MAX: usize = 64 << 10;
/// The most bytes of a PNG, JPEG or WebP picture.
pub(super) const RASTER_BYTES_MAX: usize = 512 << 10;

/// What a picture must be, in words for a fault.
pub(super) const EXPECTED: &str = "an SVG picture of at most 64 KiB, or a PNG, JPEG or WebP picture of at most 512 KiB";

/// The kind of a picture, by its content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Kind {
    Svg,
    Png,
    Jpeg,
    Webp,
}

/// A picture that is safe to serve.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Picture {
    kind: Kind,
    #[serde(with = "as_base64")]
    bytes: Vec<u8>,
}

impl Picture {
    /// Takes bytes as a picture.
    ///
    /// # Errors
    /// What was expected, and what was found.
    pub fn new(bytes: Vec<u8>) -> Result<Self, (&'static str, String)> {
        let kind = kind_of(&bytes);
        let most = if kind == Kind::Svg { SVG_BYTES_MAX } else { RASTER_BYTES_MAX };
        if bytes.len() > most {
            return Err((EXPECTED, format!("{} bytes", bytes.len())));
        }
        if kind == Kind::Svg {
            svg::check(&bytes).map_err(|found| (svg::EXPECTED, found))?;
        }
        Ok(Self { kind, bytes })
    }

    /// Takes base64 as a picture.
    ///
    /// # Errors
    /// What was expected, and what was found.
    pub fn from_base64(text: &str) -> Result<Self, (&'static str, String)> {
        let bytes = STANDARD.decode(text).map_err(|error| ("base64", error.to_string()))?;
        Self::new(bytes)
    }

    /// Its content.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The end of its name.
    pub fn extension(&self) -> &'static str {
        match self.kind {
            Kind::Svg => "svg",
            Kind::Png => "png",
            Kind::Jpeg => "jpg",
            Kind::Webp => "webp",
        }
    }
}

/// What does not begin like a raster picture is judged as SVG.
fn kind_of(bytes: &[u8]) -> Kind {
    if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
        Kind::Png
    } else if bytes.starts_with(&[0xff, 0xd8, 0xff]) {
        Kind::Jpeg
    } else if bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP") {
        Kind::Webp
    } else {
        Kind::Svg
    }
}

mod as_base64 {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(bytes: &[u8], to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&STANDARD.encode(bytes))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<u8>, D::Error> {
        STANDARD.decode(String::deserialize(from)?).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_content_tells_the_kind() {
        let png = Picture::new(b"\x89PNG\r\n\x1a\n....".to_vec()).unwrap();
        assert_eq!(png.extension(), "png");
        assert_eq!(Picture::new(b"<svg/>".to_vec()).unwrap().extension(), "svg");
        assert_eq!(Picture::new(b"GIF89a".to_vec()).unwrap_err().0, svg::EXPECTED);
    }

    #[test]
    fn a_picture_has_a_size() {
        let svg = format!("<svg><text>{}</text></svg>", "a".repeat(SVG_BYTES_MAX));
        assert_eq!(Picture::new(svg.into_bytes()).unwrap_err(), (EXPECTED, "65560 bytes".into()));
        let mut jpeg = vec![0xff, 0xd8, 0xff];
        jpeg.resize(RASTER_BYTES_MAX, 0);
        assert!(Picture::new(jpeg.clone()).is_ok());
        jpeg.push(0);
        assert!(Picture::new(jpeg).is_err());
    }
}
