//! Reads one item of a sale.

use std::collections::BTreeSet;

use doorbuster_allocator_core::ItemDefinition;
use doorbuster_config::{Field, Table};
use doorbuster_proto::SkuCode;
use serde_json::{Map, Value};

use super::demand::{Demand, Known};
use super::price::{is_price, shown};
use super::sale::quantity;
use super::{ItemPresentation, Picture, SUPPLY_MAX, placement};

/// "Few left" begins here where the file does not say.
const FEW_LEFT_DEFAULT: u64 = 5;
const DESCRIPTION_CHARS_MAX: usize = 10_000;
const KEYS: [&str; 13] = [
    "sku",
    "name",
    "summary",
    "price",
    "supply",
    "budget",
    "limit",
    "few_left",
    "edges",
    "place",
    "picture",
    "picture_alt",
    "description",
];

/// What the rest of the bundle says, as far as it could be read.
pub(super) struct ItemContext<'a> {
    pub(super) sale_limit: Option<u64>,
    pub(super) currency: Option<&'a str>,
    pub(super) pictures: Option<&'a Map<String, Value>>,
    pub(super) known: Option<Known<'a>>,
}

/// Every field is read before any `?` ends the reading: all faults are found in one go.
pub(super) fn read_item(
    field: &Field<'_>,
    context: &ItemContext<'_>,
    codes: &mut BTreeSet<SkuCode>,
) -> Option<(ItemDefinition, ItemPresentation)> {
    let item = field.table(&KEYS)?;
    let stock = read_stock(&item, context, codes);
    let shown = read_shown(&item, context);
    let (definition, shown) = (stock?, shown?);
    let presentation = ItemPresentation {
        sku: definition.sku.clone(),
        name: definition.name.clone(),
        limit: definition.limit.get(),
        edges: definition.edges.clone(),
        summary: shown.summary,
        paragraphs: shown.paragraphs,
        price: shown.price,
        picture: shown.picture,
        picture_alt: shown.picture_alt,
    };
    Some((definition, presentation))
}

fn read_stock(item: &Table<'_>, context: &ItemContext<'_>, codes: &mut BTreeSet<SkuCode>) -> Option<ItemDefinition> {
    let sku = item.required("sku", "1 to 64 of a-z, 0-9 and '-'").and_then(|field| read_code(&field, codes));
    let name = item.required("name", "a name").and_then(|field| field.line(1..=120));
    let supply = item.required("supply", "units to sell").and_then(|field| field.number(1..=SUPPLY_MAX));
    let budget = item.optional("budget").map_or(Some(0), |field| field.number(0..=SUPPLY_MAX));
    let most = context.sale_limit.unwrap_or(u64::MAX);
    let limit = item.optional("limit").map_or(context.sale_limit, |field| field.number(1..=most));
    let few_left = item.optional("few_left").map_or(Some(FEW_LEFT_DEFAULT), |field| field.number(0..=SUPPLY_MAX));
    let demand = context.known.as_ref().map(|known| Demand::of(known, sku.as_ref(), supply));
    let edges = placement::read(item, demand.as_ref())?.edges();
    Some(ItemDefinition {
        sku: sku?,
        name: name?,
        supply: quantity(supply?),
        budget: quantity(budget?),
        limit: quantity(limit?),
        few_left: quantity(few_left?),
        weights: demand.and_then(|demand| demand.weights_on(edges.as_deref())),
        edges,
    })
}

fn read_code(field: &Field<'_>, codes: &mut BTreeSet<SkuCode>) -> Option<SkuCode> {
    let code: SkuCode = field.id()?;
    if !codes.insert(code.clone()) {
        field.wrong("a code that no other item has");
        return None;
    }
    Some(code)
}

struct Shown {
    summary: String,
    paragraphs: Vec<String>,
    price: String,
    picture: Picture,
    picture_alt: String,
}

fn read_shown(item: &Table<'_>, context: &ItemContext<'_>) -> Option<Shown> {
    let summary = item.required("summary", "one line about the item").and_then(|field| field.line(1..=300));
    let price = item.required("price", "a price such as \"129.00\"").and_then(|field| read_price(&field));
    let picture = item.required("picture", "a picture").and_then(|field| read_picture(&field, context.pictures));
    let picture_alt = item.required("picture_alt", "the picture in words").and_then(|field| field.line(1..=300));
    let paragraphs = item.required("description", "a description").and_then(|field| read_paragraphs(&field));
    Some(Shown {
        summary: summary?,
        paragraphs: paragraphs?,
        price: shown(&price?, context.currency?),
        picture: picture?,
        picture_alt: picture_alt?,
    })
}

fn read_price(field: &Field<'_>) -> Option<String> {
    let text = field.text()?;
    if !is_price(text) {
        field.wrong("a price such as \"129.00\"");
        return None;
    }
    Some(text.to_owned())
}

fn read_picture(field: &Field<'_>, pictures: Option<&Map<String, Value>>) -> Option<Picture> {
    let name = field.text()?;
    let Some(content) = pictures?.get(name).and_then(Value::as_str) else {
        field.wrong("a picture in the bundle");
        return None;
    };
    Picture::from_base64(content).map_err(|(expected, found)| field.wrong_as(expected, found)).ok()
}

/// An empty line ends a paragraph; a line's end within one is a space.
fn read_paragraphs(field: &Field<'_>) -> Option<Vec<String>> {
    let text = field.text()?.replace("\r\n", "\n");
    let unfit = |c: char| c.is_control() && c != '\n';
    if text.trim().is_empty() || text.chars().count() > DESCRIPTION_CHARS_MAX || text.chars().any(unfit) {
        field
            .wrong(format!("paragraphs of 1 to {DESCRIPTION_CHARS_MAX} characters in all, without control characters"));
        return None;
    }
    let paragraph = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    Some(text.split("\n\n").map(paragraph).filter(|text| !text.is_empty()).collect())
}
