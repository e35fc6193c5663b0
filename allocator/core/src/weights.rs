//! What edges weigh against each other, where an item does not go by the configuration.

use std::collections::BTreeMap;

use doorbuster_proto::{EdgeId, Units};

use crate::WEIGHT_MAX;

/// What an edge weighs of which nothing is known: a new edge is not shut out.
const UNKNOWN: u32 = 1;

/// Each edge's part of the demand that is expected, against the others'. An edge that is not named weighs one.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Weights(BTreeMap<EdgeId, u32>);

impl Weights {
    /// Weights in the ratio of these units; where they are many, the heaviest edge weighs [`WEIGHT_MAX`].
    pub fn by_units(units: &BTreeMap<EdgeId, Units>) -> Self {
        let whole = units.values().map(|units| units.get()).max().unwrap_or_default().max(WEIGHT_MAX.into());
        let weight = |units: &Units| {
            let part = u128::from(units.get()) * u128::from(WEIGHT_MAX) / u128::from(whole);
            u32::try_from(part).expect("a part is not more than the most").max(UNKNOWN)
        };
        units.iter().map(|(edge, units)| (edge.clone(), weight(units))).collect()
    }

    /// What an edge weighs. One that is configured to weigh nothing weighs nothing, whatever it sold.
    pub fn of(&self, edge: &EdgeId, configured: u32) -> u32 {
        if configured == 0 { 0 } else { self.0.get(edge).copied().unwrap_or(UNKNOWN) }
    }

    /// The same, of these edges alone.
    #[must_use]
    pub fn only(mut self, is_meant: impl Fn(&EdgeId) -> bool) -> Self {
        self.0.retain(|edge, _| is_meant(edge));
        self
    }

    /// Every edge that is named.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&EdgeId, u32)> {
        self.0.iter().map(|(edge, weight)| (edge, *weight))
    }
}

impl FromIterator<(EdgeId, u32)> for Weights {
    fn from_iter<I: IntoIterator<Item = (EdgeId, u32)>>(weights: I) -> Self {
        Self(weights.into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edge(name: &str) -> EdgeId {
        name.parse().unwrap()
    }

    fn by_units(units: &[(&str, u64)]) -> Weights {
        Weights::by_units(&units.iter().map(|(name, units)| (edge(name), Units::new(*units).unwrap())).collect())
    }

    #[test]
    fn edges_weigh_what_they_sold_and_a_new_one_weighs_one_unit() {
        let weights = by_units(&[("ams", 70), ("fra", 7)]);
        assert_eq!(["ams", "fra", "new"].map(|name| weights.of(&edge(name), 5)), [70, 7, 1]);
    }

    #[test]
    fn an_edge_that_is_configured_to_weigh_nothing_stays_at_nothing() {
        assert_eq!(by_units(&[("ams", 70)]).of(&edge("ams"), 0), 0);
    }

    #[test]
    fn the_heaviest_weighs_the_most_that_may_be_configured() {
        let weights = by_units(&[("ams", 300_000_000), ("fra", 150_000_000), ("lis", 1)]);
        assert_eq!(["ams", "fra", "lis"].map(|name| weights.of(&edge(name), 1)), [WEIGHT_MAX, WEIGHT_MAX / 2, 1]);
    }
}
