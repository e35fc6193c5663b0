//! A lowered supply: what edges hold beyond it is recalled, from those that hold most. Nothing is granted meanwhile.

use std::cmp::Reverse;

use doorbuster_proto::Units;

use super::split::may_be_recalled;
use super::{EdgeView, Move, SkuView};
use crate::RECALL_MS;

/// Recalls of as much as is owed and not asked for yet, from those who were not asked before, the richest first; of the others
/// from whoever was asked longest ago, for it may be deaf. Whoever was asked a moment ago is taken to bring all it has: what
/// comes back beyond the debt would only be granted again.
pub(super) fn moves(view: &SkuView) -> Vec<Move> {
    let asked = view.edges.iter().filter(|edge| was_asked(view, edge));
    let mut owed = view.debt.saturating_sub(asked.map(EdgeView::stock).sum());
    let mut richest: Vec<_> = view.edges.iter().filter(|edge| may_be_recalled(view, edge)).collect();
    richest.sort_by_key(|edge| (edge.recalled_at, Reverse(edge.stock())));
    let mut moves = Vec::new();
    for edge in richest {
        let part = owed.min(edge.stock());
        if part.is_zero() {
            break;
        }
        owed = owed.minus(part);
        moves.push(Move::Recall { edge: edge.edge.clone(), keep: keep(edge, part) });
    }
    moves
}

fn was_asked(view: &SkuView, edge: &EdgeView) -> bool {
    edge.ready && edge.recalled_at.is_some_and(|at| view.now.since_ms(at) < RECALL_MS)
}

fn keep(edge: &EdgeView, part: Units) -> Units {
    edge.stock().minus(part)
}

#[cfg(test)]
mod tests {
    use doorbuster_proto::Timestamp;

    use super::super::Policy;
    use super::super::view::tests::*;
    use super::*;

    fn owing(debt: u64, pool: u64, edges: Vec<EdgeView>) -> SkuView {
        SkuView { debt: u(debt), ..view(80, pool, edges) }
    }

    #[test]
    fn those_who_hold_most_are_asked_for_as_much_as_is_owed() {
        let edges = || vec![stocked("a", 2, 0), stocked("b", 9, 0), stocked("c", 5, 0)];
        for policy in Policy::ALL {
            assert_eq!(policy.moves(&owing(4, 0, edges())), [recall("b", 5)], "{policy}");
        }
        assert_eq!(moves(&owing(12, 0, edges())), [recall("b", 0), recall("c", 2)]);
        assert_eq!(moves(&owing(99, 0, edges())), [recall("b", 0), recall("c", 0), recall("a", 0)]);
    }

    #[test]
    fn nobody_is_granted_anything_while_there_is_a_debt() {
        for policy in Policy::ALL {
            assert_eq!(policy.moves(&owing(1, 9, vec![edge("a"), stocked("b", 0, 7)])), [], "{policy}");
        }
    }

    #[test]
    fn what_was_asked_for_a_moment_ago_is_not_asked_of_others() {
        let asked = EdgeView { recalled_at: Some(Timestamp(9_900)), ..stocked("b", 9, 0) };
        let edges = vec![asked, stocked("c", 5, 0)];
        assert_eq!(moves(&owing(8, 0, edges.clone())), []);
        assert_eq!(moves(&owing(11, 0, edges)), [recall("c", 3)]);
    }

    #[test]
    fn whoever_was_asked_in_vain_is_asked_after_the_others() {
        let asked_long_ago = EdgeView { recalled_at: Some(Timestamp(9_000)), ..stocked("b", 9, 0) };
        let edges = vec![asked_long_ago, stocked("c", 5, 0)];
        assert_eq!(moves(&owing(4, 0, edges.clone())), [recall("c", 1)]);
        assert_eq!(moves(&owing(7, 0, edges)), [recall("c", 0), recall("b", 7)]);
    }

    #[test]
    fn an_edge_whose_grant_is_under_way_is_asked_once_it_has_told_of_it() {
        let mut on_its_way = stocked("a", 9, 0);
        on_its_way.told = on_its_way.told.map(|told| super::super::Told { in_flight: u(3), ..told });
        assert_eq!(moves(&owing(4, 0, vec![on_its_way])), []);
    }
}
