//! What is to come back to the pool, and from where.

use super::seen::{Seen, SeenEdge};
use crate::policy::Move;
use crate::policy::view::units;

/// A pool below one part in so many of what it should keep back is filled up by recalls.
const LOW_POOL_PART: u64 = 2;
/// A shelf is recalled from above so many times what it may keep: a move costs messages, and demand wavers.
const SLACK: u64 = 2;

/// What is to come back, now that the sale has begun, to a pool that has so much.
pub(super) fn due(seen: &Seen<'_>, pool: u64) -> Vec<Move> {
    if seen.is_near_end {
        return of(seen, u64::MAX, seen.lacks_least());
    }
    let lacked: u64 = seen.granted_to().map(SeenEdge::lacks).sum();
    let lacked = lacked.saturating_sub(seen.view.pool.get());
    if seen.is_tail {
        let coming: u64 = seen.edges.iter().filter(|edge| was_asked(seen, edge)).map(|edge| idle(seen, edge)).sum();
        return of(seen, (lacked + seen.lacked_until_recalled).saturating_sub(pool + coming), seen.lacks_least());
    }
    let evened_out = of_the_rich(seen, pool);
    // Whoever waits is not left waiting for units that lie elsewhere, however few they are.
    if evened_out.is_empty() { of(seen, lacked, seen.lacks_least()) } else { evened_out }
}

/// Shelves to be evened out while the pool is short.
fn of_the_rich(seen: &Seen<'_>, pool: u64) -> Vec<Move> {
    if pool >= (seen.kept_back / LOW_POOL_PART).max(seen.sold_in_a_round_trip) {
        return Vec::new();
    }
    let is_rich = |edge: &&SeenEdge<'_>| {
        edge.shelf > seen.keep(edge).saturating_mul(SLACK).max(edge.waiting()) && may_be_asked(seen, edge)
    };
    seen.edges.iter().filter(is_rich).map(|edge| to(edge, seen.keep(edge))).collect()
}

/// So many units from the edges that can spare most but one, or all that they can spare. In the tail each of them gives all
/// that it can: it is asked once, and nothing comes back of a unit that was sold meanwhile.
pub(super) fn of(seen: &Seen<'_>, mut lacked: u64, but: Option<&SeenEdge<'_>>) -> Vec<Move> {
    if !seen.is_open {
        return Vec::new();
    }
    let may_give = |edge: &&SeenEdge<'_>| {
        let is_spared = but.is_some_and(|but| but.view.edge == edge.view.edge);
        !is_spared && idle(seen, edge) > 0 && may_be_asked(seen, edge)
    };
    let mut rich: Vec<_> = seen.edges.iter().filter(may_give).collect();
    rich.sort_by_key(|edge| std::cmp::Reverse(idle(seen, edge)));
    let mut moves = Vec::new();
    for edge in rich {
        if lacked == 0 {
            break;
        }
        let idle = idle(seen, edge);
        let given = if seen.is_tail { idle } else { idle.min(lacked) };
        lacked = lacked.saturating_sub(given);
        moves.push(to(edge, edge.shelf - given));
    }
    moves
}

/// A recall of what is above so much.
pub(super) fn to(edge: &SeenEdge<'_>, keep: u64) -> Move {
    Move::Recall { edge: edge.view.edge.clone(), keep: units(keep) }
}

/// Units on its shelf that nobody waits for, and that are not about to be sold; or that are too few for whoever waits.
fn idle(seen: &Seen<'_>, edge: &SeenEdge<'_>) -> u64 {
    if seen.sells_several() && edge.lacks() > 0 && edge.in_flight == 0 {
        return edge.shelf;
    }
    edge.shelf.saturating_sub(edge.waiting().max(edge.sold_in_lead()))
}

/// One recall of a SKU from an edge is under way at a time, and none while a grant is: it would come straight back.
pub(super) fn may_be_asked(seen: &Seen<'_>, edge: &SeenEdge<'_>) -> bool {
    edge.view.ready && edge.in_flight == 0 && !was_asked(seen, edge)
}

/// Whether it was asked for some so lately that they may be on their way.
fn was_asked(seen: &Seen<'_>, edge: &SeenEdge<'_>) -> bool {
    edge.view.ready && edge.view.recalled_at.is_some_and(|at| seen.view.now.since_ms(at) < 2 * edge.lead_ms)
}
