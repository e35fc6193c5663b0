//! The shop's templates and assets, embedded in the binary.

use std::collections::BTreeMap;

use bytes::Bytes;
use rust_embed::RustEmbed;

use super::site::{HTML, SiteFile, content_type, hashed};

#[derive(RustEmbed)]
#[folder = "../static/shop"]
struct Files;

/// What pages are made of, apart from the sales.
pub(super) struct Shop {
    /// Template texts by name: `layout.html`.
    pub(super) templates: BTreeMap<String, String>,
    /// The assets as they are served.
    pub(super) assets: Vec<SiteFile>,
    /// Where an asset is served, by its name: `shop.css` → `/assets/1f2e3d4c/shop.css`.
    pub(super) urls: BTreeMap<String, String>,
}

impl Shop {
    pub(super) fn embedded() -> Self {
        let mut names: Vec<String> = Files::iter().map(String::from).collect();
        names.sort();
        let files = names.into_iter().filter_map(|name| Files::get(&name).map(|file| (name, file.data.into_owned())));
        Self::of(files)
    }

    /// Assets share one folder, named by the hash of them all, so that modules and style sheets find each other by
    /// relative paths, and a change of any of them is a change of every address.
    fn of(files: impl Iterator<Item = (String, Vec<u8>)>) -> Self {
        let (assets, pages): (Vec<_>, Vec<_>) = files.partition(|(name, _)| name.starts_with("assets/"));
        let folder = hashed(assets.iter().flat_map(|(name, body)| [name.as_bytes(), body]));
        let mut shop = Self { templates: BTreeMap::new(), assets: Vec::new(), urls: BTreeMap::new() };
        for (name, body) in assets {
            let name = name.trim_start_matches("assets/");
            let path = format!("/assets/{folder}/{name}");
            shop.urls.insert(name.to_owned(), path.clone());
            shop.assets.push(SiteFile::asset(path, content_type(name), Bytes::from(body)));
        }
        for (name, body) in pages.into_iter().filter(|(name, _)| content_type(name) == HTML && !name.contains('/')) {
            shop.templates.insert(name, String::from_utf8_lossy(&body).into_owned());
        }
        shop
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_change_moves_every_asset() {
        let files = |css: &str| {
            let css = ("assets/shop.css".to_owned(), css.as_bytes().to_vec());
            let module = ("assets/shop.js".to_owned(), b"import './more.js'".to_vec());
            Shop::of([css, module].into_iter())
        };
        let (one, other) = (files("a{}"), files("b{}"));
        assert_ne!(one.urls["shop.js"], other.urls["shop.js"]);
        let folder = |url: &str| url.rsplit_once('/').unwrap().0.to_owned();
        assert_eq!(folder(&one.urls["shop.js"]), folder(&one.urls["shop.css"]));
        assert_eq!(one.assets[0].content_type, "text/css; charset=utf-8");
    }
}
