//! One version of the site: every page in each of its variants, every asset, the templates and the catalogue.

use std::collections::{BTreeMap, HashMap};

use bytes::Bytes;
use doorbuster_proto::{Availability, SiteVersion, wire};
use http::HeaderMap;

use super::fields;
use super::prepared::Prepared;
use super::{Catalogue, Draft, Error, Resource, Templates};

/// The templates that every site has.
const TEMPLATES: [&str; 5] = ["order.html", "orders.html", "answer.html", "login.html", "error.html"];

/// One version of the site. Never changes once built.
#[derive(Debug)]
pub struct Site {
    version: SiteVersion,
    pages: HashMap<String, Page>,
    assets: HashMap<String, Resource>,
    templates: Templates,
    catalogue: Catalogue,
}

#[derive(Debug, Default)]
struct Page {
    /// The one variant of a page that does not differ.
    always: Option<Resource>,
    variants: BTreeMap<Availability, Resource>,
}

#[derive(Default)]
struct Parts {
    pages: HashMap<String, Page>,
    assets: HashMap<String, Resource>,
    templates: BTreeMap<String, String>,
    catalogue: Option<Catalogue>,
}

impl Site {
    /// Puts a site together from its files.
    ///
    /// # Errors
    /// [`Error`] when a file is malformed or there twice, or something that every site has is missing.
    pub(super) fn build(version: SiteVersion, mut files: Vec<Prepared>) -> Result<Self, Error> {
        // A page announces the assets that it needs, so they are taken first.
        files.sort_by_key(|prepared| prepared.file.kind() == wire::FileKind::Page);
        let mut parts = Parts::default();
        for file in files {
            parts.take(file)?;
        }
        let catalogue = parts.catalogue.ok_or(Error::Missing("a catalogue"))?;
        let templates = Templates::build(parts.templates, catalogue.assets())?;
        if let Some(missing) = TEMPLATES.into_iter().find(|name| !templates.has(name)) {
            return Err(Error::Missing(missing));
        }
        if !parts.pages.contains_key("/") {
            return Err(Error::Missing("a page at /"));
        }
        Ok(Self { version, pages: parts.pages, assets: parts.assets, templates, catalogue })
    }

    /// Its version.
    pub fn version(&self) -> SiteVersion {
        self.version
    }

    /// The page at a path, where it does not differ by availability.
    pub fn page(&self, path: &str) -> Option<&Resource> {
        self.pages.get(path)?.always.as_ref()
    }

    /// The page at a path, as it looks at this availability.
    pub fn variant(&self, path: &str, word: Availability) -> Option<&Resource> {
        let page = self.pages.get(path)?;
        page.variants.get(&word).or(page.always.as_ref())
    }

    /// The asset at a path.
    pub fn asset(&self, path: &str) -> Option<&Resource> {
        self.assets.get(path)
    }

    /// What is served in a file's place.
    pub(super) fn served(&self, file: &wire::SiteFile) -> Option<&Resource> {
        match (file.kind(), Availability::parse(&file.availability)) {
            (wire::FileKind::Asset, _) => self.asset(&file.path),
            (wire::FileKind::Page, None) => self.page(&file.path),
            (wire::FileKind::Page, Some(word)) => self.pages.get(&file.path)?.variants.get(&word),
            _ => None,
        }
    }

    /// What the edge fills in for one shopper.
    pub fn templates(&self) -> &Templates {
        &self.templates
    }

    /// What the templates need to know of each item.
    pub fn catalogue(&self) -> &Catalogue {
        &self.catalogue
    }
}

impl Parts {
    fn take(&mut self, prepared: Prepared) -> Result<(), Error> {
        let file = &prepared.file;
        match file.kind() {
            wire::FileKind::Page => self.take_page(prepared),
            wire::FileKind::Asset => self.take_asset(prepared),
            wire::FileKind::Template => self.take_template(prepared.file),
            wire::FileKind::Catalogue => self.take_catalogue(file),
            wire::FileKind::Unspecified => Err(bad(&file.path, "a known kind of file", &file.kind.to_string())),
        }
    }

    fn take_page(&mut self, prepared: Prepared) -> Result<(), Error> {
        let file = &prepared.file;
        check_path(&file.path)?;
        let path = file.path.clone();
        let word = match file.availability.as_str() {
            "" => None,
            text => Some(Availability::parse(text).ok_or_else(|| bad(&path, "an availability word", text))?),
        };
        let fields =
            fields::of_page(&path, &String::from_utf8_lossy(&file.body), |path| self.assets.contains_key(path));
        let resource = resource(prepared, fields)?;
        let page = self.pages.entry(path.clone()).or_default();
        let before = match word {
            None => page.always.replace(resource),
            Some(word) => page.variants.insert(word, resource),
        };
        once(&path, before.is_none())
    }

    fn take_asset(&mut self, prepared: Prepared) -> Result<(), Error> {
        let file = &prepared.file;
        check_path(&file.path)?;
        let path = file.path.clone();
        let fields = fields::of_asset(&file.content_type);
        let before = self.assets.insert(path.clone(), resource(prepared, fields)?);
        once(&path, before.is_none())
    }

    fn take_template(&mut self, file: wire::SiteFile) -> Result<(), Error> {
        let source = String::from_utf8(file.body).map_err(|_| bad(&file.path, "UTF-8", "other bytes"))?;
        let before = self.templates.insert(file.path.clone(), source);
        once(&file.path, before.is_none())
    }

    fn take_catalogue(&mut self, file: &wire::SiteFile) -> Result<(), Error> {
        let before = self.catalogue.replace(Catalogue::parse(&file.body).map_err(Error::Catalogue)?);
        once(&file.path, before.is_none())
    }
}

fn resource(prepared: Prepared, fields: HeaderMap) -> Result<Resource, Error> {
    let Prepared { file, encoded, last_modified_s } = prepared;
    let (body, content_type) = (Bytes::from(file.body), file.content_type.as_str());
    let draft = Draft { body, encoded, content_type, last_modified_s, fields };
    Resource::new(draft).ok_or_else(|| bad(&file.path, "a content type", content_type))
}

fn check_path(path: &str) -> Result<(), Error> {
    if path.starts_with('/') { Ok(()) } else { Err(bad(path, "a path that begins with '/'", path)) }
}

fn once(path: &str, first: bool) -> Result<(), Error> {
    if first { Ok(()) } else { Err(bad(path, "each file once", "a second one")) }
}

fn bad(path: &str, expected: &'static str, found: &str) -> Error {
    Error::File { path: path.to_owned(), expected, found: found.chars().take(80).collect() }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::pages::prepared::prepare;
    use doorbuster_http_core::encoding::Encoding;
    use doorbuster_proto::Timestamp;
    use minijinja::context;
    use wire::FileKind::{Asset, Catalogue, Page, Template};

    pub(crate) fn file(path: &str, kind: wire::FileKind, word: &str, what: &str, body: &str) -> wire::SiteFile {
        wire::SiteFile {
            site: 1,
            path: path.into(),
            kind: kind.into(),
            availability: word.into(),
            content_type: what.into(),
            body: body.into(),
            files: 0,
        }
    }

    const CATALOGUE: &str = r#"{"assets":{"shop.css":"/assets/shop.ab12.css"},"sales":[{"id":"s","title":"Sale"}],
        "items":[{"sale":"s","sku":"mug","name":"Mug","price":"EUR 24.00","picture":"/assets/mug.1.svg",
        "picture_alt":"A mug","limit":2}]}"#;

    pub(crate) fn files() -> Vec<wire::SiteFile> {
        let mut files = vec![
            file("/", Page, "", "text/html", "front"),
            file("/assets/shop.ab12.css", Asset, "", "text/css", "a{}"),
            file("catalogue.json", Catalogue, "", "application/json", CATALOGUE),
        ];
        files.extend(Availability::ALL.map(|word| file("/p/mug", Page, word.as_str(), "text/html", word.as_str())));
        files
            .extend(TEMPLATES.map(|name| file(name, Template, "", "text/html", "{{ asset('shop.css') }} {{ title }}")));
        files
    }

    fn build(files: Vec<wire::SiteFile>) -> Result<Site, Error> {
        Site::build(SiteVersion(1), prepare(files, None, Timestamp(0)))
    }

    fn site() -> Site {
        build(files()).unwrap()
    }

    #[test]
    fn a_product_page_has_one_variant_for_each_word() {
        let site = site();
        for word in Availability::ALL {
            let page = site.variant("/p/mug", word).unwrap();
            assert_eq!(page.representation(Encoding::Identity).body, word.as_str());
        }
        assert!(site.page("/p/mug").is_none());
        let etag = |word| site.variant("/p/mug", word).unwrap().representation(Encoding::Identity).etag.clone();
        assert_ne!(etag(Availability::Available), etag(Availability::SoldOut));
    }

    #[test]
    fn a_template_escapes_and_knows_the_assets() {
        let text = site().templates().render("error.html", context! { title => "<b>" }).unwrap();
        assert_eq!(text, "/assets/shop.ab12.css &lt;b&gt;");
    }

    #[test]
    fn a_template_that_misses_a_value_is_an_error() {
        assert!(site().templates().render("error.html", context! {}).is_err());
        assert!(site().templates().render("other.html", context! {}).is_err());
    }

    #[test]
    fn a_site_without_what_every_site_has_is_refused() {
        for missing in ["/", "catalogue.json", "order.html"] {
            let files = files().into_iter().filter(|file| file.path != missing).collect();
            assert!(build(files).is_err(), "{missing}");
        }
    }

    #[test]
    fn a_file_that_comes_twice_is_refused() {
        for twice in files() {
            let mut files = files();
            files.push(twice.clone());
            assert!(build(files).is_err(), "{}", twice.path);
        }
    }

    #[test]
    fn an_item_that_the_catalogue_forgot_is_shown_by_its_code() {
        let sku = |code: &str| doorbuster_proto::Sku { sale: "s".parse().unwrap(), code: code.parse().unwrap() };
        assert_eq!(site().catalogue().item(&sku("mug")).name, "Mug");
        assert_eq!(site().catalogue().item(&sku("jug")).name, "jug");
    }
}
