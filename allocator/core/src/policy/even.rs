//! Even shares of half the supply first; then fixed top-ups to whoever runs low; recalls when the pool is empty.

use doorbuster_proto::Units;

use super::{EdgeView, Move, SkuView};
use crate::RECALL_MS;

/// A shelf at or below this part of its last grant is low.
const LOW_WATER_PART: u64 = 3;
/// A top-up is this part of the initial share.
const TOP_UP_PART: u64 = 4;

/// The moves that are due. Grants never exceed the pool.
pub fn even_shares(view: &SkuView) -> Vec<Move> {
    let mut pool = view.pool;
    let mut moves = Vec::new();
    let wants = view.edges.iter().enumerate().filter(|(_, edge)| edge.ready);
    for (place, edge) in wants {
        let units = wanted(view, place, edge).min(pool);
        if !units.is_zero() {
            pool = pool.minus(units);
            moves.push(Move::Grant { edge: edge.edge.clone(), units });
        }
    }
    if pool.is_zero() && view.pool.is_zero() {
        moves.extend(recalls(view));
    }
    moves
}

fn wanted(view: &SkuView, place: usize, edge: &EdgeView) -> Units {
    let share = initial_share(view, place);
    if edge.granted.is_zero() && !share.is_zero() {
        return share;
    }
    match edge.level {
        Some((shelf, waiting)) if is_low(edge, shelf) || waiting > shelf => {
            units((share.get() / TOP_UP_PART).max(waiting.get()).max(1))
        }
        _ => Units::ZERO,
    }
}

fn is_low(edge: &EdgeView, shelf: Units) -> bool {
    shelf.get().saturating_mul(LOW_WATER_PART) <= edge.last_grant.get()
}

/// An even share of half the supply, the remainder to the first edges; one unit each where half is less, but the whole is not.
fn initial_share(view: &SkuView, place: usize) -> Units {
    let edges = view.edges.len() as u64;
    let issued = view.issued.get();
    let spread = (issued / 2).max(edges.min(issued));
    units(spread / edges + u64::from((place as u64) < spread % edges))
}

fn recalls(view: &SkuView) -> Vec<Move> {
    let mut asked: Vec<&EdgeView> = Vec::new();
    for needy in view.edges.iter().filter(|edge| is_needy(edge)) {
        let others =
            view.edges.iter().filter(|edge| edge.edge != needy.edge && !asked.iter().any(|a| a.edge == edge.edge));
        let richest =
            others.filter(|edge| may_be_recalled(view, edge)).rev().max_by_key(|edge| edge.level.map(|level| level.0));
        asked.extend(richest);
    }
    let keep = |edge: &EdgeView| units(edge.level.map_or(0, |(shelf, _)| shelf.get() / 2));
    asked.into_iter().map(|edge| Move::Recall { edge: edge.edge.clone(), keep: keep(edge) }).collect()
}

fn is_needy(edge: &EdgeView) -> bool {
    edge.ready && edge.level.is_some_and(|(shelf, waiting)| waiting > shelf)
}

fn may_be_recalled(view: &SkuView, edge: &EdgeView) -> bool {
    let has_some = edge.level.is_some_and(|(shelf, _)| !shelf.is_zero());
    edge.ready && has_some && edge.recalled_at.is_none_or(|at| view.now.since_ms(at) >= RECALL_MS)
}

fn units(count: u64) -> Units {
    Units::new(count).expect("a part of the supply, or what an edge told, is a quantity")
}

#[cfg(test)]
mod tests {
    use doorbuster_proto::Timestamp;

    use super::*;

    fn u(count: u64) -> Units {
        Units::new(count).unwrap()
    }

    fn edge(name: &str) -> EdgeView {
        EdgeView {
            edge: name.parse().unwrap(),
            ready: true,
            granted: u(0),
            last_grant: u(0),
            level: None,
            recalled_at: None,
        }
    }

    fn stocked(name: &str, shelf: u64, waiting: u64) -> EdgeView {
        EdgeView { granted: u(20), last_grant: u(20), level: Some((u(shelf), u(waiting))), ..edge(name) }
    }

    fn view(issued: u64, pool: u64, edges: Vec<EdgeView>) -> SkuView {
        SkuView { now: Timestamp(10_000), issued: u(issued), pool: u(pool), edges }
    }

    fn grant(name: &str, units: u64) -> Move {
        Move::Grant { edge: name.parse().unwrap(), units: u(units) }
    }

    fn recall(name: &str, keep: u64) -> Move {
        Move::Recall { edge: name.parse().unwrap(), keep: u(keep) }
    }

    #[test]
    fn half_the_supply_is_shared_evenly_and_the_remainder_goes_to_the_first() {
        let view = view(23, 23, vec![edge("a"), edge("b"), edge("c")]);
        assert_eq!(even_shares(&view), [grant("a", 4), grant("b", 4), grant("c", 3)]);
    }

    #[test]
    fn a_small_supply_gives_each_edge_one_unit_while_it_lasts() {
        assert_eq!(
            even_shares(&view(3, 3, vec![edge("a"), edge("b"), edge("c")])),
            [grant("a", 1), grant("b", 1), grant("c", 1)]
        );
        assert_eq!(even_shares(&view(2, 2, vec![edge("a"), edge("b"), edge("c")])), [grant("a", 1), grant("b", 1)]);
    }

    #[test]
    fn an_edge_that_is_not_ready_gets_its_share_later() {
        let late = EdgeView { ready: false, ..edge("a") };
        assert_eq!(even_shares(&view(20, 20, vec![late, edge("b")])), [grant("b", 5)]);
    }

    #[test]
    fn a_low_shelf_is_topped_up_by_a_quarter_of_the_share() {
        assert_eq!(even_shares(&view(80, 40, vec![stocked("a", 6, 0), stocked("b", 7, 0)])), [grant("a", 5)]);
    }

    #[test]
    fn who_waits_gets_as_much_as_the_pool_has() {
        assert_eq!(
            even_shares(&view(80, 40, vec![stocked("a", 0, 30), stocked("b", 0, 30)])),
            [grant("a", 30), grant("b", 10)]
        );
    }

    #[test]
    fn an_empty_pool_recalls_half_from_the_richest() {
        let edges = vec![stocked("a", 0, 2), stocked("b", 9, 0), stocked("c", 5, 0)];
        assert_eq!(even_shares(&view(80, 0, edges)), [recall("b", 4)]);
    }

    #[test]
    fn one_recall_is_outstanding_at_a_time() {
        let asked = EdgeView { recalled_at: Some(Timestamp(9_801)), ..stocked("b", 9, 0) };
        assert_eq!(even_shares(&view(80, 0, vec![stocked("a", 0, 2), asked.clone()])), []);
        let long_ago = EdgeView { recalled_at: Some(Timestamp(9_800)), ..asked };
        assert_eq!(even_shares(&view(80, 0, vec![stocked("a", 0, 2), long_ago])), [recall("b", 4)]);
    }

    #[test]
    fn a_last_unit_moves_to_where_it_is_wanted() {
        assert_eq!(even_shares(&view(80, 0, vec![stocked("a", 0, 1), stocked("b", 1, 0)])), [recall("b", 0)]);
    }

    #[test]
    fn an_edge_that_has_not_told_its_level_since_its_grant_is_left_alone() {
        let silent = EdgeView { level: None, ..stocked("a", 0, 0) };
        assert_eq!(even_shares(&view(80, 40, vec![silent, stocked("b", 9, 0)])), []);
    }
}
