//! A bounded counter (Balegas et al. 2015): all rights are out; who has used its own asks the richest.

use super::split::{Grants, give_first_parts, halves_of_the_richest};
use super::view::units;
use super::{Move, SkuView};

pub(super) fn moves(view: &SkuView) -> Vec<Move> {
    let mut grants = Grants::of(view);
    give_first_parts(view, &mut grants, view.issued.get());
    give_what_came_back(view, &mut grants);
    if grants.moves.is_empty() && grants.pool.is_zero() {
        return halves_of_the_richest(view);
    }
    grants.moves
}

/// What a recall brought is for those who asked: an even part each, or what they wait for.
fn give_what_came_back(view: &SkuView, grants: &mut Grants) {
    let asking: Vec<_> = view.edges.iter().filter(|edge| edge.ready && !edge.lacks().is_zero()).collect();
    let part = grants.pool.get().div_ceil(asking.len().max(1) as u64);
    for edge in asking {
        grants.give(edge, edge.lacks().max(units(part)));
    }
}

#[cfg(test)]
mod tests {
    use super::super::view::tests::*;
    use super::*;

    #[test]
    fn who_is_empty_gets_half_of_the_richest() {
        let edges = || vec![stocked("a", 0, 2), stocked("b", 9, 0), stocked("c", 5, 0)];
        assert_eq!(moves(&view(80, 0, edges())), [recall("b", 4)]);
        assert_eq!(moves(&view(80, 5, edges())), [grant("a", 5)]);
    }
}
