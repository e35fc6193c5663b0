//! What a policy knows, and what it may ask for.

use doorbuster_proto::{EdgeId, Timestamp, Units};

/// Round trips are taken to last so long, in milliseconds, until one was measured.
const ROUND_TRIP_MS: u64 = 50;

/// What a policy knows of one SKU that may be granted.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct SkuView {
    /// The moment.
    pub now: Timestamp,
    /// When it begins to sell.
    pub starts_at: Timestamp,
    /// When it ends.
    pub ends_at: Timestamp,
    /// Supply and budget.
    pub issued: Units,
    /// What the allocator holds.
    pub pool: Units,
    /// Units that are to come back, since the supply was lowered. Nothing is granted before.
    pub debt: Units,
    /// Units that one shopper may want at once.
    pub cart_max: Units,
    /// The edges that sell it, by id.
    pub edges: Vec<EdgeView>,
}

/// What a policy knows of one SKU on one edge.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct EdgeView {
    /// The edge.
    pub edge: EdgeId,
    /// Whether it may be granted to: its epoch is confirmed, and it speaks.
    pub ready: bool,
    /// Its part of the demand that is expected, beside the others' weights.
    pub weight: u32,
    /// Units granted in its epoch.
    pub granted: Units,
    /// The last grant's units.
    pub last_grant: Units,
    /// What it told last; `None` where it has told nothing yet, or cannot sell.
    pub told: Option<Told>,
    /// Milliseconds from a grant's commit to the word that the edge has stored it.
    pub round_trip_ms: Option<u64>,
    /// When it was last asked to return some.
    pub recalled_at: Option<Timestamp>,
}

/// What an edge told of one SKU, brought up to what the ledger has heard since.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Told {
    /// Units on its shelf.
    pub shelf: Units,
    /// Units that its shoppers wait for, and the shelf does not have.
    pub waiting: Units,
    /// Units granted that have not arrived.
    pub in_flight: Units,
    /// How fast shoppers have asked for it.
    pub demand: Rate,
    /// How many units were asked for, of those that the rate still remembers: what it is worth.
    pub evidence: u64,
}

/// Units that shoppers ask for in a thousand seconds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Rate(pub u64);

/// One thing to do about one SKU.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Move {
    /// Units from the pool for an edge.
    Grant {
        /// Which edge.
        edge: EdgeId,
        /// How many, at least one.
        units: Units,
    },
    /// A request to an edge to return what it can spare.
    Recall {
        /// Which edge.
        edge: EdgeId,
        /// What may stay.
        keep: Units,
    },
}

impl Rate {
    /// Units in so many milliseconds, in thousandths.
    pub fn milliunits_in(self, ms: u64) -> u64 {
        self.0.saturating_mul(ms) / 1_000
    }
}

impl EdgeView {
    /// Shelf and waiting, where the edge has told them since its last grant arrived.
    pub fn level(&self) -> Option<(Units, Units)> {
        self.told.filter(|told| told.in_flight.is_zero()).map(|told| (told.shelf, told.waiting))
    }

    /// Units that it has, or will have once its grants arrive.
    pub fn stock(&self) -> Units {
        self.told.map_or(Units::ZERO, |told| told.shelf.plus(told.in_flight))
    }

    /// Units that its shoppers wait for.
    pub fn waiting(&self) -> Units {
        self.told.map(|told| told.waiting).unwrap_or_default()
    }

    /// Units that its shoppers wait for and that are not under way.
    pub fn lacks(&self) -> Units {
        self.waiting().saturating_sub(self.stock())
    }

    /// Milliseconds of a round trip, as far as is known.
    pub fn round_trip_ms(&self) -> u64 {
        self.round_trip_ms.unwrap_or(ROUND_TRIP_MS)
    }
}

/// A number of units that follows from others that are.
pub(super) fn units(count: u64) -> Units {
    Units::new(count).expect("a part of the supply, or what an edge told, is a quantity")
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(crate) const NOW: Timestamp = Timestamp(10_000);

    pub(crate) fn u(count: u64) -> Units {
        Units::new(count).unwrap()
    }

    /// An edge that was granted nothing yet.
    pub(crate) fn edge(name: &str) -> EdgeView {
        EdgeView {
            edge: name.parse().unwrap(),
            ready: true,
            weight: 1,
            granted: u(0),
            last_grant: u(0),
            told: None,
            round_trip_ms: None,
            recalled_at: None,
        }
    }

    pub(crate) fn weighing(name: &str, weight: u32) -> EdgeView {
        EdgeView { weight, ..edge(name) }
    }

    /// An edge that was granted 20, and has told its level just now.
    pub(crate) fn stocked(name: &str, shelf: u64, waiting: u64) -> EdgeView {
        let told = Told { shelf: u(shelf), waiting: u(waiting), ..Told::default() };
        EdgeView { granted: u(20), last_grant: u(20), told: Some(told), ..edge(name) }
    }

    /// An edge with demand.
    pub(crate) fn asked(name: &str, shelf: u64, rate: u64) -> EdgeView {
        let mut edge = stocked(name, shelf, 0);
        edge.told = edge.told.map(|told| Told { demand: Rate(rate), evidence: 100, ..told });
        edge
    }

    /// A sale that has begun, and lasts.
    pub(crate) fn view(issued: u64, pool: u64, edges: Vec<EdgeView>) -> SkuView {
        let (starts_at, ends_at) = (Timestamp(5_000), Timestamp(1_000_000));
        SkuView { now: NOW, starts_at, ends_at, issued: u(issued), pool: u(pool), debt: u(0), cart_max: u(1), edges }
    }

    pub(crate) fn grant(name: &str, units: u64) -> Move {
        Move::Grant { edge: name.parse().unwrap(), units: u(units) }
    }

    pub(crate) fn recall(name: &str, keep: u64) -> Move {
        Move::Recall { edge: name.parse().unwrap(), keep: u(keep) }
    }
}
