//! One counter in the middle: edges hold what their waiting shoppers asked for, and no more.

use super::split::Grants;
use super::{Move, SkuView};

pub(super) fn moves(view: &SkuView) -> Vec<Move> {
    let mut grants = Grants::of(view);
    view.edges.iter().filter(|edge| edge.ready).for_each(|edge| grants.give(edge, edge.lacks()));
    grants.moves
}

#[cfg(test)]
mod tests {
    use super::super::view::tests::*;
    use super::*;

    #[test]
    fn who_waits_gets_what_it_waits_for_while_it_lasts() {
        let edges = vec![edge("a"), stocked("b", 1, 3), stocked("c", 0, 9)];
        assert_eq!(moves(&view(80, 7, edges)), [grant("b", 2), grant("c", 5)]);
    }
}
