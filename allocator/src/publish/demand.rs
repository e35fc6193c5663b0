//! The demand that is expected at each edge: as in another sale, which the file names, or as the edges are configured.

use std::cmp::Reverse;

use doorbuster_allocator_core::{DemandByEdge, Weights};
use doorbuster_proto::{EdgeId, SaleId, SkuCode, Timestamp};
use serde_json::Value;

use super::placement::{EdgeTraits, Edges};

/// What the allocator knows, and a sale file alone does not.
#[derive(Debug, Clone, Copy)]
pub struct Known<'a> {
    /// Every edge.
    pub edges: &'a Edges,
    /// What each edge sold in the sale of [`expect_like`]; `None` where the file names none, or one that is not known.
    pub sold: Option<&'a DemandByEdge>,
    /// When the file's own sale starts, or did, where it is known already and not over.
    pub starts_at: Option<Timestamp>,
}

/// The sale whose demand a bundle expects, if it names one.
pub fn expect_like(bundle: &Value) -> Option<SaleId> {
    bundle["sale"]["expect_like"].as_str()?.parse().ok()
}

/// What is expected of one item.
pub(super) struct Demand<'a> {
    edges: &'a Edges,
    /// None: as the edges are configured.
    weights: Option<Weights>,
    /// Units that there are to sell.
    supply: u64,
}

/// Edges, the busiest first, with what each weighs.
pub(super) type Busiest<'a> = Vec<(&'a EdgeId, u64)>;

impl<'a> Demand<'a> {
    /// Of an item as far as it could be read: a wrong code or supply is a fault of its own.
    pub(super) fn of(known: &Known<'a>, sku: Option<&SkuCode>, supply: Option<u64>) -> Self {
        let weights = known.sold.zip(sku).map(|(sold, sku)| sold.weights(sku));
        Self { edges: known.edges, weights, supply: supply.unwrap_or_default() }
    }

    pub(super) fn edges(&self) -> &'a Edges {
        self.edges
    }

    /// The edges that fit, the busiest first and then by name.
    pub(super) fn busiest(&self, fits: impl Fn(&EdgeTraits) -> bool) -> Busiest<'a> {
        let fit = self.edges.iter().filter(|(_, edge)| fits(edge));
        let mut edges: Vec<_> = fit.map(|(id, edge)| (id, self.weight(id, edge).into())).collect();
        edges.sort_by_key(|(id, weight)| (Reverse(*weight), *id));
        edges
    }

    /// Leaves out the edge that is expected to sell least, again and again, until each of those that are left is expected to
    /// sell so many units. The busiest stays.
    pub(super) fn leave_out_below(&self, least_units: u64, edges: &mut Busiest<'_>) {
        let mut all: u128 = edges.iter().map(|(_, weight)| u128::from(*weight)).sum();
        while let Some((_, weight)) = edges.last().filter(|_| edges.len() > 1) {
            let weight = u128::from(*weight);
            if u128::from(self.supply) * weight >= u128::from(least_units) * all.max(1) {
                return;
            }
            all -= weight;
            edges.pop();
        }
    }

    /// What the ledger keeps of it for an item on these edges; none of them for all.
    pub(super) fn weights_on(self, placed: Option<&[EdgeId]>) -> Option<Weights> {
        let sells =
            |edge: &EdgeId| placed.map_or_else(|| self.edges.contains_key(edge), |placed| placed.contains(edge));
        self.weights.map(|weights| weights.only(sells))
    }

    fn weight(&self, id: &EdgeId, edge: &EdgeTraits) -> u32 {
        self.weights.as_ref().map_or(edge.weight, |weights| weights.of(id, edge.weight))
    }
}
