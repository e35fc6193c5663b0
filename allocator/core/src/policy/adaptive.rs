//! Stock goes where the shoppers are.
//!
//! Each edge is kept at its part of what is left, by its share of the demand, less what the pool keeps back: what chance will
//! move. Shares so shrink with what is left (guided self-scheduling, Polychronopoulos and Kuck 1987), which takes few messages,
//! and leaves little to move at the end. An edge is filled up when its shelf falls to what its shoppers take in the time of an
//! answer, with a margin for chance (the reorder point of inventory theory), and to no more than all others can be that have
//! as little. When the pool runs down, cover is evened out by recalls from the edges that have the most. Of the last units the
//! pool gathers what is sold until it could gather more (a base stock), and grants it to the edges whose shoppers wait; the
//! others are sold where they lie.

mod before;
mod recalls;
mod seen;

use doorbuster_proto::Units;

use self::seen::{Seen, SeenEdge};
use super::split::Grants;
use super::view::units;
use super::{Move, SkuView};

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
        if seen.is_open { fill_up(&seen, &mut grants) } else { before::split(&seen, &mut grants) }
    }
    let recalls = if seen.is_open { recalls::due(&seen, grants.pool.get()) } else { before::recalls(&seen) };
    grants.moves.into_iter().chain(recalls).collect()
}

/// The low-water mark of each edge: what it sells in the time of an answer. In the tail nothing is granted ahead.
pub(super) fn low_water(view: &SkuView) -> Vec<Units> {
    let seen = Seen::of(view);
    let mark = |edge: &SeenEdge<'_>| if seen.is_tail { 0 } else { seen.low_water(edge) };
    seen.edges.iter().map(|edge| units(mark(edge))).collect()
}

/// Whoever waits comes first: all they lack, or as much of it as the pool has.
fn give_to_the_waiting(seen: &Seen<'_>, grants: &mut Grants) {
    let pool = grants.pool.get();
    let waiting = || seen.granted_to().filter(|edge| edge.lacks() > 0);
    let lacked: u64 = waiting().map(SeenEdge::lacks).sum();
    if lacked > pool {
        return share_out(seen, waiting().collect(), lacked, grants);
    }
    let mut beyond = if seen.is_tail { 0 } else { pool - lacked };
    for edge in waiting() {
        let ahead = wanted_ahead(seen, edge, beyond);
        beyond -= ahead;
        grants.give(edge.view, units(edge.lacks() + ahead));
    }
}

/// Of a pool that is too small each edge gets its part, and the first ones what rounding leaves. But where a shopper may want
/// several units, a part may serve nobody: whoever lacks least comes first, and gets all of it.
fn share_out(seen: &Seen<'_>, mut waiting: Vec<&SeenEdge<'_>>, lacked: u64, grants: &mut Grants) {
    if seen.sells_several() {
        waiting.sort_by_key(|edge| edge.lacks());
        return waiting.into_iter().for_each(|edge| grants.give(edge.view, units(edge.lacks())));
    }
    let pool = grants.pool.get();
    let parts: Vec<u64> = waiting.iter().map(|edge| part_of(pool, edge.lacks(), lacked)).collect();
    let rest = pool - parts.iter().sum::<u64>();
    for (place, (edge, part)) in (0..).zip(waiting.into_iter().zip(parts)) {
        grants.give(edge.view, units(part + u64::from(place < rest)));
    }
}

/// Whoever has not been guided away yet is served; then the edge that has the most gets the pool, and from the others comes
/// back what they are not about to sell.
fn gather_on_one(seen: &Seen<'_>, mut grants: Grants) -> Vec<Move> {
    let stock = |edge: &SeenEdge<'_>| (edge.shelf + edge.in_flight, edge.waiting());
    let Some(one) = seen.granted_to().max_by_key(|edge| stock(edge)) else { return Vec::new() };
    grants.give(one.view, grants.pool);
    let but = seen.lacks_least().filter(|_| seen.sells_several()).unwrap_or(one);
    grants.moves.into_iter().chain(recalls::of(seen, u64::MAX, Some(but))).collect()
}

/// Edges at their low-water mark get what is missing to their part.
fn fill_up(seen: &Seen<'_>, grants: &mut Grants) {
    for edge in seen.granted_to().filter(|edge| edge.lacks() == 0 && seen.is_low(edge)) {
        grants.give(edge.view, units(wanted_ahead(seen, edge, grants.pool.get())));
    }
}

/// What is missing to the edge's part, beyond what its shoppers wait for, out of a pool that has so much. While that is more
/// than is sold until a recall brings some back, no edge is left without a unit: its next shopper need not wait.
fn wanted_ahead(seen: &Seen<'_>, edge: &SeenEdge<'_>, pool: u64) -> u64 {
    let least = if pool > seen.sold_until_recalled { edge.least() } else { 0 };
    seen.target(edge).max(least).saturating_sub(edge.spare()).min(pool)
}

/// `part` of `whole` of a number, rounded down.
fn part_of(number: u64, part: u64, whole: u64) -> u64 {
    u64::try_from(u128::from(number) * u128::from(part) / u128::from(whole.max(1))).unwrap_or(number)
}

#[cfg(test)]
mod tests;
