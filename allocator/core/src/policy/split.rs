//! What several policies share: a first split by weights, and whom to recall from.

use doorbuster_proto::Units;

use super::view::units;
use super::{EdgeView, Move, SkuView};
use crate::RECALL_MS;

/// Grants from a pool, never more than it has.
pub(super) struct Grants {
    pub(super) pool: Units,
    pub(super) moves: Vec<Move>,
}

impl Grants {
    pub(super) fn of(view: &SkuView) -> Self {
        Self { pool: view.pool, moves: Vec::new() }
    }

    pub(super) fn give(&mut self, edge: &EdgeView, wanted: Units) {
        let units = wanted.min(self.pool);
        if !units.is_zero() {
            self.pool = self.pool.minus(units);
            self.moves.push(Move::Grant { edge: edge.edge.clone(), units });
        }
    }
}

/// Each edge's part of so many units by weight, to the last unit: what rounding leaves goes to the first.
pub(super) fn by_weight(view: &SkuView, units_in_all: u64) -> Vec<u64> {
    let weights = || view.edges.iter().map(|edge| u128::from(edge.weight));
    let sum: u128 = weights().sum::<u128>().max(1);
    let part = |weight: u128| u64::try_from(u128::from(units_in_all) * weight / sum).expect("a part is not more");
    let mut parts: Vec<u64> = weights().map(part).collect();
    let rest = units_in_all - parts.iter().sum::<u64>();
    let fair = view.edges.iter().zip(&mut parts).filter(|(edge, _)| edge.weight > 0);
    fair.take(usize::try_from(rest).unwrap_or(usize::MAX)).for_each(|(_, part)| *part += 1);
    parts
}

/// Gives every edge what it was not granted yet of its part, which grows with the supply.
pub(super) fn give_parts(view: &SkuView, grants: &mut Grants, units_in_all: u64) {
    for (edge, part) in view.edges.iter().zip(by_weight(view, units_in_all)).filter(|(edge, _)| edge.ready) {
        grants.give(edge, units(part).saturating_sub(edge.granted));
    }
}

/// Gives every edge that was granted nothing in its epoch its part.
pub(super) fn give_first_parts(view: &SkuView, grants: &mut Grants, units_in_all: u64) {
    let parts = by_weight(view, units_in_all);
    let fresh = view.edges.iter().zip(parts).filter(|(edge, _)| edge.ready && edge.granted.is_zero());
    fresh.for_each(|(edge, part)| grants.give(edge, units(part)));
}

/// Whether it speaks, has some, and was not asked a moment ago.
pub(super) fn may_be_recalled(view: &SkuView, edge: &EdgeView) -> bool {
    let has_some = edge.level().is_some_and(|(shelf, _)| !shelf.is_zero());
    edge.ready && has_some && edge.recalled_at.is_none_or(|at| view.now.since_ms(at) >= RECALL_MS)
}

/// Half of the richest edge's shelf, once for each edge whose shoppers wait in vain.
pub(super) fn halves_of_the_richest(view: &SkuView) -> Vec<Move> {
    let mut asked: Vec<&EdgeView> = Vec::new();
    for needy in view.edges.iter().filter(|edge| edge.ready && !edge.lacks().is_zero()) {
        let others =
            view.edges.iter().filter(|edge| edge.edge != needy.edge && !asked.iter().any(|a| a.edge == edge.edge));
        let richest = others.filter(|edge| may_be_recalled(view, edge));
        asked.extend(richest.rev().max_by_key(|edge| edge.level().map(|level| level.0)));
    }
    let keep = |edge: &EdgeView| units(edge.level().map_or(0, |(shelf, _)| shelf.get() / 2));
    asked.into_iter().map(|edge| Move::Recall { edge: edge.edge.clone(), keep: keep(edge) }).collect()
}
