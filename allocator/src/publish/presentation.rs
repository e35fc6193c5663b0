//! What shoppers see of a sale: texts, prices, pictures, and which edges show it.

use doorbuster_proto::{EdgeId, SaleId, SkuCode, Timestamp};
use serde::{Deserialize, Serialize};

use super::Picture;

/// A sale as it is shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Presentation {
    /// Which sale.
    pub id: SaleId,
    /// Its title.
    pub title: String,
    /// A line below the title.
    pub tagline: String,
    /// First moment at which it sells.
    pub starts_at: Timestamp,
    /// First moment at which it sells no more.
    pub ends_at: Timestamp,
    /// Units per shopper.
    pub limit: u64,
    /// ISO 4217.
    pub currency: String,
    /// The items, in the order of the file.
    pub items: Vec<ItemPresentation>,
}

/// An item as it is shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ItemPresentation {
    /// Its code.
    pub sku: SkuCode,
    /// Its name.
    pub name: String,
    /// One line about it.
    pub summary: String,
    /// Its description.
    pub paragraphs: Vec<String>,
    /// The price, with the currency's sign.
    pub price: String,
    /// Units of it per shopper.
    pub limit: u64,
    /// What it looks like.
    pub picture: Picture,
    /// The same in words.
    pub picture_alt: String,
    /// The edges that sell it; all where it is `None`.
    pub edges: Option<Vec<EdgeId>>,
}

impl ItemPresentation {
    /// Whether this edge sells it.
    pub fn is_placed_on(&self, edge: &EdgeId) -> bool {
        self.edges.as_ref().is_none_or(|edges| edges.contains(edge))
    }
}
