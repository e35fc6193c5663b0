//! A split by weights that nothing mends; and one with a buffer for whoever runs empty. Of a raised supply each edge gets its
//! part.

use doorbuster_proto::Units;

use super::split::{Grants, by_weight, give_parts};
use super::view::units;
use super::{EdgeView, Move, SkuView};

/// One part in so many is kept back.
const BUFFER_PART: u64 = 5;
/// A top-up is one part in so many of an edge's share.
const TOP_UP_PART: u64 = 8;

pub(super) fn moves(view: &SkuView) -> Vec<Move> {
    let mut grants = Grants::of(view);
    give_parts(view, &mut grants, view.issued.get());
    grants.moves
}

pub(super) fn moves_with_buffer(view: &SkuView) -> Vec<Move> {
    let spread = view.issued.get() - view.issued.get() / BUFFER_PART;
    let mut grants = Grants::of(view);
    give_parts(view, &mut grants, spread);
    let has_its_part = |edge: &EdgeView, share: u64| edge.granted.get() >= share;
    let empty = view.edges.iter().zip(by_weight(view, spread));
    let empty = empty.filter(|(edge, share)| edge.ready && has_its_part(edge, *share) && !edge.lacks().is_zero());
    for (edge, share) in empty {
        grants.give(edge, edge.lacks().max(units(share / TOP_UP_PART)).max(Units::ONE));
    }
    grants.moves
}

#[cfg(test)]
mod tests {
    use super::super::view::tests::*;
    use super::*;

    #[test]
    fn all_of_it_goes_out_by_weight_once() {
        let edges = vec![weighing("a", 3), weighing("b", 1)];
        assert_eq!(moves(&view(81, 81, edges)), [grant("a", 61), grant("b", 20)]);
        assert_eq!(moves(&view(40, 20, vec![stocked("a", 0, 9), stocked("b", 3, 0)])), []);
    }

    #[test]
    fn of_a_raised_supply_each_edge_gets_its_part() {
        let edges = || vec![stocked("a", 0, 9), stocked("b", 3, 0)];
        assert_eq!(moves(&view(51, 11, edges())), [grant("a", 6), grant("b", 5)]);
        assert_eq!(moves_with_buffer(&view(60, 20, edges())), [grant("a", 4), grant("b", 4)]);
    }

    #[test]
    fn whoever_has_no_part_gets_what_its_shoppers_wait_for_from_the_buffer() {
        let unweighed = EdgeView { weight: 0, granted: u(0), ..stocked("c", 0, 5) };
        assert_eq!(
            moves_with_buffer(&view(50, 10, vec![stocked("a", 3, 0), stocked("b", 3, 0), unweighed])),
            [grant("c", 5)]
        );
    }

    #[test]
    fn a_fifth_is_kept_for_whoever_runs_empty() {
        assert_eq!(moves_with_buffer(&view(100, 100, vec![edge("a"), edge("b")])), [grant("a", 40), grant("b", 40)]);
        let edges = vec![stocked("a", 0, 2), stocked("b", 1, 0)];
        assert_eq!(moves_with_buffer(&view(50, 10, edges)), [grant("a", 2)]);
        assert_eq!(moves_with_buffer(&view(50, 0, vec![stocked("a", 0, 2), stocked("b", 20, 0)])), []);
    }
}
