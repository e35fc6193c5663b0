//! Which edges sell an item: listed, or by rules over what the configuration says of each edge.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use doorbuster_config::{Field, Table};
use doorbuster_proto::EdgeId;

use crate::config::EDGES_MAX;

/// The most tags of an edge, and of a rule.
pub(crate) const TAGS_MAX: usize = 64;
const LABEL_CHARS_MAX: usize = 64;

/// What an edge has that items are placed by.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EdgeTraits {
    /// Its part of the demand that is expected.
    pub weight: u32,
    /// Where it is.
    pub region: Option<String>,
    /// What else is said of it.
    pub tags: BTreeSet<String>,
}

/// Every edge that there is.
pub type Edges = BTreeMap<EdgeId, EdgeTraits>;

/// Which edges sell an item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Placement {
    Everywhere,
    On(Vec<EdgeId>),
}

impl Placement {
    /// As the ledger has it: none for all.
    pub(super) fn edges(self) -> Option<Vec<EdgeId>> {
        match self {
            Self::Everywhere => None,
            Self::On(edges) => Some(edges),
        }
    }
}

/// Where an item is sold; a rule that is left out holds everywhere.
#[derive(Debug, Default, PartialEq, Eq)]
struct Rule {
    /// In one of these regions.
    regions: Option<Vec<String>>,
    /// On edges that have all of these tags.
    tags: Vec<String>,
    /// On so many of them, the heaviest first.
    at_most: Option<usize>,
}

impl Rule {
    fn fits(&self, edge: &EdgeTraits) -> bool {
        let in_region =
            self.regions.as_ref().is_none_or(|regions| edge.region.as_ref().is_some_and(|r| regions.contains(r)));
        in_region && self.tags.iter().all(|tag| edge.tags.contains(tag))
    }

    fn edges(&self, known: &Edges) -> Vec<EdgeId> {
        let mut fit: Vec<_> = known.iter().filter(|(_, edge)| self.fits(edge)).collect();
        fit.sort_by_key(|(id, edge)| (Reverse(edge.weight), *id));
        fit.truncate(self.at_most.unwrap_or(usize::MAX));
        let mut edges: Vec<_> = fit.into_iter().map(|(id, _)| id.clone()).collect();
        edges.sort();
        edges
    }
}

/// Reads which edges sell the item. Where the edges are not known, rules are checked in their shape alone.
pub(super) fn read(item: &Table<'_>, known: Option<&Edges>) -> Option<Placement> {
    let place = item.optional("place");
    let placed = place.as_ref().map(|field| read_place(field, known));
    let listed = item.optional("edges").map(|field| read_edges(&field, known));
    match (listed, placed) {
        (None, None) => Some(Placement::Everywhere),
        (Some(edges), None) | (None, Some(edges)) => edges.map(Placement::On),
        (Some(_), Some(_)) => {
            place?.wrong_as("either this or edges", "both");
            None
        }
    }
}

fn read_place(field: &Field<'_>, known: Option<&Edges>) -> Option<Vec<EdgeId>> {
    let table = field.table(&["regions", "tags", "at_most"])?;
    let regions = table.optional("regions").map_or(Some(None), |field| field.each(1..=EDGES_MAX, label).map(Some));
    let tags = table.optional("tags").map_or(Some(Vec::new()), |field| field.each(1..=TAGS_MAX, label));
    let at_most = table.optional("at_most").map_or(Some(None), |field| field.number(1..=EDGES_MAX as u64).map(Some));
    let at_most = at_most?.map(|most| usize::try_from(most).expect("it was read in a range of few"));
    let rule = Rule { regions: regions?, tags: tags?, at_most };
    let Some(known) = known else { return Some(Vec::new()) };
    let edges = rule.edges(known);
    if edges.is_empty() {
        field.wrong_as("rules that an edge of the allocator's configuration fits", "none that does");
        return None;
    }
    Some(edges)
}

/// A region's or a tag's name.
pub(crate) fn label(field: &Field<'_>) -> Option<String> {
    let text = field.text()?;
    let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    if text.is_empty() || text.len() > LABEL_CHARS_MAX || !text.bytes().all(is_plain) {
        field.wrong(format!("1 to {LABEL_CHARS_MAX} of a-z, 0-9 and '-'"));
        return None;
    }
    Some(text.to_owned())
}

fn read_edges(field: &Field<'_>, known: Option<&Edges>) -> Option<Vec<EdgeId>> {
    let mut edges = field.each(1..=EDGES_MAX, |entry| read_edge(entry, known))?;
    edges.sort();
    edges.dedup();
    Some(edges)
}

fn read_edge(entry: &Field<'_>, known: Option<&Edges>) -> Option<EdgeId> {
    let edge = entry.id()?;
    match known {
        Some(known) if !known.contains_key(&edge) => {
            let names: Vec<&str> = known.keys().map(EdgeId::as_str).collect();
            entry.wrong(format!("one of {}", names.join(", ")));
            None
        }
        _ => Some(edge),
    }
}

#[cfg(test)]
mod tests {
    use doorbuster_config::Faults;
    use serde_json::{Value, json};

    use super::*;

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

    fn placed(item: &Value, known: Option<&Edges>) -> Result<Option<Vec<String>>, Vec<String>> {
        let faults = Faults::default();
        let table = Field::document(item, &faults).table(&["edges", "place"]).unwrap();
        let names = |edges: Vec<EdgeId>| edges.iter().map(ToString::to_string).collect();
        let read = read(&table, known).map(|placement| placement.edges().map(names));
        faults.or(read).map_err(|faults| faults.iter().map(ToString::to_string).collect())
    }

    fn by(rule: &Value) -> Vec<String> {
        placed(&json!({ "place": rule }), Some(&edges())).unwrap().unwrap()
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
    fn rules_that_no_edge_fits_are_refused() {
        let refused = |item: Value| placed(&item, Some(&edges())).unwrap_err().join("; ");
        assert_eq!(
            refused(json!({ "place": { "regions": ["asia"] } })),
            "place: expected rules that an edge of the allocator's configuration fits, found none that does"
        );
        assert_eq!(
            refused(json!({ "place": { "at_most": 1 }, "edges": ["ams"] })),
            "place: expected either this or edges, found both"
        );
        assert!(refused(json!({ "place": { "at_most": 0 } })).starts_with("place.at_most: expected a whole number"));
        assert!(refused(json!({ "place": { "regions": [] } })).starts_with("place.regions: expected 1 to "));
        assert!(refused(json!({ "place": { "tags": ["Fast"] } })).starts_with("place.tags[0]: expected 1 to 64 of"));
    }

    #[test]
    fn where_the_edges_are_not_known_the_shape_is_checked() {
        assert!(placed(&json!({ "place": { "regions": ["asia"] } }), None).is_ok());
        assert!(placed(&json!({ "place": { "colour": "red" } }), None).is_err());
        assert_eq!(placed(&json!({}), None), Ok(None));
    }
}
