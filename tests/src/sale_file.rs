//! Sale files for tests: as many items as asked for, one drawn picture.

use std::fs;
use std::path::{Path, PathBuf};

use toml::toml;

const PICTURE: &str = r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 800 600"><rect width="800" height="600" fill="#e9dfce"/><circle cx="400" cy="300" r="180" fill="#9c4a2f"/></svg>"##;

/// A sale file in the making.
pub struct SaleFile {
    sale: String,
    starts_in_s: i64,
    lasts_s: i64,
    limit: i64,
    credit: i64,
    items: Vec<Item>,
}

struct Item {
    sku: String,
    supply: i64,
    limit: i64,
    place: Option<toml::Table>,
}

impl SaleFile {
    /// A sale that starts at once and lasts five minutes: no credit, one unit per shopper.
    pub fn new(sale: &str) -> Self {
        Self { sale: sale.to_owned(), starts_in_s: 0, lasts_s: 300, limit: 1, credit: 0, items: Vec::new() }
    }

    /// Sells `supply` units of one more item, at most `limit` to a shopper.
    #[must_use]
    pub fn item(mut self, sku: &str, supply: i64, limit: i64) -> Self {
        self.items.push(Item { sku: sku.to_owned(), supply, limit, place: None });
        self
    }

    /// Places the item that was added last by these rules.
    #[must_use]
    pub fn placed(mut self, rules: toml::Table) -> Self {
        self.items.last_mut().expect("an item was added").place = Some(rules);
        self
    }

    /// Sets when it starts after it was published, and how long it lasts, in seconds.
    #[must_use]
    pub fn window_s(mut self, starts_in_s: i64, lasts_s: i64) -> Self {
        (self.starts_in_s, self.lasts_s) = (starts_in_s, lasts_s);
        self
    }

    /// Sets the units per shopper over the whole sale.
    #[must_use]
    pub fn limit(mut self, limit: i64) -> Self {
        self.limit = limit;
        self
    }

    /// Sets the credit W.
    #[must_use]
    pub fn credit(mut self, credit: i64) -> Self {
        self.credit = credit;
        self
    }

    /// Writes the file and its picture into `folder`.
    ///
    /// # Errors
    /// The disk refused.
    pub fn write(&self, folder: &Path) -> anyhow::Result<PathBuf> {
        fs::create_dir_all(folder)?;
        fs::write(folder.join("picture.svg"), PICTURE)?;
        let path = folder.join(format!("{}.toml", self.sale));
        fs::write(&path, self.table().to_string())?;
        Ok(path)
    }

    fn table(&self) -> toml::Table {
        let Self { sale, starts_in_s, lasts_s, limit, credit, items } = self;
        let (sale, starts_in_s, lasts_s) = (sale.as_str(), *starts_in_s, *lasts_s);
        let (limit, credit) = (*limit, *credit);
        let mut table = toml! {
            [sale]
            id = sale
            title = "A test sale"
            tagline = "Sold to see whether the books hold."
            starts_in_s = starts_in_s
            lasts_s = lasts_s
            limit = limit
            credit = credit
            currency = "EUR"
        };
        table.insert("items".into(), items.iter().map(item_table).collect::<Vec<_>>().into());
        table
    }
}

fn item_table(Item { sku, supply, limit, place }: &Item) -> toml::Value {
    let (sku, supply, limit) = (sku.as_str(), *supply, *limit);
    let name = format!("The {sku}");
    let mut table = toml! {
        sku = sku
        name = name
        summary = "One of a kind, many times over."
        price = "19.00"
        supply = supply
        limit = limit
        picture = "picture.svg"
        picture_alt = "A red disc on sand"
        description = "Made for a test.\n\nIt has two paragraphs."
    };
    table.extend(place.iter().map(|rules| ("place".to_owned(), rules.clone().into())));
    table.into()
}
