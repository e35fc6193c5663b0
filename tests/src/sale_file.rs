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
    /// Start and end where they are fixed, as the file spells them.
    between: Option<(String, String)>,
    expect_like: Option<String>,
    expect_by: Option<&'static str>,
}

struct Item {
    sku: String,
    supply: i64,
    limit: i64,
    place: Option<toml::Table>,
    budget: i64,
}

impl SaleFile {
    /// A sale that starts at once and lasts five minutes: no credit, one unit per shopper.
    pub fn new(sale: &str) -> Self {
        Self {
            sale: sale.to_owned(),
            starts_in_s: 0,
            lasts_s: 300,
            limit: 1,
            credit: 0,
            items: Vec::new(),
            between: None,
            expect_like: None,
            expect_by: None,
        }
    }

    /// Sells `supply` units of one more item, at most `limit` to a shopper.
    #[must_use]
    pub fn item(mut self, sku: &str, supply: i64, limit: i64) -> Self {
        self.items.push(Item { sku: sku.to_owned(), supply, limit, budget: 0, place: None });
        self
    }

    /// Places the item that was added last by these rules.
    #[must_use]
    pub fn placed(mut self, rules: toml::Table) -> Self {
        self.items.last_mut().expect("an item was added").place = Some(rules);
        self
    }

    /// Lets so many more units of the item that was added last be sold than there are.
    #[must_use]
    pub fn budget(mut self, budget: i64) -> Self {
        self.items.last_mut().expect("an item was added").budget = budget;
        self
    }

    /// Fixes start and end, whenever it is published: times such as "2026-11-27T09:00:00Z".
    #[must_use]
    pub fn between(mut self, starts_at: &str, ends_at: &str) -> Self {
        self.between = Some((starts_at.to_owned(), ends_at.to_owned()));
        self
    }

    /// Expects the demand of another sale.
    #[must_use]
    pub fn expect_like(mut self, sale: &str) -> Self {
        self.expect_like = Some(sale.to_owned());
        self
    }

    /// Expects demand by page views.
    #[must_use]
    pub fn expect_by_page_views(mut self) -> Self {
        self.expect_by = Some("page-views");
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
        let Self { sale, starts_in_s, lasts_s, limit, credit, items, between, expect_like, expect_by } = self;
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
        if let (Some((starts_at, ends_at)), Some(head)) = (between, table["sale"].as_table_mut()) {
            head.retain(|key, _| key != "starts_in_s" && key != "lasts_s");
            head.insert("starts_at".into(), starts_at.as_str().into());
            head.insert("ends_at".into(), ends_at.as_str().into());
        }
        if let (Some(other), Some(head)) = (expect_like, table["sale"].as_table_mut()) {
            head.insert("expect_like".into(), other.as_str().into());
        }
        if let (Some(what), Some(head)) = (expect_by, table["sale"].as_table_mut()) {
            head.insert("expect_by".into(), (*what).into());
        }
        table.insert("items".into(), items.iter().map(item_table).collect::<Vec<_>>().into());
        table
    }
}

fn item_table(Item { sku, supply, limit, budget, place }: &Item) -> toml::Value {
    let (sku, supply, limit, budget) = (sku.as_str(), *supply, *limit, *budget);
    let name = format!("The {sku}");
    let mut table = toml! {
        sku = sku
        name = name
        summary = "One of a kind, many times over."
        price = "19.00"
        supply = supply
        budget = budget
        limit = limit
        picture = "picture.svg"
        picture_alt = "A red disc on sand"
        description = "Made for a test.\n\nIt has two paragraphs."
    };
    table.extend(place.iter().map(|rules| ("place".to_owned(), rules.clone().into())));
    table.into()
}
