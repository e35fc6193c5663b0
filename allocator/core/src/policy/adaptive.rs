//! Stock goes where the shoppers are.
//!
//! Each edge is kept at its part of what is left, by its share of the demand, less what the pool keeps back. Shares so
//! shrink with what is left (guided self-scheduling, Polychronopoulos and Kuck 1987), which takes few messages, and leaves
//! little to move at the end. An edge asks when its shelf falls to what its shoppers take in the time of an answer, with a
//! margin for chance (the reorder point of inventory theory). When the pool runs down, cover is evened out by recalls from
//! the edges that have the most. Of the last units the pool gathers what is sold until it could gather more (a base stock),
//! and grants it to the edges whose shoppers wait; the others are sold where they lie.

mod seen;

use doorbuster_proto::Units;

use self::seen::{Seen, SeenEdge};
use super::split::Grants;
use super::view::units;
use super::{Move, SkuView};

/// A pool below one part in so many of what is left is filled up by recalls.
const RESERVE_PART: u64 = 6;
/// A shelf is recalled from above so many times what it may keep: a move costs messages, and demand wavers.
const SLACK: u64 = 2;
/// Before the start a shelf is left as it is where no more than one part in so many of its target is missing, or too much:
/// expected demand is not known better.
const SLACK_PART_BEFORE: u64 = 8;

/// Where the last units are gathered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tail {
    /// In the pool, as many as are soon sold, and granted to the edges whose shoppers wait.
    Pool,
    /// On one edge, where the other edges' shoppers are guided.
    OneEdge,
}

/// The moves that are due. Grants never exceed the pool.
pub(super) fn moves(view: &SkuView, tail: Tail) -> Vec<Move> {
    let seen = Seen::of(view);
    let mut grants = Grants::of(view);
    give_to_the_waiting(&seen, &mut grants);
    if seen.is_tail && tail == Tail::OneEdge {
        return gather_on_one(&seen, grants);
    }
    if !seen.is_tail {
        fill_up(&seen, &mut grants);
    }
    let recalls = recalls(&seen, grants.pool.get());
    grants.moves.into_iter().chain(recalls).collect()
}

/// The low-water mark of each edge: what it sells in the time of an answer. In the tail nothing is asked for ahead.
pub(super) fn low_water(view: &SkuView) -> Vec<Units> {
    let seen = Seen::of(view);
    let mark = |edge: &SeenEdge<'_>| if seen.is_tail { 0 } else { seen.low_water(edge) };
    seen.edges.iter().map(|edge| units(mark(edge))).collect()
}

/// Whoever waits comes first: all they lack, or its part of the pool where that is less.
fn give_to_the_waiting(seen: &Seen<'_>, grants: &mut Grants) {
    let lacked: u64 = seen.granted_to().map(SeenEdge::lacks).sum();
    let pool = grants.pool.get();
    for edge in seen.granted_to().filter(|edge| edge.lacks() > 0) {
        let part = if lacked <= pool { edge.lacks() } else { part_of(pool, edge.lacks(), lacked) };
        let ahead = if seen.is_tail { 0 } else { wanted_ahead(seen, edge, pool.saturating_sub(lacked)) };
        grants.give(edge.view, units(part + ahead));
    }
    // What rounding left.
    for edge in seen.granted_to().filter(|edge| edge.lacks() > 0) {
        if lacked > pool {
            grants.give(edge.view, Units::ONE);
        }
    }
}

/// Whoever has not been guided away yet is served; then the edge that has the most gets the pool, and from the others comes
/// back what they are not about to sell.
fn gather_on_one(seen: &Seen<'_>, mut grants: Grants) -> Vec<Move> {
    let stock = |edge: &SeenEdge<'_>| (edge.shelf + edge.in_flight, edge.waiting());
    let Some(one) = seen.granted_to().max_by_key(|edge| stock(edge)) else { return Vec::new() };
    grants.give(one.view, grants.pool);
    let others = recalls_of(seen, u64::MAX).into_iter().filter(|recall| !recall.is_of(&one.view.edge));
    grants.moves.into_iter().chain(others).collect()
}

/// Edges at their low-water mark get what is missing to their part. Before the start, when nobody has asked, those do whose
/// first part was too small, as soon as others have given back what was too much.
fn fill_up(seen: &Seen<'_>, grants: &mut Grants) {
    let pool = grants.pool.get();
    let is_split_anew = !seen.is_open && is_split_anew(seen);
    let has_no_part = |edge: &SeenEdge<'_>| edge.view.granted.is_zero() || is_split_anew && has_too_little(seen, edge);
    let is_due = |edge: &&SeenEdge<'_>| if seen.is_open { seen.is_low(edge) } else { has_no_part(edge) };
    for edge in seen.granted_to().filter(|edge| edge.lacks() == 0).filter(is_due) {
        grants.give(edge.view, units(wanted_ahead(seen, edge, pool)));
    }
}

/// What is missing to the edge's part, beyond what its shoppers wait for: no more than its share of the pool. While the pool
/// has more than is sold until a recall brings some back, no edge is left without a unit: its next shopper need not wait.
fn wanted_ahead(seen: &Seen<'_>, edge: &SeenEdge<'_>, pool: u64) -> u64 {
    let least = if pool > seen.sold_until_recalled { edge.least() } else { 0 };
    let target = seen.target(edge).max(least);
    target.saturating_sub(edge.spare()).min(seen.part(edge, pool).max(least))
}

/// Before the start: whether other edges have given back what they had too much.
fn is_split_anew(seen: &Seen<'_>) -> bool {
    let was_any_asked = seen.edges.iter().any(|edge| edge.view.recalled_at.is_some());
    was_any_asked && !seen.edges.iter().any(|edge| has_too_much(seen, edge))
}

/// Before the start: less than its part.
fn has_too_little(seen: &Seen<'_>, edge: &SeenEdge<'_>) -> bool {
    let target = seen.target(edge);
    edge.spare() < target - target / SLACK_PART_BEFORE
}

/// Before the start, of an edge that speaks: more than its part, since other demand is expected than at the first split.
fn has_too_much(seen: &Seen<'_>, edge: &SeenEdge<'_>) -> bool {
    let keep = seen.keep(edge);
    edge.view.ready && edge.shelf > keep + keep / SLACK_PART_BEFORE
}

/// What is to come back to a pool that has so much. Before the sale has begun, what other edges are expected to sell.
fn recalls(seen: &Seen<'_>, pool: u64) -> Vec<Move> {
    if !seen.is_open {
        let asked =
            seen.edges.iter().filter(|edge| !seen.is_tail && has_too_much(seen, edge) && may_be_asked(seen, edge));
        return asked.map(|edge| recall_to(edge, seen.keep(edge))).collect();
    }
    if seen.is_near_end {
        return recalls_of(seen, u64::MAX);
    }
    let lacked: u64 = seen.granted_to().map(SeenEdge::lacks).sum();
    let lacked = lacked.saturating_sub(seen.view.pool.get());
    if seen.is_tail {
        let coming: u64 = seen.edges.iter().filter(|edge| was_asked(seen, edge)).map(idle).sum();
        return recalls_of(seen, (lacked + seen.sold_until_recalled).saturating_sub(pool + coming));
    }
    let evened_out = recalls_of_the_rich(seen, pool);
    // Whoever waits is not left waiting for units that lie elsewhere, however few they are.
    if evened_out.is_empty() { recalls_of(seen, lacked) } else { evened_out }
}

/// Shelves to be evened out while the pool is short.
fn recalls_of_the_rich(seen: &Seen<'_>, pool: u64) -> Vec<Move> {
    if pool >= (seen.left / RESERVE_PART).max(seen.sold_in_a_round_trip) {
        return Vec::new();
    }
    let is_rich = |edge: &&SeenEdge<'_>| {
        edge.shelf > seen.keep(edge).saturating_mul(SLACK).max(edge.waiting()) && may_be_asked(seen, edge)
    };
    seen.edges.iter().filter(is_rich).map(|edge| recall_to(edge, seen.keep(edge))).collect()
}

/// So many units from the edges that can spare most, or all that they can spare. None before the start: nobody has asked.
fn recalls_of(seen: &Seen<'_>, mut lacked: u64) -> Vec<Move> {
    if !seen.is_open {
        return Vec::new();
    }
    let mut rich: Vec<_> = seen.edges.iter().filter(|edge| idle(edge) > 0 && may_be_asked(seen, edge)).collect();
    rich.sort_by_key(|edge| std::cmp::Reverse(idle(edge)));
    let mut moves = Vec::new();
    for edge in rich {
        let units_wanted = idle(edge).min(lacked);
        if units_wanted == 0 {
            break;
        }
        lacked -= units_wanted;
        moves.push(recall_to(edge, edge.shelf - units_wanted));
    }
    moves
}

fn recall_to(edge: &SeenEdge<'_>, keep: u64) -> Move {
    Move::Recall { edge: edge.view.edge.clone(), keep: units(keep) }
}

/// Units on its shelf that nobody waits for, and that are not about to be sold.
fn idle(edge: &SeenEdge<'_>) -> u64 {
    edge.shelf.saturating_sub(edge.waiting().max(edge.sold_in_lead()))
}

/// One recall of a SKU from an edge is under way at a time, and none while a grant is: it would come straight back.
fn may_be_asked(seen: &Seen<'_>, edge: &SeenEdge<'_>) -> bool {
    edge.view.ready && edge.in_flight == 0 && !was_asked(seen, edge)
}

/// Whether it was asked for some so lately that they may be on their way.
fn was_asked(seen: &Seen<'_>, edge: &SeenEdge<'_>) -> bool {
    edge.view.ready && edge.view.recalled_at.is_some_and(|at| seen.view.now.since_ms(at) < 2 * edge.lead_ms)
}

/// `part` of `whole` of a number, rounded down.
fn part_of(number: u64, part: u64, whole: u64) -> u64 {
    u64::try_from(u128::from(number) * u128::from(part) / u128::from(whole.max(1))).unwrap_or(number)
}

#[cfg(test)]
mod tests;
