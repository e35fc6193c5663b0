//! Even shares of half the supply first; then fixed top-ups to whoever runs low; recalls when the pool is empty.

use doorbuster_proto::Units;

use super::split::{Grants, halves_of_the_richest};
use super::view::units;
use super::{EdgeView, Move, SkuView};

/// A shelf at or below this part of its last grant is low.
const LOW_WATER_PART: u64 = 3;
/// A top-up is this part of the initial share.
const TOP_UP_PART: u64 = 4;

pub(super) fn moves(view: &SkuView) -> Vec<Move> {
    let mut grants = Grants::of(view);
    for (place, edge) in view.edges.iter().enumerate().filter(|(_, edge)| edge.ready) {
        grants.give(edge, wanted(view, place, edge));
    }
    if view.pool.is_zero() {
        return halves_of_the_richest(view);
    }
    grants.moves
}

pub(super) fn low_water(edge: &EdgeView) -> Units {
    units(edge.last_grant.get() / LOW_WATER_PART)
}

fn wanted(view: &SkuView, place: usize, edge: &EdgeView) -> Units {
    let share = initial_share(view, place);
    if edge.granted.is_zero() && !share.is_zero() {
        return share;
    }
    match edge.level() {
        Some((shelf, waiting)) if shelf <= low_water(edge) || waiting > shelf => {
            units((share.get() / TOP_UP_PART).max(waiting.get()).max(1))
        }
        _ => Units::ZERO,
    }
}

/// An even share of half the supply, the remainder to the first edges; one unit each where half is less, but the whole is not.
fn initial_share(view: &SkuView, place: usize) -> Units {
    let edges = view.edges.len() as u64;
    let issued = view.issued.get();
    let spread = (issued / 2).max(edges.min(issued));
    units(spread / edges + u64::from((place as u64) < spread % edges))
}

#[cfg(test)]
mod tests {
    use doorbuster_proto::Timestamp;

    use super::super::view::tests::*;
    use super::*;

    #[test]
    fn half_the_supply_is_shared_evenly_and_the_remainder_goes_to_the_first() {
        let view = view(23, 23, vec![edge("a"), edge("b"), edge("c")]);
        assert_eq!(moves(&view), [grant("a", 4), grant("b", 4), grant("c", 3)]);
    }

    #[test]
    fn a_small_supply_gives_each_edge_one_unit_while_it_lasts() {
        assert_eq!(
            moves(&view(3, 3, vec![edge("a"), edge("b"), edge("c")])),
            [grant("a", 1), grant("b", 1), grant("c", 1)]
        );
        assert_eq!(moves(&view(2, 2, vec![edge("a"), edge("b"), edge("c")])), [grant("a", 1), grant("b", 1)]);
    }

    #[test]
    fn an_edge_that_is_not_ready_gets_its_share_later() {
        let late = EdgeView { ready: false, ..edge("a") };
        assert_eq!(moves(&view(20, 20, vec![late, edge("b")])), [grant("b", 5)]);
    }

    #[test]
    fn a_low_shelf_is_topped_up_by_a_quarter_of_the_share() {
        assert_eq!(moves(&view(80, 40, vec![stocked("a", 6, 0), stocked("b", 7, 0)])), [grant("a", 5)]);
    }

    #[test]
    fn who_waits_gets_as_much_as_the_pool_has() {
        assert_eq!(
            moves(&view(80, 40, vec![stocked("a", 0, 30), stocked("b", 0, 30)])),
            [grant("a", 30), grant("b", 10)]
        );
    }

    #[test]
    fn an_empty_pool_recalls_half_from_the_richest() {
        let edges = vec![stocked("a", 0, 2), stocked("b", 9, 0), stocked("c", 5, 0)];
        assert_eq!(moves(&view(80, 0, edges)), [recall("b", 4)]);
    }

    #[test]
    fn one_recall_is_outstanding_at_a_time() {
        let asked = EdgeView { recalled_at: Some(Timestamp(9_801)), ..stocked("b", 9, 0) };
        assert_eq!(moves(&view(80, 0, vec![stocked("a", 0, 2), asked.clone()])), []);
        let long_ago = EdgeView { recalled_at: Some(Timestamp(9_800)), ..asked };
        assert_eq!(moves(&view(80, 0, vec![stocked("a", 0, 2), long_ago])), [recall("b", 4)]);
    }

    #[test]
    fn a_last_unit_moves_to_where_it_is_wanted() {
        assert_eq!(moves(&view(80, 0, vec![stocked("a", 0, 1), stocked("b", 1, 0)])), [recall("b", 0)]);
    }

    #[test]
    fn an_edge_that_has_not_told_its_level_since_its_grant_is_left_alone() {
        let silent = EdgeView { told: None, ..stocked("a", 0, 0) };
        assert_eq!(moves(&view(80, 40, vec![silent, stocked("b", 9, 0)])), []);
    }
}
