//! The state: both cores with their disks, what is under way between them, and what shoppers know.

mod actions;
mod allocator;
mod edges;
mod faults;
mod shoppers;
mod start;
mod streams;

use std::sync::Arc;

use crate::action::Action;
use crate::budget::Budget;
use crate::configuration::Configuration;
use crate::history::History;
use crate::invariants::{self, Invariant, Violation};
use crate::network::Network;
use crate::nodes::{AllocatorNode, EdgeNode};
use crate::shared::Shared;
use crate::shoppers::Shoppers;

/// One state of a world.
#[derive(Debug, Clone)]
pub(crate) struct World {
    pub(crate) configuration: Arc<Configuration>,
    pub(crate) edges: Vec<Shared<EdgeNode>>,
    pub(crate) allocator: Shared<AllocatorNode>,
    pub(crate) network: Shared<Network>,
    pub(crate) shoppers: Shared<Shoppers>,
    pub(crate) history: Shared<History>,
    pub(crate) budget: Budget,
    /// The first invariant that does not hold; nothing happens after.
    pub(crate) violation: Option<Violation>,
}

impl World {
    /// Takes a step, and looks at the invariants.
    pub(crate) fn step(&mut self, action: &Action) {
        self.happen(action);
        let mut history = self.history.change().clone();
        let noted = history.note(self);
        *self.history.change() = history;
        if let Err(violation) = noted {
            self.violate(violation.invariant, violation.what);
        }
        if let Err(violation) = invariants::look(self) {
            self.violate(violation.invariant, violation.what);
        }
        self.seal();
    }

    /// Keeps the first violation.
    pub(crate) fn violate(&mut self, invariant: Invariant, what: String) {
        self.violation.get_or_insert(Violation { invariant, what });
    }

    fn seal(&mut self) {
        self.edges.iter_mut().for_each(Shared::seal);
        self.allocator.seal();
        self.network.seal();
        self.shoppers.seal();
        self.history.seal();
    }
}

/// The configuration is the same for all states of an exploration.
impl PartialEq for World {
    fn eq(&self, other: &Self) -> bool {
        self.edges == other.edges
            && self.allocator == other.allocator
            && self.network == other.network
            && self.shoppers == other.shoppers
            && self.history == other.history
            && self.budget == other.budget
            && self.violation == other.violation
    }
}

impl Eq for World {}

impl std::hash::Hash for World {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.edges.hash(state);
        self.allocator.hash(state);
        self.network.hash(state);
        self.shoppers.hash(state);
        self.history.hash(state);
        self.budget.hash(state);
        self.violation.hash(state);
    }
}
