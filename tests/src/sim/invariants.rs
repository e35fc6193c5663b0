//! What must hold. Invariants 1 to 7 always, the eighth once faults have stopped; each in a file of its own.

mod acknowledged;
mod conservation;
mod credit;
mod fences;
mod limit;
mod outcome;
mod oversell;
mod rest;

use doorbuster_edge_core::{OrderStatus, OrderView};

use super::world::World;

/// An invariant that did not hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("seed {seed}, at {at_ms} ms: {invariant}: {what}\nreplay it: make prove SEED={seed}")]
pub struct Violation {
    /// The world's seed.
    pub seed: u64,
    /// When, in milliseconds of the world.
    pub at_ms: u64,
    /// Which invariant.
    pub invariant: &'static str,
    /// What was found.
    pub what: String,
}

/// What an invariant says: nothing, or what is wrong.
type Found = Result<(), String>;

/// What was seen so far, for what may only grow.
#[derive(Debug, Default)]
pub(super) struct Seen {
    fences: fences::Highest,
    quarantined_most: u64,
}

impl Seen {
    /// Looks at everything; at what is costly only `closely`.
    pub(super) fn look(&mut self, world: &World, closely: bool) -> Result<(), Violation> {
        let quarantine = world.allocator.core.image().stock.values().map(|stock| stock.quarantine().get()).sum();
        self.quarantined_most = self.quarantined_most.max(quarantine);
        world.expect("fences", self.fences.look(world))?;
        if closely {
            world.expect("conservation", conservation::look(world))?;
            world.expect("no oversell", oversell::look(world))?;
            world.expect("credit", credit::look(world))?;
            world.expect("limit", limit::look(world))?;
            world.expect("sights", world.allocator.core.check_sights())?;
        }
        Ok(())
    }

    /// Looks at what must be true at the end.
    pub(super) fn look_at_rest(world: &World) -> Result<(), Violation> {
        world.expect("at rest", rest::look(world))?;
        world.expect("acknowledged", acknowledged::look_at_rest(world))?;
        world.expect("one outcome", outcome::look_at_rest(world))
    }

    pub(super) fn quarantined_most(&self) -> u64 {
        self.quarantined_most
    }
}

impl World {
    /// A shopper is told to have an order.
    pub(super) fn acknowledged(&mut self, edge: usize, wish: usize, view: &OrderView) {
        let found = outcome::look_at_answer(self, wish, view);
        self.blame("one outcome", found);
        if view.status.counts() && view.status != OrderStatus::Pending {
            let found = acknowledged::look_at_answer(self, view);
            self.blame("acknowledged", found);
            let disk = self.edges[edge].disk_id;
            self.shoppers.tell(view, disk);
        }
    }

    /// Something is wrong.
    pub(super) fn violate(&mut self, invariant: &'static str, what: String) {
        self.blame(invariant, Err(what));
    }

    fn blame(&mut self, invariant: &'static str, found: Found) {
        if let Err(violation) = self.expect(invariant, found) {
            self.violated(violation);
        }
    }

    fn expect(&self, invariant: &'static str, found: Found) -> Result<(), Violation> {
        let violation = |what| Violation { seed: self.plan.seed, at_ms: self.now.0, invariant, what };
        found.map_err(violation)
    }
}
