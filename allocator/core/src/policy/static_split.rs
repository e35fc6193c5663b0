//! A split by weights that nothing mends; and one with a buffer for whoever runs empty.

use doorbuster_proto::Units;

use super::split::{Grants, by_weight, give_first_parts};
use super::view::units;
use super::{Move, SkuView};

/// One part in so many is kept back.
const BUFFER_PART: u64 = 5;
/// A top-up is one part in so many of an edge's share.
const TOP_UP_PART: u64 = 8;

pub(super) fn moves(view: &SkuView) -> Vec<Move> {
    let mut grants = Grants::of(view);
    give_first_parts(view, &mut grants, view.issued.get());
    grants.moves
}

pub(super) fn moves_with_buffer(view: &SkuView) -> Vec<Move> {
    let spread = view.issued.get() - view.issued.get() / BUFFER_PART;
    let mut grants = Grants::of(view);
    give_first_parts(view, &mut grants, spread);
    let empty = view.edges.iter().zip(by_weight(view, spread));
    let empty = empty.filter(|(edge, _)| edge.ready && !edge.granted.is_zero() && !edge.lacks().is_zero());
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
        assert_eq!(moves(&view(81, 20, vec![stocked("a", 0, 9), stocked("b", 3, 0)])), []);
    }

    #[test]
    fn a_fifth_is_kept_for_whoever_runs_empty() {
        assert_eq!(moves_with_buffer(&view(100, 100, vec![edge("a"), edge("b")])), [grant("a", 40), grant("b", 40)]);
        let edges = vec![stocked("a", 0, 2), stocked("b", 1, 0)];
        assert_eq!(moves_with_buffer(&view(100, 20, edges)), [grant("a", 5)]);
        assert_eq!(moves_with_buffer(&view(100, 0, vec![stocked("a", 0, 2), stocked("b", 40, 0)])), []);
    }
}
