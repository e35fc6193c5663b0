//! What the templates are told: the shapes of `sale`, `item` and the catalogue.

use doorbuster_proto::{Availability, EdgeId, Timestamp};
use serde::Serialize;
use serde_json::{Value, json};

use super::site::hashed;
use super::{ItemPresentation, Presentation};

/// A sale, as an edge shows it.
#[derive(Debug, Clone, Serialize)]
pub(super) struct SaleView<'a> {
    id: &'a str,
    title: &'a str,
    tagline: &'a str,
    starts_at_ms: u64,
    ends_at_ms: u64,
    starts_at: String,
    ends_at: String,
    limit: u64,
    currency: &'a str,
    pub(super) items: Vec<ItemView<'a>>,
}

/// An item, as an edge shows it.
#[derive(Debug, Clone, Serialize)]
pub(super) struct ItemView<'a> {
    pub(super) sku: &'a str,
    name: &'a str,
    summary: &'a str,
    paragraphs: &'a [String],
    price: &'a str,
    picture: String,
    picture_alt: &'a str,
    limit: u64,
    availability: &'static str,
}

impl<'a> SaleView<'a> {
    /// The sale with the items that the edge sells; `None` where it sells none.
    pub(super) fn of(sale: &'a Presentation, edge: &EdgeId, now: Timestamp) -> Option<Self> {
        let word = word_at(sale, now);
        let placed = sale.items.iter().filter(|item| item.is_placed_on(edge));
        let items: Vec<_> = placed.map(|item| ItemView::of(item, word)).collect();
        (!items.is_empty()).then(|| Self {
            id: sale.id.as_str(),
            title: &sale.title,
            tagline: &sale.tagline,
            starts_at_ms: sale.starts_at.0,
            ends_at_ms: sale.ends_at.0,
            starts_at: sale.starts_at.whole_second().rfc3339(),
            ends_at: sale.ends_at.whole_second().rfc3339(),
            limit: sale.limit,
            currency: &sale.currency,
            items,
        })
    }

    /// The sale as the catalogue has it.
    pub(super) fn catalogued(&self) -> Value {
        json!({ "id": self.id, "title": self.title })
    }

    /// Its items as the catalogue has them.
    pub(super) fn catalogued_items(&self) -> impl Iterator<Item = Value> {
        self.items.iter().map(|item| {
            json!({
                "sale": self.id, "sku": item.sku, "name": item.name, "price": item.price, "picture": item.picture,
                "picture_alt": item.picture_alt, "limit": item.limit,
            })
        })
    }

    /// Up to four other items: those after this one, around the end.
    pub(super) fn more(&self, n: usize) -> Vec<&ItemView<'a>> {
        const MORE_MAX: usize = 4;
        let count = self.items.len();
        (1..count).take(MORE_MAX).map(|step| &self.items[(n + step) % count]).collect()
    }
}

impl<'a> ItemView<'a> {
    fn of(item: &'a ItemPresentation, word: Availability) -> Self {
        Self {
            sku: item.sku.as_str(),
            name: &item.name,
            summary: &item.summary,
            paragraphs: &item.paragraphs,
            price: &item.price,
            picture: picture_url(item),
            picture_alt: &item.picture_alt,
            limit: item.limit,
            availability: word.as_str(),
        }
    }
}

/// Where an item's picture is served.
pub(super) fn picture_url(item: &ItemPresentation) -> String {
    let hash = hashed([item.picture.bytes()]);
    format!("/assets/{hash}/{}.{}", item.sku, item.picture.extension())
}

/// The word by the clock alone: a page that has no variants cannot know the stock, and the shop's script corrects it.
fn word_at(sale: &Presentation, now: Timestamp) -> Availability {
    if now < sale.starts_at {
        Availability::NotStarted
    } else if now < sale.ends_at {
        Availability::Available
    } else {
        Availability::Over
    }
}
