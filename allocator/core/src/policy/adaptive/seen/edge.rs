//! One edge as the adaptive policy sees it, and its share of the demand.

use crate::policy::{EdgeView, Rate, SkuView};

/// From the word that an edge runs low to the commit of its grant, in milliseconds, its round trip apart.
const DECISION_MS: u64 = 20;
/// What the weights say is worth so many units that were asked for, for each edge: a first shopper somewhere says little of
/// where the next ones will come.
const EXPECTED_UNITS_PER_EDGE: u128 = 2;

pub(in super::super) struct SeenEdge<'a> {
    pub(in super::super) view: &'a EdgeView,
    pub(in super::super) shelf: u64,
    pub(in super::super) in_flight: u64,
    /// From its word that it runs low to the grant's arrival.
    pub(in super::super) lead_ms: u64,
    /// Its share of the demand, against the others'.
    pub(super) share: u128,
}

impl<'a> SeenEdge<'a> {
    pub(super) fn of(edge: &'a EdgeView, share: u128) -> Self {
        let told = edge.told.unwrap_or_default();
        let (shelf, in_flight) = (told.shelf.get(), told.in_flight.get());
        Self { view: edge, shelf, in_flight, lead_ms: edge.round_trip_ms() + DECISION_MS, share }
    }

    /// Units that its shoppers wait for.
    pub(in super::super) fn waiting(&self) -> u64 {
        self.view.waiting().get()
    }

    /// Units that its shoppers wait for, and that are neither here nor under way.
    pub(in super::super) fn lacks(&self) -> u64 {
        self.view.lacks().get()
    }

    /// Units here or under way that nobody waits for.
    pub(in super::super) fn spare(&self) -> u64 {
        (self.shelf + self.in_flight).saturating_sub(self.waiting())
    }

    /// The least that it should hold while there is some: a unit, unless nobody is expected there.
    pub(in super::super) fn least(&self) -> u64 {
        u64::from(self.share > 0)
    }

    /// What it sells in the time of an answer, on average.
    pub(in super::super) fn sold_in_lead(&self) -> u64 {
        self.milliunits_in_lead() / 1_000
    }

    pub(super) fn milliunits_in_lead(&self) -> u64 {
        self.rate().milliunits_in(self.lead_ms)
    }

    pub(super) fn rate(&self) -> Rate {
        self.view.told.map(|told| told.demand).unwrap_or_default()
    }
}

/// Each edge's share of the demand: what was asked for, and what the weights say, each by what it is worth.
pub(super) fn shares(view: &SkuView) -> Vec<u128> {
    let told = || view.edges.iter().filter_map(|edge| edge.told);
    let evidence: u128 = told().map(|told| u128::from(told.evidence)).sum();
    let weights: u128 = view.edges.iter().map(|edge| u128::from(edge.weight)).sum::<u128>().max(1);
    let asked: u128 = view.edges.iter().map(asked_at).sum::<u128>().max(1);
    let expected = view.edges.len() as u128 * EXPECTED_UNITS_PER_EDGE;
    let share = |edge: &EdgeView| asked_at(edge) * weights * evidence + u128::from(edge.weight) * asked * expected;
    let shares: Vec<u128> = view.edges.iter().map(share).collect();
    // Only ratios count. With 64 bits each, all of them times any quantity is a number.
    let most = shares.iter().copied().max().unwrap_or_default();
    let beyond = (u128::BITS - most.leading_zeros()).saturating_sub(u64::BITS);
    shares.into_iter().map(|share| share >> beyond).collect()
}

/// What the edge's shoppers ask for in a thousand seconds, and what they wait for as if it were asked for in one.
fn asked_at(edge: &EdgeView) -> u128 {
    edge.told.map_or(0, |told| u128::from(told.demand.0) + u128::from(told.waiting.get()) * 1_000)
}
