//! What the templates need to know of each item, and where the assets are.

use std::collections::BTreeMap;
use std::sync::Arc;

use doorbuster_proto::{SaleId, Sku, SkuCode};
use serde::Deserialize;

/// The site's catalogue, as the allocator writes it.
#[derive(Debug, Clone, Default)]
pub struct Catalogue {
    assets: Arc<BTreeMap<String, String>>,
    titles: BTreeMap<SaleId, String>,
    items: BTreeMap<Sku, CatalogueItem>,
}

/// One item, as pages show it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct CatalogueItem {
    /// The sale that sells it.
    pub sale: SaleId,
    /// Its code there.
    pub sku: SkuCode,
    /// Its name.
    pub name: String,
    /// Its price, written out.
    pub price: String,
    /// The path of its picture.
    pub picture: String,
    /// What the picture shows, in words.
    pub picture_alt: String,
}

#[derive(Deserialize)]
struct Written {
    assets: BTreeMap<String, String>,
    sales: Vec<WrittenSale>,
    items: Vec<CatalogueItem>,
}

#[derive(Deserialize)]
struct WrittenSale {
    id: SaleId,
    title: String,
}

impl Catalogue {
    /// Reads `catalogue.json`.
    pub(super) fn parse(json: &[u8]) -> Result<Self, serde_json::Error> {
        let written: Written = serde_json::from_slice(json)?;
        let key = |item: &CatalogueItem| Sku { sale: item.sale.clone(), code: item.sku.clone() };
        Ok(Self {
            assets: Arc::new(written.assets),
            titles: written.sales.into_iter().map(|sale| (sale.id, sale.title)).collect(),
            items: written.items.into_iter().map(|item| (key(&item), item)).collect(),
        })
    }

    /// Each asset's name and path.
    pub(super) fn assets(&self) -> Arc<BTreeMap<String, String>> {
        Arc::clone(&self.assets)
    }

    /// A sale's title; its id where the catalogue has none.
    pub fn title<'a>(&'a self, sale: &'a SaleId) -> &'a str {
        self.titles.get(sale).map_or(sale.as_str(), String::as_str)
    }

    /// An item; a plain one where the catalogue has none, so that an old order can still be shown.
    pub fn item(&self, sku: &Sku) -> CatalogueItem {
        self.items.get(sku).cloned().unwrap_or_else(|| CatalogueItem {
            sale: sku.sale.clone(),
            sku: sku.code.clone(),
            name: sku.code.to_string(),
            price: String::new(),
            picture: String::new(),
            picture_alt: String::new(),
        })
    }
}
