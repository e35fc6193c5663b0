//! Renders the site of each edge: pages per availability word, assets, templates, the catalogue.

use std::collections::BTreeMap;
use std::sync::Arc;

use bytes::Bytes;
use doorbuster_proto::{Availability, EdgeId, SiteVersion, Timestamp};
use minijinja::value::Serde;
use minijinja::{Environment, UndefinedBehavior, Value, context};
use serde_json::json;

use super::shop::Shop;
use super::site::content_type;
use super::view::{SaleView, picture_url};
use super::{Presentation, Site, SiteFile};

/// The way from `/` up to the shop's root, and from `/p/{sku}`: edges may share a host, each below a prefix that no page is told.
const ROOT_OF_INDEX: &str = ".";
const ROOT_OF_PRODUCT: &str = "..";

/// Why a site could not be rendered: a template is at fault.
#[derive(Debug, thiserror::Error)]
pub enum RenderError {
    /// A template cannot be read, or asks for what is not there.
    #[error("a template is wrong")]
    Template(#[from] minijinja::Error),
    /// The catalogue cannot be written.
    #[error("the catalogue cannot be written")]
    Catalogue(#[from] serde_json::Error),
}

/// The templates, ready to be filled in.
pub struct Renderer {
    environment: Environment<'static>,
    shop: Shop,
}

impl Renderer {
    /// Reads the embedded templates.
    ///
    /// # Errors
    /// [`RenderError`] where one of them is not well formed.
    pub fn new() -> Result<Self, RenderError> {
        let shop = Shop::embedded();
        let mut environment = Environment::new();
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        let urls = shop.urls.clone();
        environment.add_function("asset", move |name: &str| url_of(&urls, name));
        for (name, text) in &shop.templates {
            environment.add_template_owned(name.clone(), text.clone())?;
        }
        Ok(Self { environment, shop })
    }

    /// Renders what one edge serves.
    ///
    /// # Errors
    /// [`RenderError`] where a template asks for what is not there.
    pub fn render(
        &self,
        edge: &EdgeId,
        version: SiteVersion,
        sales: &[Arc<Presentation>],
        now: Timestamp,
    ) -> Result<Site, RenderError> {
        let views: Vec<SaleView<'_>> = sales.iter().filter_map(|sale| SaleView::of(sale, edge, now)).collect();
        let mut files = self.shop.assets.clone();
        files.extend(pictures(sales, edge));
        files.extend(self.edge_templates());
        files.push(SiteFile::catalogue(self.catalogue(&views)?));
        files.push(self.index(&views)?);
        for sale in &views {
            self.products(sale, &mut files)?;
        }
        Ok(Site { version, files })
    }

    fn index(&self, sales: &[SaleView<'_>]) -> Result<SiteFile, RenderError> {
        let context = context! { root => safe(ROOT_OF_INDEX), sales => Value::from(Serde(sales)) };
        let page = self.environment.get_template("index.html")?.render(context)?;
        Ok(SiteFile::page("/".into(), None, page))
    }

    fn products(&self, sale: &SaleView<'_>, files: &mut Vec<SiteFile>) -> Result<(), RenderError> {
        let template = self.environment.get_template("product.html")?;
        let shown = Value::from(Serde(sale));
        for (n, item) in sale.items.iter().enumerate() {
            let (item_shown, more) = (Value::from(Serde(item)), Value::from(Serde(sale.more(n))));
            let context = context! { root => safe(ROOT_OF_PRODUCT), sale => shown.clone(), item => item_shown, more };
            for word in Availability::ALL {
                let page = template.render(context! { availability => word.as_str(), ..context.clone() })?;
                files.push(SiteFile::page(format!("/p/{}", item.sku), Some(word), page));
            }
        }
        Ok(())
    }

    /// Those that the edge fills in itself, and what they include.
    fn edge_templates(&self) -> impl Iterator<Item = SiteFile> {
        let ours = ["index.html", "product.html"];
        let theirs = self.shop.templates.iter().filter(move |(name, _)| !ours.contains(&name.as_str()));
        theirs.map(|(name, text)| SiteFile::template(name.clone(), text.clone()))
    }

    fn catalogue(&self, sales: &[SaleView<'_>]) -> Result<Vec<u8>, RenderError> {
        let titles: Vec<_> = sales.iter().map(SaleView::catalogued).collect();
        let items: Vec<_> = sales.iter().flat_map(SaleView::catalogued_items).collect();
        Ok(serde_json::to_vec(&json!({ "assets": self.shop.urls, "sales": titles, "items": items }))?)
    }
}

fn url_of(urls: &BTreeMap<String, String>, name: &str) -> Result<Value, minijinja::Error> {
    urls.get(name).map(|url| safe(url)).ok_or_else(|| {
        let expected: Vec<&str> = urls.keys().map(String::as_str).collect();
        let detail = format!("expected an asset of {}, found {name:?}", expected.join(", "));
        minijinja::Error::new(minijinja::ErrorKind::InvalidOperation, detail)
    })
}

/// A path of our own: escaped, its slashes would be entities, which whoever announces a page's files does not read.
fn safe(path: &str) -> Value {
    Value::from_safe_string(path.to_owned())
}

fn pictures<'a>(sales: &'a [Arc<Presentation>], edge: &'a EdgeId) -> impl Iterator<Item = SiteFile> + 'a {
    let items = sales.iter().flat_map(|sale| &sale.items).filter(|item| item.is_placed_on(edge));
    items.map(|item| {
        let body = Bytes::copy_from_slice(item.picture.bytes());
        SiteFile::asset(picture_url(item), content_type(item.picture.extension()), body)
    })
}

#[cfg(test)]
mod tests {
    use doorbuster_proto::wire::FileKind;

    use super::*;
    use crate::publish::{ItemPresentation, Picture};

    fn item(sku: &str, edges: Option<&[&str]>) -> ItemPresentation {
        ItemPresentation {
            sku: sku.parse().unwrap(),
            name: format!("The <{sku}>"),
            summary: "It is good.".into(),
            paragraphs: vec!["One.".into(), "Two & three.".into()],
            price: "€129.00".into(),
            limit: 2,
            picture: Picture::new(b"<svg/>".to_vec()).unwrap(),
            picture_alt: "A picture".into(),
            edges: edges.map(|edges| edges.iter().map(|edge| edge.parse().unwrap()).collect()),
        }
    }

    fn sale() -> Arc<Presentation> {
        Arc::new(Presentation {
            id: "first-light".parse().unwrap(),
            title: "First Light".into(),
            tagline: "Good things".into(),
            starts_at: Timestamp(1_000_000),
            ends_at: Timestamp(2_000_000),
            limit: 4,
            currency: "EUR".into(),
            items: vec![item("kettle", None), item("mug", None), item("lamp", Some(&["edge-2"]))],
        })
    }

    fn rendered(edge: &str, sales: &[Arc<Presentation>]) -> Site {
        let renderer = Renderer::new().unwrap();
        renderer.render(&edge.parse().unwrap(), SiteVersion(7), sales, Timestamp(0)).unwrap()
    }

    fn text<'a>(site: &'a Site, path: &str, word: Option<Availability>) -> &'a str {
        let file = site.files.iter().find(|file| file.path == path && file.availability == word);
        std::str::from_utf8(&file.unwrap_or_else(|| panic!("{path} {word:?}")).body).unwrap()
    }

    #[test]
    fn an_item_has_a_page_for_every_word() {
        let site = rendered("edge-1", &[sale()]);
        for word in Availability::ALL {
            let page = text(&site, "/p/kettle", Some(word));
            assert!(page.contains(&format!("data-state=\"{word}\"")), "{word}");
            assert!(
                page.contains("The &lt;kettle&gt;") && page.contains("€129.00") && page.contains("Two &amp; three.")
            );
        }
    }

    #[test]
    fn an_edge_shows_what_is_placed_on_it() {
        let shows = |edge| rendered(edge, &[sale()]).files.iter().any(|file| file.path == "/p/lamp");
        assert!(!shows("edge-1"));
        assert!(shows("edge-2"));
        assert!(!text(&rendered("edge-1", &[sale()]), "/", None).contains("lamp"));
    }

    #[test]
    fn without_a_sale_there_is_still_a_shop() {
        let site = rendered("edge-1", &[]);
        assert!(text(&site, "/", None).contains("<!doctype html>"));
        let catalogue: serde_json::Value = serde_json::from_str(text(&site, "catalogue.json", None)).unwrap();
        assert_eq!(catalogue["items"], json!([]));
        assert!(catalogue["assets"]["shop.css"].as_str().unwrap().starts_with("/assets/"));
        for name in ["layout.html", "order.html", "orders.html", "answer.html", "login.html", "error.html"] {
            assert!(site.files.iter().any(|file| file.path == name && file.kind == FileKind::Template), "{name}");
        }
    }

    #[test]
    fn every_address_on_a_page_is_below_the_shops_root() {
        let site = rendered("edge-2", &[sale()]);
        for page in site.files.iter().filter(|file| file.kind == FileKind::Page) {
            let body = std::str::from_utf8(&page.body).unwrap().replace("&#x2f;", "/");
            let root = if page.path == "/" { "./" } else { "../" };
            let mut assets = 0;
            for attribute in ["href=\"", "src=\"", "action=\""] {
                for rest in body.split(attribute).skip(1) {
                    let address = rest.split('"').next().unwrap();
                    let below = address.strip_prefix(root);
                    assert!(below.is_some_and(|path| !path.starts_with(['/', '.'])) || address == "#main", "{address}");
                    let Some(path) = below.filter(|path| path.starts_with("assets/")) else { continue };
                    assert!(site.files.iter().any(|file| file.path == format!("/{path}")), "{path} on {}", page.path);
                    assets += 1;
                }
            }
            assert!(assets > 10, "{assets} assets on {}", page.path);
        }
    }

    #[test]
    fn no_template_that_an_edge_fills_in_names_a_path_of_the_host() {
        let site = rendered("edge-1", &[sale()]);
        let templates: Vec<_> = site.files.iter().filter(|file| file.kind == FileKind::Template).collect();
        assert!(templates.len() > 5);
        for file in templates {
            let text = std::str::from_utf8(&file.body).unwrap();
            for absolute in ["href=\"/", "src=\"/", "action=\"/", "=\"{{ asset(", "=\"{{ order.picture }}"] {
                assert!(!text.contains(absolute), "{absolute} in {}", file.path);
            }
        }
    }

    #[test]
    fn a_file_tells_how_many_there_are() {
        let site = rendered("edge-1", &[sale()]);
        let message = site.message(0).unwrap();
        assert_eq!((message.site, message.files as usize), (7, site.files.len()));
        assert_eq!(site.message(site.files.len()), None);
    }
}
