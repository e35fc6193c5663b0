//! Rules over five edges, and which of them they name.

use doorbuster_allocator_core::DemandByEdge;
use doorbuster_config::Faults;
use doorbuster_proto::{SkuCode, Units};
use serde_json::{Value, json};

use super::*;
use crate::publish::Known;

fn edges() -> Edges {
    let edge = |id: &str, weight, region: &str, tags: &[&str]| {
        let region = Some(region.to_owned()).filter(|region| !region.is_empty());
        let tags = tags.iter().map(|tag| (*tag).to_owned()).collect();
        (id.parse().unwrap(), EdgeTraits { weight, region, tags })
    };
    Edges::from([
        edge("ams", 2, "eu", &["fast", "large"]),
        edge("fra", 5, "eu", &["fast"]),
        edge("lis", 2, "eu", &[]),
        edge("nyc", 9, "us", &["fast"]),
        edge("old", 1, "", &["large"]),
    ])
}

/// Mugs sold where their edges weigh little; of other items of the sale, a few in New York.
fn sold() -> DemandByEdge {
    let item = |code: &str, sold: &[(&str, u64)]| {
        let sold = sold.iter().map(|(edge, units)| (edge.parse().unwrap(), Units::new(*units).unwrap()));
        (code.parse::<SkuCode>().unwrap(), sold.collect())
    };
    let mugs = [("lis", 60), ("old", 30), ("ams", 8), ("gone", 900)];
    DemandByEdge::from_iter([item("mug", &mugs), item("pan", &[("nyc", 99), ("lis", 1)]), item("pot", &[])])
}

fn placed(item: &Value, demand: Option<&Demand<'_>>) -> Result<Option<Vec<String>>, Vec<String>> {
    let faults = Faults::default();
    let table = Field::document(item, &faults).table(&["edges", "place"]).unwrap();
    let names = |edges: Vec<EdgeId>| edges.iter().map(ToString::to_string).collect();
    let read = read(&table, demand).map(|placement| placement.edges().map(names));
    faults.or(read).map_err(|faults| faults.iter().map(ToString::to_string).collect())
}

/// Where a hundred units are placed that are expected to sell as the edges are configured.
fn by(rule: &Value) -> Vec<String> {
    let edges = edges();
    let demand = Demand::of(&Known { edges: &edges, sold: None, starts_at: None }, None, Some(100));
    placed(&json!({ "place": rule }), Some(&demand)).unwrap().unwrap()
}

/// Where a hundred units of an item are placed that are expected to sell as in the other sale.
fn by_sold(code: &str, edges: &Edges, rule: &Value) -> Vec<String> {
    let sold = sold();
    let demand =
        Demand::of(&Known { edges, sold: Some(&sold), starts_at: None }, Some(&code.parse().unwrap()), Some(100));
    placed(&json!({ "place": rule }), Some(&demand)).unwrap().unwrap()
}

#[test]
fn an_item_is_placed_where_every_rule_fits() {
    assert_eq!(by(&json!({ "regions": ["eu"] })), ["ams", "fra", "lis"]);
    assert_eq!(by(&json!({ "regions": ["eu", "us"], "tags": ["fast"] })), ["ams", "fra", "nyc"]);
    assert_eq!(by(&json!({ "tags": ["fast", "large"] })), ["ams"]);
    assert_eq!(by(&json!({ "tags": ["large"] })), ["ams", "old"]);
    assert_eq!(by(&json!({})).len(), 5);
}

#[test]
fn at_most_so_many_are_the_heaviest_and_then_by_name() {
    assert_eq!(by(&json!({ "at_most": 2 })), ["fra", "nyc"]);
    assert_eq!(by(&json!({ "regions": ["eu"], "at_most": 2 })), ["ams", "fra"]);
}

#[test]
fn an_edge_that_is_expected_to_sell_too_few_units_is_left_out_and_the_others_get_its_part() {
    // Of a hundred units by weights of 9, 5, 2, 2 and 1: 47, 26, 10, 10 and 5.
    assert_eq!(by(&json!({ "least_units": 5 })), ["ams", "fra", "lis", "nyc", "old"]);
    assert_eq!(by(&json!({ "least_units": 6 })), ["ams", "fra", "lis", "nyc"]);
    // Without the last and one of ten units, the other has twelve.
    assert_eq!(by(&json!({ "least_units": 12 })), ["ams", "fra", "nyc"]);
    assert_eq!(by(&json!({ "least_units": 13 })), ["fra", "nyc"]);
    assert_eq!(by(&json!({ "least_units": 35 })), ["fra", "nyc"]);
    assert_eq!(by(&json!({ "least_units": 36 })), ["nyc"]);
}

#[test]
fn the_busiest_edge_stays_however_little_it_is_expected_to_sell() {
    assert_eq!(by(&json!({ "least_units": 1_000_000 })), ["nyc"]);
    assert_eq!(by(&json!({ "least_units": 1_000_000, "regions": ["eu"] })), ["fra"]);
    let idle: Edges = edges().into_iter().map(|(id, edge)| (id, EdgeTraits { weight: 0, ..edge })).collect();
    assert_eq!(by_sold("mug", &idle, &json!({ "least_units": 1 })), ["ams"]);
}

#[test]
fn demand_goes_with_the_other_rules() {
    assert_eq!(by(&json!({ "least_units": 12, "tags": ["fast"] })), ["ams", "fra", "nyc"]);
    assert_eq!(by(&json!({ "least_units": 13, "tags": ["large"] })), ["ams", "old"]);
    assert_eq!(by(&json!({ "least_units": 6, "at_most": 1 })), ["nyc"]);
}

#[test]
fn demand_is_that_of_the_other_sale_where_the_file_names_one() {
    let edges = edges();
    assert_eq!(by_sold("mug", &edges, &json!({ "at_most": 2 })), ["lis", "old"]);
    assert_eq!(by_sold("mug", &edges, &json!({ "least_units": 10 })), ["lis", "old"]);
    // Parts of 60, 30 and 8 units; and where nothing was sold, of one.
    assert_eq!(by_sold("mug", &edges, &json!({ "least_units": 8 })), ["ams", "lis", "old"]);
    assert_eq!(by_sold("mug", &edges, &json!({ "least_units": 1 })), ["ams", "fra", "lis", "nyc", "old"]);
    // What did not sell there is expected where the whole sale sold.
    for other in ["pot", "new"] {
        assert_eq!(by_sold(other, &edges, &json!({ "at_most": 2 })), ["lis", "nyc"], "{other}");
    }
}

#[test]
fn an_edge_that_is_configured_to_weigh_nothing_is_left_out_whatever_it_sold() {
    let mut edges = edges();
    edges.get_mut(&"lis".parse::<EdgeId>().unwrap()).unwrap().weight = 0;
    assert_eq!(by_sold("mug", &edges, &json!({ "least_units": 10 })), ["ams", "old"]);
}

#[test]
fn the_ledger_keeps_the_weights_of_the_edges_that_sell_the_item() {
    let (edges, sold) = (edges(), sold());
    let of =
        |sold| Demand::of(&Known { edges: &edges, sold, starts_at: None }, Some(&"mug".parse().unwrap()), Some(100));
    let kept = |placed: Option<&[EdgeId]>| {
        let weights = of(Some(&sold)).weights_on(placed).unwrap();
        weights.iter().map(|(edge, weight)| format!("{edge} {weight}")).collect::<Vec<_>>()
    };
    assert_eq!(kept(Some(&["ams".parse().unwrap(), "fra".parse().unwrap()])), ["ams 8"]);
    assert_eq!(kept(None), ["ams 8", "lis 60", "old 30"], "an edge that is gone is not kept");
    assert_eq!(of(None).weights_on(None), None, "as configured");
}

#[test]
fn rules_that_no_edge_fits_are_refused() {
    let edges = edges();
    let demand = Demand::of(&Known { edges: &edges, sold: None, starts_at: None }, None, Some(100));
    let refused = |item: Value| placed(&item, Some(&demand)).unwrap_err().join("; ");
    assert_eq!(
        refused(json!({ "place": { "regions": ["asia"] } })),
        "place: expected rules that an edge of the allocator's configuration fits, found none that does"
    );
    assert_eq!(
        refused(json!({ "place": { "at_most": 1 }, "edges": ["ams"] })),
        "place: expected either this or edges, found both"
    );
    assert!(refused(json!({ "place": { "at_most": 0 } })).starts_with("place.at_most: expected a whole number"));
    assert!(
        refused(json!({ "place": { "least_units": 0 } })).starts_with("place.least_units: expected a whole number")
    );
    assert!(refused(json!({ "place": { "regions": [] } })).starts_with("place.regions: expected 1 to "));
    assert!(refused(json!({ "place": { "tags": ["Fast"] } })).starts_with("place.tags[0]: expected 1 to 64 of"));
}

#[test]
fn where_the_edges_are_not_known_the_shape_is_checked() {
    assert!(placed(&json!({ "place": { "regions": ["asia"], "least_units": 20 } }), None).is_ok());
    assert!(placed(&json!({ "place": { "colour": "red" } }), None).is_err());
    assert_eq!(placed(&json!({}), None), Ok(None));
}
