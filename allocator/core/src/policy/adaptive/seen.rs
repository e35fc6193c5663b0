//! A SKU as the adaptive policy sees it: shares of demand, and what each edge sells in the time of an answer.
//!
//! The numbers below were chosen by `make bench-policy`; ARCHITECTURE.md says what each trades for what.

mod edge;

pub(super) use self::edge::SeenEdge;
use self::edge::shares;
use super::part_of;
use doorbuster_proto::Units;

use crate::policy::{Rate, SkuView};

/// Demand is taken to stay below its mean and so many standard deviations (Poisson: the root of the mean). Five: in the time
/// of an answer often less than a unit is asked for, such counts exceed their mean by more than normal ones do, and shoppers
/// may turn from one edge to another.
const DEVIATIONS: u64 = 5;
/// No edge is filled up while it has more than one part in so many of what it should hold; of one that may well sell that
/// until it has an answer, more than one in so many. Near the end not enough is left for every margin: it would be handed out
/// a unit at a time.
const LOW_PART: u64 = 3;
const LOW_PART_OF_BUSY: u64 = 2;
/// The pool keeps back a standard deviation (Poisson) of what each edge will yet sell, where all sell alike, for that is what
/// chance moves; but no more than one part in so many of what is left.
const KEPT_BACK_PART: u64 = 3;
/// In the tail there are no more than so many units for each edge that sells the SKU.
const TAIL_UNITS_PER_EDGE: u64 = 1;
/// The tail begins so many milliseconds before the end, at the latest.
const TAIL_BEFORE_END_MS: u64 = 2_000;

pub(super) struct Seen<'a> {
    pub(super) view: &'a SkuView,
    pub(super) edges: Vec<SeenEdge<'a>>,
    /// Whether the sale has begun.
    pub(super) is_open: bool,
    /// Units that can still be moved: in the pool, and on edges that speak. Before the start all: every edge is expected to come.
    pub(super) left: u64,
    /// So few, or so near to the end, that nothing is granted ahead.
    pub(super) is_tail: bool,
    /// So near to the end that none is kept where nobody waits.
    pub(super) is_near_end: bool,
    /// All edges' shares of the demand.
    shares: u128,
    /// What all edges sell, each until it has an answer.
    pub(super) sold_in_a_round_trip: u64,
    /// What is sold, by chance at most, until what is recalled now has been granted to somebody else; one at least, for
    /// whoever comes next.
    pub(super) sold_until_recalled: u64,
    /// What of that is sold by edges that have nothing: the pool has to have it.
    pub(super) lacked_until_recalled: u64,
    /// Units that the pool should keep back.
    pub(super) kept_back: u64,
    /// Units that all edges together should hold; and as many as they would hold if they all had as much, against their
    /// demand, as those that have least can be brought to.
    spread: u64,
    reach: u64,
    /// What all edges are asked for.
    demand: Rate,
}

impl<'a> Seen<'a> {
    pub(super) fn of(view: &'a SkuView) -> Self {
        let edges: Vec<_> =
            shares(view).into_iter().zip(&view.edges).map(|(share, edge)| SeenEdge::of(edge, share)).collect();
        // Whoever does not speak sells nothing.
        let is_open = view.now >= view.starts_at;
        let expected = || edges.iter().filter(|edge| edge.view.ready || !is_open);
        let shares = expected().map(|edge| edge.share).sum::<u128>().max(1);
        let ready = || edges.iter().filter(|edge| edge.view.ready);
        let movable = view.pool.get() + ready().map(|edge| edge.shelf + edge.in_flight).sum::<u64>();
        let left = if is_open { movable } else { view.issued.get() };
        let is_near_end = view.ends_at.0.saturating_sub(view.now.0) <= TAIL_BEFORE_END_MS;
        let is_tail = left <= TAIL_UNITS_PER_EDGE * edges.len() as u64 || is_near_end;
        let slowest_ms = ready().map(|edge| edge.lead_ms).max().unwrap_or_default();
        let sold_until_recalled = |is_counted: fn(&SeenEdge<'_>) -> bool| {
            let rates = ready().filter(|edge| is_counted(edge)).map(|edge| edge.rate().0);
            let sold = Rate(rates.fold(0, u64::saturating_add)).milliunits_in(2 * slowest_ms);
            above(sold, DEVIATIONS).max(1)
        };
        let sold_in_a_round_trip = ready().map(SeenEdge::milliunits_in_lead).fold(0, u64::saturating_add) / 1_000;
        let kept_back = (left.saturating_mul(expected().count() as u64)).isqrt().min(left / KEPT_BACK_PART);
        let mut seen = Self {
            view,
            is_open,
            left,
            is_tail,
            is_near_end,
            shares,
            sold_in_a_round_trip,
            sold_until_recalled: sold_until_recalled(|_| true),
            lacked_until_recalled: sold_until_recalled(|edge| edge.spare() == 0),
            kept_back,
            spread: left - kept_back,
            reach: left - kept_back,
            demand: Rate(ready().map(|edge| edge.rate().0).fold(0, u64::saturating_add)),
            edges,
        };
        if is_open {
            seen.reach = part_of(seen.poured(), seen.spread, left);
        }
        seen
    }

    /// What all edges together would hold if each had as much, against its demand, as those that have least would have after
    /// all of the pool was poured over them that nobody waits for. What others have beyond that is out of reach.
    fn poured(&self) -> u64 {
        let lacked: u64 = self.granted_to().map(SeenEdge::lacks).sum();
        let pool = u128::from(self.view.pool.get().saturating_sub(lacked));
        let mut reach = u128::from(self.left);
        // Each round leaves out who has more than the last one said, and says less.
        loop {
            let has_less = |edge: &&SeenEdge<'_>| u128::from(edge.spare()) * self.shares <= reach * edge.share;
            let poor = || self.granted_to().filter(has_less);
            let held = pool + poor().map(|edge| u128::from(edge.spare())).sum::<u128>();
            let share = poor().map(|edge| edge.share).sum::<u128>().max(1);
            let next = held * self.shares / share;
            if next >= reach {
                return u64::try_from(reach).unwrap_or(u64::MAX);
            }
            reach = next;
        }
    }

    /// Edges that may be granted to: those that have told their level, and those that have nothing to tell of yet.
    pub(super) fn granted_to(&self) -> impl Iterator<Item = &SeenEdge<'a>> {
        self.edges.iter().filter(|edge| edge.view.ready && (edge.view.told.is_some() || edge.view.granted.is_zero()))
    }

    /// Whether a shopper may want several units at once: then units on a shelf may serve none of those who wait there.
    pub(super) fn sells_several(&self) -> bool {
        self.view.cart_max > Units::ONE
    }

    /// The edge whose shoppers lack least, of those that lack any.
    pub(super) fn lacks_least(&self) -> Option<&SeenEdge<'a>> {
        self.granted_to().filter(|edge| edge.lacks() > 0).min_by_key(|edge| edge.lacks())
    }

    /// The edge's part of so many units, by its share of the demand.
    fn part(&self, edge: &SeenEdge<'_>, units: u64) -> u64 {
        u64::try_from(u128::from(units) * edge.share / self.shares).unwrap_or(units).min(units)
    }

    /// What the edge is filled up to: its part of all that is not kept back, as far as that is within reach.
    pub(super) fn target(&self, edge: &SeenEdge<'_>) -> u64 {
        self.part(edge, self.reach)
    }

    /// What it keeps when some is recalled: its part, wherever that lies now, and a unit at least where somebody may come.
    pub(super) fn keep(&self, edge: &SeenEdge<'_>) -> u64 {
        self.part(edge, self.spread).max(edge.least())
    }

    /// Whether it needs more.
    pub(super) fn is_low(&self, edge: &SeenEdge<'_>) -> bool {
        edge.view.granted.is_zero() || edge.spare() <= self.low_water(edge)
    }

    /// What it sells in the time of an answer, and no chance makes it more; but no more than a part of what it should hold.
    /// Half of its last grant while nothing was asked for anywhere.
    pub(super) fn low_water(&self, edge: &SeenEdge<'_>) -> u64 {
        if self.demand == Rate::default() {
            return edge.view.last_grant.get() / 2;
        }
        let (target, sold) = (self.target(edge), edge.milliunits_in_lead());
        let of_busy = above(sold, 1).min(target / LOW_PART_OF_BUSY);
        above(sold, DEVIATIONS).min(of_busy.max(target / LOW_PART))
    }
}

/// What demand of this mean, in thousandths, comes to so many standard deviations above it.
fn above(mean: u64, deviations: u64) -> u64 {
    (mean + deviations * (mean * 1_000).isqrt()) / 1_000
}
