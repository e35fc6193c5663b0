//! What a world is explored with: its size, its faults, and the steps that were taken before.

use crate::action::Action;
use crate::budget::Budget;

/// The edges of every configuration.
pub(crate) const EDGES: [&str; 2] = ["edge-1", "edge-2"];

/// A world to explore.
#[derive(Debug, Clone)]
pub struct Configuration {
    /// Its name, for reports and the mutants that name it.
    pub name: &'static str,
    /// What it aims at.
    pub aim: &'static str,
    pub(crate) supply: u64,
    /// Units of the sale per shopper.
    pub(crate) limit: u64,
    /// Credit W.
    pub(crate) credit: u64,
    pub(crate) items: &'static [&'static str],
    pub(crate) orders: Vec<Intent>,
    /// How often each shopper asks at most.
    pub(crate) tries: u8,
    pub(crate) budget: Budget,
    /// Whether an edge's synced write is a step of its own.
    pub(crate) edge_disks_are_slow: bool,
    /// Whether the allocator's is.
    pub(crate) ledger_disk_is_slow: bool,
    /// Steps from the edges' first grants to where the exploration begins.
    pub(crate) prelude: Vec<Action>,
}

/// A purchase to be made.
#[derive(Debug, Clone)]
pub(crate) struct Intent {
    pub(crate) shopper: &'static str,
    pub(crate) key: &'static str,
    pub(crate) item: &'static str,
    pub(crate) place: Place,
}

/// Where a shopper asks.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Place {
    /// At this edge.
    At(usize),
    /// At any.
    Anywhere,
    /// At the shopper's home.
    Home,
}

/// One purchase by key of one item.
pub(crate) fn intent(shopper: &'static str, item: &'static str, place: Place) -> Intent {
    Intent { shopper, key: item, item, place }
}

impl Default for Configuration {
    fn default() -> Self {
        Self {
            name: "",
            aim: "",
            supply: 3,
            limit: 1,
            credit: 0,
            items: &["a"],
            orders: Vec::new(),
            tries: 1,
            budget: Budget::default(),
            edge_disks_are_slow: false,
            ledger_disk_is_slow: false,
            prelude: Vec::new(),
        }
    }
}

impl Configuration {
    /// Whether every shopper asks its home alone.
    pub(crate) fn everybody_is_home(&self) -> bool {
        self.orders.iter().all(|intent| matches!(intent.place, Place::Home))
    }
}
