//! The site of one edge: every file that it serves or fills in.

use bytes::Bytes;
use doorbuster_proto::{Availability, SiteVersion, wire};

/// The most files that one message's counter can tell, and far more than a site has.
const FILES_MAX: usize = 100_000;

/// Everything that one edge serves, at one version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Site {
    /// The commit that published it.
    pub version: SiteVersion,
    /// Its files.
    pub files: Vec<SiteFile>,
}

/// A page, an asset, a template or the catalogue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SiteFile {
    /// A URL path, or a template's name.
    pub path: String,
    /// What it is.
    pub kind: wire::FileKind,
    /// The word that this variant of a page shows.
    pub availability: Option<Availability>,
    /// Its media type.
    pub content_type: &'static str,
    /// Its content; one copy for all edges that have the same.
    pub body: Bytes,
}

pub(super) const HTML: &str = "text/html; charset=utf-8";

impl SiteFile {
    pub(super) fn page(path: String, availability: Option<Availability>, body: String) -> Self {
        Self { path, kind: wire::FileKind::Page, availability, content_type: HTML, body: body.into() }
    }

    pub(super) fn asset(path: String, content_type: &'static str, body: Bytes) -> Self {
        Self { path, kind: wire::FileKind::Asset, availability: None, content_type, body }
    }

    pub(super) fn template(name: String, text: String) -> Self {
        Self { path: name, kind: wire::FileKind::Template, availability: None, content_type: HTML, body: text.into() }
    }

    pub(super) fn catalogue(json: Vec<u8>) -> Self {
        Self {
            path: "catalogue.json".into(),
            kind: wire::FileKind::Catalogue,
            availability: None,
            content_type: "application/json",
            body: json.into(),
        }
    }
}

impl Site {
    /// The n-th file as a message.
    pub fn message(&self, n: usize) -> Option<wire::SiteFile> {
        let file = self.files.get(n)?;
        assert!(self.files.len() <= FILES_MAX, "a site has at most {FILES_MAX} files");
        Some(wire::SiteFile {
            site: self.version.0,
            path: file.path.clone(),
            kind: file.kind.into(),
            availability: file.availability.map(|word| word.to_string()).unwrap_or_default(),
            content_type: file.content_type.to_owned(),
            body: file.body.to_vec(),
            files: u32::try_from(self.files.len()).expect("checked above"),
        })
    }
}

/// The media type that a file's name tells.
pub(crate) fn content_type(name: &str) -> &'static str {
    match name.rsplit('.').next().unwrap_or_default() {
        "html" => HTML,
        "css" => "text/css; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "json" | "map" => "application/json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "webp" => "image/webp",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

/// Eight hexadecimal digits that change with the content.
pub(super) fn hashed<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> String {
    let mut hash = blake3::Hasher::new();
    for part in parts {
        hash.update(&(part.len() as u64).to_le_bytes());
        hash.update(part);
    }
    hash.finalize().to_hex()[..8].to_owned()
}
