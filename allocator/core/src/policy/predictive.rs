//! A forecast per edge, and stock redistributed ahead of it (after Samya, Gupta et al. 2021): all of it is out, each edge
//! holding its part of the demand that is forecast.

use doorbuster_proto::Units;

use super::split::{Grants, may_be_recalled};
use super::view::units;
use super::{EdgeView, Move, SkuView};

/// A shelf is let alone between one in so many of its part and so many times its part.
const SLACK: u64 = 2;

pub(super) fn moves(view: &SkuView) -> Vec<Move> {
    let mut grants = Grants::of(view);
    let parts = parts(view);
    let both = || view.edges.iter().zip(&parts);
    let starved = both().filter(|(edge, part)| edge.ready && edge.stock().get() < **part / SLACK);
    let waiting = both().filter(|(edge, part)| edge.ready && edge.stock().get() >= **part / SLACK);
    for (edge, part) in starved.chain(waiting) {
        let wants = part.saturating_sub(edge.stock().get()).max(edge.lacks().get());
        let is_due = edge.granted.is_zero() || edge.stock().get() < part / SLACK || !edge.lacks().is_zero();
        if is_due && (edge.told.is_some() || edge.granted.is_zero()) {
            grants.give(edge, units(wants));
        }
    }
    if grants.pool.is_zero() && view.pool.is_zero() && both().any(|(edge, part)| is_starved(edge, *part)) {
        let rich = both().filter(|(edge, part)| {
            may_be_recalled(view, edge) && edge.stock().get() > part.saturating_mul(SLACK).max(edge.waiting().get())
        });
        return rich.map(|(edge, part)| Move::Recall { edge: edge.edge.clone(), keep: units(*part) }).collect();
    }
    grants.moves
}

/// What the edge sells in two round trips: below it, it is asked for ahead.
pub(super) fn low_water(edge: &EdgeView) -> Units {
    let ahead = edge.told.map_or(0, |told| told.demand.milliunits_in(2 * edge.round_trip_ms()));
    units(ahead.div_ceil(1_000))
}

fn is_starved(edge: &EdgeView, part: u64) -> bool {
    edge.ready && (edge.stock().get() < part / SLACK || !edge.lacks().is_zero())
}

/// Each edge's part of all that is left, by forecast; by weight while nothing was asked for.
fn parts(view: &SkuView) -> Vec<u64> {
    let left = view.pool.get() + view.edges.iter().map(|edge| edge.stock().get()).sum::<u64>();
    let forecast = |edge: &EdgeView| edge.told.map_or(0, |told| u128::from(told.demand.0) + 1);
    let sum: u128 = view.edges.iter().map(forecast).sum();
    if sum <= view.edges.len() as u128 {
        return super::split::by_weight(view, left);
    }
    let part = |edge: &EdgeView| u64::try_from(u128::from(left) * forecast(edge) / sum).expect("a part is not more");
    view.edges.iter().map(part).collect()
}

#[cfg(test)]
mod tests {
    use super::super::view::tests::*;
    use super::*;

    #[test]
    fn all_of_it_goes_out_by_weight_before_anything_is_asked_for() {
        assert_eq!(moves(&view(80, 80, vec![weighing("a", 3), weighing("b", 1)])), [grant("a", 60), grant("b", 20)]);
    }

    #[test]
    fn stock_moves_to_where_demand_is_forecast() {
        let edges = vec![asked("a", 10, 30_000), asked("b", 30, 10_000)];
        assert_eq!(moves(&view(80, 0, edges)), [recall("b", 10)]);
        let edges = vec![asked("a", 10, 30_000), asked("b", 10, 10_000)];
        assert_eq!(moves(&view(80, 20, edges)), [grant("a", 19)]);
    }
}
