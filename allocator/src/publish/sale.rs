//! Reads the sale out of a bundle; notes everything that is wrong with it.

use std::collections::BTreeSet;

use doorbuster_allocator_core::{DemandByEdge, ItemDefinition, SaleDefinition};
use doorbuster_config::{Fault, Faults, Field, Table};
use doorbuster_proto::{SaleId, Timestamp, Units};
use serde_json::{Map, Value};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::item::{ItemContext, read_item};
use super::price::is_currency;
use super::{ITEMS_MAX, ItemPresentation, Known, Presentation};

const LIMIT_MAX: u64 = 1_000_000;
const YEAR_S: u64 = 366 * 24 * 60 * 60;
/// What `expect_by` may say.
const PAGE_VIEWS: &str = "page-views";
const SALE_KEYS: [&str; 12] = [
    "id",
    "title",
    "tagline",
    "starts_in_s",
    "starts_at",
    "lasts_s",
    "ends_at",
    "limit",
    "credit",
    "currency",
    "expect_like",
    "expect_by",
];

/// A sale that is ready to be published: what the ledger needs of it, and what shoppers see of it.
#[derive(Debug, Clone)]
pub struct Draft {
    /// For the ledger.
    pub definition: SaleDefinition,
    /// For the pages.
    pub presentation: Presentation,
}

/// Checks a bundle at `now`. Placement and expected demand are checked against what is known, where something is.
///
/// # Errors
/// Every fault of the bundle.
pub fn read(bundle: &Value, now: Timestamp, known: Option<Known<'_>>) -> Result<Draft, Vec<Fault>> {
    let faults = Faults::default();
    let draft = read_bundle(&Field::document(bundle, &faults), now, known);
    faults.or(draft)
}

/// The sale of a bundle, if its id is one.
pub fn sale_id(bundle: &Value) -> Option<SaleId> {
    bundle["sale"]["id"].as_str()?.parse().ok()
}

struct Head {
    id: SaleId,
    title: String,
    tagline: String,
    starts_at: Timestamp,
    ends_at: Timestamp,
    limit: u64,
    credit: u64,
    currency: String,
    by_page_views: bool,
}

impl Head {
    fn draft(self, items: Vec<ItemDefinition>, shown: Vec<ItemPresentation>) -> Draft {
        let definition = SaleDefinition {
            id: self.id.clone(),
            title: self.title.clone(),
            starts_at: self.starts_at,
            ends_at: self.ends_at,
            limit: quantity(self.limit),
            credit: quantity(self.credit),
            by_page_views: self.by_page_views,
            items,
        };
        let presentation = Presentation {
            id: self.id,
            title: self.title,
            tagline: self.tagline,
            starts_at: self.starts_at,
            ends_at: self.ends_at,
            limit: self.limit,
            currency: self.currency,
            items: shown,
        };
        Draft { definition, presentation }
    }
}

/// A number that was read in a range far below the most units that there can be.
pub(super) fn quantity(number: u64) -> Units {
    Units::new(number).expect("every number of a sale is read in a range below the most units")
}

/// Every part is read before any `?` ends the reading: all faults are found in one go.
fn read_bundle(document: &Field<'_>, now: Timestamp, known: Option<Known<'_>>) -> Option<Draft> {
    let top = document.table(&["sale", "items", "pictures"])?;
    let sale = top.required("sale", "a [sale] table").and_then(|field| field.table(&SALE_KEYS));
    let limit = sale.as_ref().and_then(|sale| sale.required("limit", "units per shopper")?.number(1..=LIMIT_MAX));
    let currency = sale.as_ref().and_then(read_currency);
    let pictures: Option<&Map<String, Value>> =
        top.required("pictures", "a table of pictures").and_then(|field| field.map());
    let expected = sale.as_ref().map_or(Some(()), |sale| read_expected(sale, known.as_ref()));
    let context = ItemContext { sale_limit: limit, currency: currency.as_deref(), pictures, known };
    let started = known.and_then(|known| known.starts_at);
    let head = sale.as_ref().and_then(|sale| read_head(sale, now, started, limit, currency.clone()));
    let items = top.required("items", "one [[items]] or more").and_then(|field| read_items(&field, &context));
    let (definitions, presentations) = items?.into_iter().unzip();
    expected?;
    Some(head?.draft(definitions, presentations))
}

fn read_items(field: &Field<'_>, context: &ItemContext<'_>) -> Option<Vec<(ItemDefinition, ItemPresentation)>> {
    let mut codes = BTreeSet::new();
    let items: Vec<_> = field.list(1..=ITEMS_MAX)?.iter().map(|field| read_item(field, context, &mut codes)).collect();
    items.into_iter().collect()
}

/// Whether the sale whose demand is expected, where one is named, can say something.
fn read_expected(sale: &Table<'_>, known: Option<&Known<'_>>) -> Option<()> {
    let Some(field) = sale.optional("expect_like") else { return Some(()) };
    let _: SaleId = field.id()?;
    if known.is_some_and(|known| known.sold.is_none_or(DemandByEdge::is_empty)) {
        field.wrong("a sale that has sold something");
        return None;
    }
    Some(())
}

/// Whether the sale expects demand by page views.
fn read_expected_by(sale: &Table<'_>) -> Option<bool> {
    let Some(field) = sale.optional("expect_by") else { return Some(false) };
    if field.text()? != PAGE_VIEWS {
        field.wrong("\"page-views\"");
        return None;
    }
    Some(true)
}

fn read_currency(sale: &Table<'_>) -> Option<String> {
    let expected = "three capital letters such as \"EUR\"";
    let field = sale.required("currency", expected)?;
    let text = field.text()?;
    if !is_currency(text) {
        field.wrong(expected);
        return None;
    }
    Some(text.to_owned())
}

fn read_head(
    sale: &Table<'_>,
    now: Timestamp,
    known: Option<Timestamp>,
    limit: Option<u64>,
    currency: Option<String>,
) -> Option<Head> {
    let id = sale.required("id", "1 to 64 of a-z, 0-9 and '-'").and_then(|field| field.id());
    let title = sale.required("title", "a title").and_then(|field| field.line(1..=120));
    let tagline = sale.required("tagline", "a line below the title").and_then(|field| field.line(1..=300));
    let starts_at = sale.either("starts_in_s", "starts_at").and_then(|field| starts_at(&field, now, known));
    let ends_at = sale.either("lasts_s", "ends_at").and_then(|field| ends_at(&field, starts_at, now));
    let credit = sale.optional("credit").map_or(Some(0), |field| field.number(0..=LIMIT_MAX));
    let by_page_views = read_expected_by(sale);
    Some(Head {
        id: id?,
        title: title?,
        tagline: tagline?,
        starts_at: starts_at?,
        ends_at: ends_at?,
        limit: limit?,
        credit: credit?,
        currency: currency?,
        by_page_views: by_page_views?,
    })
}

/// Seconds count from the sale's first publishing: a start that is known stays as it is.
fn starts_at(field: &Field<'_>, now: Timestamp, known: Option<Timestamp>) -> Option<Timestamp> {
    if field.path().ends_with("_s") {
        let seconds = field.number(0..=YEAR_S)?;
        return Some(known.unwrap_or_else(|| now.after_ms(seconds * 1_000)));
    }
    let at = moment(field)?;
    if at.since_ms(now) > YEAR_S * 1_000 {
        field.wrong("a time within a year");
        return None;
    }
    Some(at)
}

/// Where the start itself is wrong, only what does not depend on it is checked.
fn ends_at(field: &Field<'_>, starts_at: Option<Timestamp>, now: Timestamp) -> Option<Timestamp> {
    if field.path().ends_with("_s") {
        let seconds = field.number(1..=YEAR_S)?;
        let ends_at = starts_at?.after_ms(seconds * 1_000);
        if ends_at <= now {
            field.wrong("a sale that ends after now");
            return None;
        }
        return Some(ends_at);
    }
    let at = moment(field)?;
    let least = starts_at.map_or(now, |starts_at| starts_at.max(now));
    if at <= least || at.since_ms(least) > YEAR_S * 1_000 {
        field.wrong("a time after the sale's start and after now, within a year");
        return None;
    }
    Some(at)
}

fn moment(field: &Field<'_>) -> Option<Timestamp> {
    let expected = "a time such as \"2026-11-27T09:00:00Z\"";
    let moment = OffsetDateTime::parse(field.text()?, &Rfc3339).ok();
    let ms = moment.and_then(|at| u64::try_from(at.unix_timestamp_nanos() / 1_000_000).ok());
    if ms.is_none() {
        field.wrong(expected);
    }
    ms.map(Timestamp)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::{EdgeTraits, Edges};
    use super::*;

    const NOW: Timestamp = Timestamp(1_000_000);

    fn bundle() -> Value {
        json!({
            "sale": {
                "id": "first-light", "title": "First Light", "tagline": "Twelve good things", "starts_in_s": 15,
                "lasts_s": 600, "limit": 4, "currency": "EUR",
            },
            "items": [{
                "sku": "kettle", "name": "Kettle", "summary": "It boils.", "price": "129.00", "supply": 240,
                "picture": "kettle.svg", "picture_alt": "A kettle", "description": "First.\n\nSecond\nline.\n",
            }],
            "pictures": { "kettle.svg": "PHN2Zy8+" },
        })
    }

    fn faults(bundle: &Value) -> Vec<String> {
        let edges = Edges::from([("edge-1".parse().unwrap(), EdgeTraits::default())]);
        read(bundle, NOW, Some(Known { edges: &edges, sold: None, starts_at: None }))
            .unwrap_err()
            .iter()
            .map(ToString::to_string)
            .collect()
    }

    #[test]
    fn a_right_bundle_is_a_draft() {
        let draft = read(&bundle(), NOW, None).unwrap();
        assert_eq!(draft.definition.starts_at, NOW.after_ms(15_000));
        assert_eq!(draft.definition.ends_at, NOW.after_ms(615_000));
        assert_eq!(draft.definition.items[0].limit.get(), 4);
        let item = &draft.presentation.items[0];
        assert_eq!(item.price, "€129.00");
        assert_eq!(item.paragraphs, ["First.", "Second line."]);
    }

    #[test]
    fn a_start_that_is_known_stays_as_it_is_and_the_end_counts_from_it() {
        let edges = Edges::from([("edge-1".parse().unwrap(), EdgeTraits::default())]);
        let known = Some(Known { edges: &edges, sold: None, starts_at: Some(Timestamp(900_000)) });
        let mut bundle = bundle();
        let window = |bundle: &Value| {
            let definition = read(bundle, NOW, known).unwrap().definition;
            (definition.starts_at.0, definition.ends_at.0)
        };
        assert_eq!(window(&bundle), (900_000, 1_500_000));
        bundle["sale"]["lasts_s"] = 700.into();
        assert_eq!(window(&bundle), (900_000, 1_600_000));
        bundle["sale"].as_object_mut().unwrap().remove("starts_in_s");
        bundle["sale"]["starts_at"] = "1970-01-01T00:20:00Z".into();
        assert_eq!(window(&bundle), (1_200_000, 1_900_000), "a time that is told is meant");
    }

    #[test]
    fn the_demand_that_is_expected_is_that_of_a_sale_that_has_sold_something() {
        let mut bundle = bundle();
        bundle["sale"]["expect_like"] = "spring-sale".into();
        assert!(read(&bundle, NOW, None).is_ok(), "only the allocator knows what was sold");
        let refused = "sale.expect_like: expected a sale that has sold something, found \"spring-sale\"";
        assert_eq!(faults(&bundle), [refused]);
        let edges = Edges::from([("edge-1".parse().unwrap(), EdgeTraits { weight: 1, ..EdgeTraits::default() })]);
        let told =
            |sold: &DemandByEdge| read(&bundle, NOW, Some(Known { edges: &edges, sold: Some(sold), starts_at: None }));
        assert_eq!(told(&DemandByEdge::default()).unwrap_err()[0].to_string(), refused);
        let kettles = [("edge-1".parse().unwrap(), quantity(7))].into_iter().collect();
        let sold = DemandByEdge::from_iter([("kettle".parse().unwrap(), kettles)]);
        let weights = told(&sold).unwrap().definition.items[0].weights.clone().unwrap();
        assert_eq!(weights.of(&"edge-1".parse().unwrap(), 1), 7);
        bundle["sale"]["expect_like"] = "Spring Sale".into();
        assert!(faults(&bundle)[0].starts_with("sale.expect_like: expected 1 to 64"));
    }

    #[test]
    fn demand_is_expected_by_page_views_or_not() {
        let mut bundle = bundle();
        assert!(!read(&bundle, NOW, None).unwrap().definition.by_page_views);
        bundle["sale"]["expect_by"] = "page-views".into();
        assert!(read(&bundle, NOW, None).unwrap().definition.by_page_views);
        bundle["sale"]["expect_by"] = "stars".into();
        assert_eq!(faults(&bundle), ["sale.expect_by: expected \"page-views\", found \"stars\""]);
    }

    #[test]
    fn every_fault_is_told_at_once() {
        let mut bundle = bundle();
        let sale = bundle["sale"].as_object_mut().unwrap();
        sale.insert("ends_at".into(), "2026-11-27T09:00:00Z".into());
        sale.insert("currency".into(), "euro".into());
        sale.insert("colour".into(), "red".into());
        sale.remove("title");
        let mut second = bundle["items"][0].clone();
        let item = second.as_object_mut().unwrap();
        item.insert("supply".into(), 0.into());
        item.insert("limit".into(), 5.into());
        item.insert("price".into(), 129.into());
        item.insert("picture".into(), "none.svg".into());
        item.insert("edges".into(), json!(["edge-9"]));
        item.insert("name".into(), "x".repeat(200).into());
        bundle["items"].as_array_mut().unwrap().push(second);
        let found = faults(&bundle);
        for expected in [
            "sale.colour: expected no such field",
            "sale.title: expected a title, found nothing",
            "sale.lasts_s: expected either this or ends_at, found both",
            "sale.currency: expected three capital letters such as \"EUR\", found \"euro\"",
            "items[1].sku: expected a code that no other item has, found \"kettle\"",
            "items[1].name: expected one line of 1 to 120 characters, without outer spaces, found 200 characters",
            "items[1].price: expected a text, found 129",
            "items[1].supply: expected a whole number from 1 to 100000000, found 0",
            "items[1].limit: expected a whole number from 1 to 4, found 5",
            "items[1].edges[0]: expected one of edge-1, found \"edge-9\"",
            "items[1].picture: expected a picture in the bundle, found \"none.svg\"",
        ] {
            assert!(found.iter().any(|fault| fault.starts_with(expected)), "{expected} in {found:#?}");
        }
        assert_eq!(found.len(), 11, "{found:#?}");
    }

    #[test]
    fn a_sale_ends_after_its_start_and_after_now() {
        let mut bundle = bundle();
        let sale = bundle["sale"].as_object_mut().unwrap();
        sale.remove("lasts_s");
        sale.insert("ends_at".into(), "1970-01-01T00:00:01Z".into());
        assert!(faults(&bundle)[0].starts_with("sale.ends_at: expected a time after the sale's start"));
    }

    #[test]
    fn what_is_no_bundle_is_told_so() {
        assert_eq!(faults(&json!([])), ["(document): expected a table, found a list of 0"]);
        assert_eq!(faults(&json!({})).len(), 3);
    }
}
