//! A SKU as it should be by now: what was told a moment ago, less what was sold since.

use crate::policy::{EdgeView, SkuView};

/// From an edge's question to the commit of its grant, in milliseconds, its round trip apart.
const DECISION_MS: u64 = 20;
/// Demand in the time of an answer is taken to stay below its mean and so many standard deviations (Poisson: the root of
/// the mean).
const DEVIATIONS: u64 = 3;
/// In the tail there are no more than so many units for each edge that sells the SKU.
const TAIL_UNITS_PER_EDGE: u64 = 2;
/// The tail begins so many milliseconds before the end, at the latest.
const TAIL_BEFORE_END_MS: u64 = 2_000;
/// What is expected by weight counts as one part in so many of what is seen.
const PRIOR_PART: u128 = 16;

pub(super) struct Seen<'a> {
    pub(super) view: &'a SkuView,
    pub(super) edges: Vec<SeenEdge<'a>>,
    /// Units that can still be moved: in the pool, and on edges that speak.
    pub(super) left: u64,
    /// So few, or so near to the end, that none is kept where nobody waits.
    pub(super) is_tail: bool,
    /// All edges' demand.
    mass: u128,
}

pub(super) struct SeenEdge<'a> {
    pub(super) view: &'a EdgeView,
    pub(super) shelf: u64,
    pub(super) in_flight: u64,
    /// From its question to its answer.
    pub(super) lead_ms: u64,
    /// Its share of the demand, against the others'.
    mass: u128,
}

impl<'a> Seen<'a> {
    pub(super) fn of(view: &'a SkuView) -> Self {
        let mut edges: Vec<_> = view.edges.iter().map(|edge| SeenEdge::of(view, edge)).collect();
        let seen: u128 = edges.iter().map(|edge| edge.mass).sum();
        let weights: u128 = view.edges.iter().map(|edge| u128::from(edge.weight)).sum::<u128>().max(1);
        for edge in &mut edges {
            let expected = (seen + 1) * u128::from(edge.view.weight);
            edge.mass = edge.mass * PRIOR_PART * weights + expected;
        }
        let mass = edges.iter().filter(|edge| edge.view.ready).map(|edge| edge.mass).sum::<u128>().max(1);
        let reachable = edges.iter().filter(|edge| edge.view.ready);
        let left = view.pool.get() + reachable.map(|edge| edge.shelf + edge.in_flight).sum::<u64>();
        let is_near_end = view.ends_at.0.saturating_sub(view.now.0) <= TAIL_BEFORE_END_MS;
        let is_tail = left <= TAIL_UNITS_PER_EDGE * edges.len() as u64 || is_near_end;
        Self { view, edges, left, is_tail, mass }
    }

    /// Edges that may be granted to: those that have told their level, and those that have nothing to tell of yet.
    pub(super) fn granted_to(&self) -> impl Iterator<Item = &SeenEdge<'a>> {
        self.edges.iter().filter(|edge| edge.view.ready && (edge.view.told.is_some() || edge.view.granted.is_zero()))
    }

    /// The edge's part of so many units, by its share of the demand: rounded up while anything was asked for.
    pub(super) fn part(&self, edge: &SeenEdge<'_>, units: u64) -> u64 {
        u64::try_from((u128::from(units) * edge.mass).div_ceil(self.mass)).unwrap_or(units).min(units)
    }

    /// What all edges sell until the slowest of them has an answer.
    pub(super) fn sold_in_a_round_trip(&self) -> u64 {
        let ready = || self.edges.iter().filter(|edge| edge.view.ready);
        let slowest = ready().map(|edge| edge.lead_ms).max().unwrap_or_default();
        ready().filter_map(|edge| edge.view.told).map(|told| told.demand.milliunits_in(slowest)).sum::<u64>() / 1_000
    }
}

impl<'a> SeenEdge<'a> {
    fn of(view: &SkuView, edge: &'a EdgeView) -> Self {
        let told = edge.told.unwrap_or_default();
        let age_ms = view.now.since_ms(told.at);
        let sold = told.demand.milliunits_in(age_ms) / 1_000;
        let mass = u128::from(told.demand.0) + u128::from(told.waiting.get()) * 1_000;
        Self {
            view: edge,
            shelf: told.shelf.get().saturating_sub(sold),
            in_flight: told.in_flight.get(),
            lead_ms: edge.round_trip_ms() + DECISION_MS,
            mass,
        }
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

    /// Whether it should ask for more.
    pub(super) fn is_low(&self) -> bool {
        self.view.granted.is_zero() || self.spare() <= self.low_water()
    }

    /// What it sells in the time of an answer, and no chance makes it more. Half of its last grant while nothing was sold.
    pub(super) fn low_water(&self) -> u64 {
        match self.milliunits_in_lead() {
            0 => self.view.last_grant.get() / 2,
            mean => (mean + DEVIATIONS * (mean * 1_000).isqrt()).div_ceil(1_000),
        }
    }

    /// What it sells in the time of an answer, on average.
    pub(super) fn sold_in_lead(&self) -> u64 {
        self.milliunits_in_lead() / 1_000
    }

    fn milliunits_in_lead(&self) -> u64 {
        self.view.told.map_or(0, |told| told.demand.milliunits_in(self.lead_ms))
    }
}
