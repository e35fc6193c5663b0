//! A SKU as the adaptive policy sees it: shares of demand, and what each edge sells in the time of an answer.
//!
//! The numbers below were chosen by `make bench-policy`; ARCHITECTURE.md says what each trades for what.

use crate::policy::{EdgeView, Rate, SkuView};

/// From an edge's question to the commit of its grant, in milliseconds, its round trip apart.
const DECISION_MS: u64 = 20;
/// Demand is taken to stay below its mean and so many standard deviations (Poisson: the root of the mean). Five: in the time
/// of an answer often less than a unit is asked for, and such counts exceed their mean by more than normal ones do.
const DEVIATIONS: u64 = 5;
/// Demand moves: of a sudden, an edge may sell so many times what the weights say. For that it asks early, but no earlier
/// than at one part in so many of what it should hold.
const MOVED: u64 = 2;
const MOVED_PART: u64 = 2;
/// What the weights say is worth so many units that were asked for, for each edge.
const EXPECTED_UNITS_PER_EDGE: u128 = 1;
/// The pool keeps one part in so many of what is left, and what is sold in so many round trips; but no more than so many
/// standard deviations of what each edge will yet sell, where all sell alike, for chance moves no more. One part in so many of
/// what is left goes out at least.
const POOL_PART: u64 = 6;
const POOL_ROUND_TRIPS: u64 = 5;
const POOL_DEVIATIONS: u64 = 4;
const OUT_PART: u64 = 3;
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
    /// What all edges sell until the slowest of them has an answer.
    pub(super) sold_in_a_round_trip: u64,
    /// What is sold, by chance at most, until what is recalled now has been granted to somebody else; one at least, for
    /// whoever comes next.
    pub(super) sold_until_recalled: u64,
    /// Units that all edges together should hold.
    spread: u64,
    /// What all edges are asked for, and what the weights come to.
    demand: Rate,
    weights: u64,
}

pub(super) struct SeenEdge<'a> {
    pub(super) view: &'a EdgeView,
    pub(super) shelf: u64,
    pub(super) in_flight: u64,
    /// From its question to its answer.
    pub(super) lead_ms: u64,
    /// Its share of the demand, against the others'.
    share: u128,
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
        let rates = ready().filter_map(|edge| edge.view.told).map(|told| told.demand.0);
        let demand = Rate(rates.fold(0, u64::saturating_add));
        let sold_in_a_round_trip = demand.milliunits_in(slowest_ms) / 1_000;
        let sold_until_recalled = at_most(demand.milliunits_in(2 * slowest_ms)).max(1);
        let weights = ready().map(|edge| u64::from(edge.view.weight)).sum::<u64>().max(1);
        let by_chance = POOL_DEVIATIONS * (left * expected().count() as u64).isqrt();
        let kept_back = (left / POOL_PART + POOL_ROUND_TRIPS * sold_in_a_round_trip).min(by_chance);
        let spread = left.saturating_sub(kept_back).max(left / OUT_PART);
        Self {
            view,
            edges,
            is_open,
            left,
            is_tail,
            is_near_end,
            shares,
            sold_in_a_round_trip,
            sold_until_recalled,
            spread,
            demand,
            weights,
        }
    }

    /// Edges that may be granted to: those that have told their level, and those that have nothing to tell of yet.
    pub(super) fn granted_to(&self) -> impl Iterator<Item = &SeenEdge<'a>> {
        self.edges.iter().filter(|edge| edge.view.ready && (edge.view.told.is_some() || edge.view.granted.is_zero()))
    }

    /// The edge's part of so many units, by its share of the demand.
    pub(super) fn part(&self, edge: &SeenEdge<'_>, units: u64) -> u64 {
        u64::try_from(u128::from(units) * edge.share / self.shares).unwrap_or(units).min(units)
    }

    /// What the edge should hold: its part of all that is not kept back.
    pub(super) fn target(&self, edge: &SeenEdge<'_>) -> u64 {
        self.part(edge, self.spread)
    }

    /// What it keeps when some is recalled: what it should hold, and a unit at least where somebody may come.
    pub(super) fn keep(&self, edge: &SeenEdge<'_>) -> u64 {
        self.target(edge).max(edge.least())
    }

    /// Whether it should ask for more.
    pub(super) fn is_low(&self, edge: &SeenEdge<'_>) -> bool {
        edge.view.granted.is_zero() || edge.spare() <= self.low_water(edge)
    }

    /// What it sells in the time of an answer, and no chance makes it more; or would sell, if its shoppers became more.
    /// Half of its last grant while nothing was asked for anywhere.
    pub(super) fn low_water(&self, edge: &SeenEdge<'_>) -> u64 {
        if self.demand.0 == 0 {
            return edge.view.last_grant.get() / 2;
        }
        let moved =
            u128::from(MOVED) * u128::from(self.demand.0) * u128::from(edge.view.weight) / u128::from(self.weights);
        let moved = Rate(u64::try_from(moved).unwrap_or(u64::MAX)).milliunits_in(edge.lead_ms);
        at_most(edge.milliunits_in_lead()).max(at_most(moved).min(self.target(edge) / MOVED_PART))
    }
}

/// What demand of this mean, in thousandths, comes to if chance is against us.
fn at_most(mean: u64) -> u64 {
    (mean + DEVIATIONS * (mean * 1_000).isqrt()) / 1_000
}

/// Each edge's share of the demand: what was asked for, and what the weights say, each by what it is worth.
fn shares(view: &SkuView) -> Vec<u128> {
    let told = || view.edges.iter().filter_map(|edge| edge.told);
    let evidence: u128 = told().map(|told| u128::from(told.evidence)).sum();
    let weights: u128 = view.edges.iter().map(|edge| u128::from(edge.weight)).sum::<u128>().max(1);
    let asked: u128 = view.edges.iter().map(asked_at).sum::<u128>().max(1);
    let expected = view.edges.len() as u128 * EXPECTED_UNITS_PER_EDGE;
    let share = |edge: &EdgeView| asked_at(edge) * weights * evidence + u128::from(edge.weight) * asked * expected;
    view.edges.iter().map(share).collect()
}

/// What the edge's shoppers ask for in a thousand seconds, and what they wait for as if it were asked for in one.
fn asked_at(edge: &EdgeView) -> u128 {
    edge.told.map_or(0, |told| u128::from(told.demand.0) + u128::from(told.waiting.get()) * 1_000)
}

impl<'a> SeenEdge<'a> {
    fn of(edge: &'a EdgeView, share: u128) -> Self {
        let told = edge.told.unwrap_or_default();
        let (shelf, in_flight) = (told.shelf.get(), told.in_flight.get());
        Self { view: edge, shelf, in_flight, lead_ms: edge.round_trip_ms() + DECISION_MS, share }
    }

    /// Units that its shoppers wait for.
    pub(super) fn waiting(&self) -> u64 {
        self.view.waiting().get()
    }

    /// Units that its shoppers wait for, and that are neither here nor under way.
    pub(super) fn lacks(&self) -> u64 {
        self.view.lacks().get()
    }

    /// Units here or under way that nobody waits for.
    pub(super) fn spare(&self) -> u64 {
        (self.shelf + self.in_flight).saturating_sub(self.waiting())
    }

    /// The least that it should hold while there is some: a unit, unless nobody is expected there.
    pub(super) fn least(&self) -> u64 {
        u64::from(self.share > 0)
    }

    /// What it sells in the time of an answer, on average.
    pub(super) fn sold_in_lead(&self) -> u64 {
        self.milliunits_in_lead() / 1_000
    }

    fn milliunits_in_lead(&self) -> u64 {
        self.view.told.map_or(0, |told| told.demand.milliunits_in(self.lead_ms))
    }
}
