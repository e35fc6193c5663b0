//! Which edges sell an item: listed, or by rules over what the configuration says of each edge, and by the demand that is
//! expected there.

use std::collections::{BTreeMap, BTreeSet};

use doorbuster_config::{Field, Table};
use doorbuster_proto::EdgeId;

use super::SUPPLY_MAX;
use super::demand::Demand;
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
    /// Where so many units of it are expected to be sold: what an edge's pages and moves must be worth.
    least_units: Option<u64>,
    /// On so many of them, the busiest first.
    at_most: Option<usize>,
}

impl Rule {
    fn fits(&self, edge: &EdgeTraits) -> bool {
        let in_region =
            self.regions.as_ref().is_none_or(|regions| edge.region.as_ref().is_some_and(|r| regions.contains(r)));
        in_region && self.tags.iter().all(|tag| edge.tags.contains(tag))
    }

    fn edges(&self, demand: &Demand<'_>) -> Vec<EdgeId> {
        let mut fit = demand.busiest(|edge| self.fits(edge));
        demand.leave_out_below(self.least_units.unwrap_or_default(), &mut fit);
        fit.truncate(self.at_most.unwrap_or(usize::MAX));
        let mut edges: Vec<_> = fit.into_iter().map(|(id, _)| id.clone()).collect();
        edges.sort();
        edges
    }
}

/// Reads which edges sell the item. Where the edges are not known, rules are checked in their shape alone.
pub(super) fn read(item: &Table<'_>, demand: Option<&Demand<'_>>) -> Option<Placement> {
    let place = item.optional("place");
    let placed = place.as_ref().map(|field| read_place(field, demand));
    let listed = item.optional("edges").map(|field| read_edges(&field, demand.map(Demand::edges)));
    match (listed, placed) {
        (None, None) => Some(Placement::Everywhere),
        (Some(edges), None) | (None, Some(edges)) => edges.map(Placement::On),
        (Some(_), Some(_)) => {
            place?.wrong_as("either this or edges", "both");
            None
        }
    }
}

fn read_place(field: &Field<'_>, demand: Option<&Demand<'_>>) -> Option<Vec<EdgeId>> {
    let table = field.table(&["regions", "tags", "least_units", "at_most"])?;
    let regions = table.optional("regions").map_or(Some(None), |field| field.each(1..=EDGES_MAX, label).map(Some));
    let tags = table.optional("tags").map_or(Some(Vec::new()), |field| field.each(1..=TAGS_MAX, label));
    let least = table.optional("least_units").map_or(Some(None), |field| field.number(1..=SUPPLY_MAX).map(Some));
    let at_most = table.optional("at_most").map_or(Some(None), |field| field.number(1..=EDGES_MAX as u64).map(Some));
    let at_most = at_most?.map(|most| usize::try_from(most).expect("it was read in a range of few"));
    let rule = Rule { regions: regions?, tags: tags?, least_units: least?, at_most };
    let Some(demand) = demand else { return Some(Vec::new()) };
    let edges = rule.edges(demand);
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
mod tests;
