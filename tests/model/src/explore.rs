//! The exploration: breadth first, so that the first violation has the shortest trace.

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};

use doorbuster_allocator_core::{Account, Phase};
use stateright::{Checker, HasDiscoveries, Model, Path, Property};

use crate::action::Action;
use crate::configuration::Configuration;
use crate::invariants::Invariant;
use crate::world::World;

/// How far an exploration goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit {
    /// It stops after about so many states, those met again included.
    pub states: usize,
    /// Threads to explore with. With one the report is the same every time.
    pub threads: usize,
}

/// What an exploration saw.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// The configuration.
    pub configuration: &'static str,
    /// States that were come to, by whatever way.
    pub states: usize,
    /// Of them, different ones.
    pub unique: usize,
    /// Steps of the longest way.
    pub depth: usize,
    /// Whether there is no state that was not come to.
    pub is_exhausted: bool,
    /// What was come to of what a configuration may come to.
    pub reached: BTreeSet<&'static str>,
    /// The first violation.
    pub violation: Option<Counterexample>,
}

/// An invariant that does not hold, and how that came about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counterexample {
    /// Which invariant.
    pub invariant: Invariant,
    /// What was found.
    pub what: String,
    /// The steps, in words.
    pub trace: Vec<String>,
}

/// Explores a configuration.
pub fn explore(configuration: &Configuration, limit: Limit) -> Report {
    let model = Protocol { first: World::first(configuration.clone()), is_over: AtomicBool::new(false) };
    let checker = model
        .checker()
        .threads(limit.threads)
        .finish_when(HasDiscoveries::AnyFailures)
        .target_state_count(limit.states)
        .spawn_bfs()
        .join();
    // Every way to a violation is walked once more.
    checker.model().is_over.store(false, Ordering::Relaxed);
    let discoveries = checker.discoveries();
    let mut failures = Invariant::ALL.into_iter().filter_map(|invariant| discoveries.get(invariant.name()));
    Report {
        configuration: configuration.name,
        states: checker.state_count(),
        unique: checker.unique_state_count(),
        depth: checker.max_depth(),
        is_exhausted: checker.state_count() < limit.states && !checker.model().is_over.load(Ordering::Relaxed),
        reached: REACHED.into_iter().filter(|what| discoveries.contains_key(what)).collect(),
        violation: failures.next().map(counterexample),
    }
}

fn counterexample(path: &Path<World, Action>) -> Counterexample {
    let steps = path.clone().into_vec();
    let trace = steps.iter().filter_map(|(world, action)| action.as_ref().map(|action| world.in_words(action)));
    let violation = path.last_state().violation.clone().expect("the path ends in a violation");
    Counterexample { invariant: violation.invariant, what: violation.what, trace: trace.collect() }
}

/// What the configurations are known to come to, among them.
const REACHED: [&str; 4] = ["sold-out", "reclaimed", "quarantined", "returned"];

struct Protocol {
    first: World,
    /// A violation was found: nothing else is looked for.
    is_over: AtomicBool,
}

impl Model for Protocol {
    type State = World;
    type Action = Action;

    fn init_states(&self) -> Vec<World> {
        vec![self.first.clone()]
    }

    fn actions(&self, world: &World, actions: &mut Vec<Action>) {
        if !self.is_over.load(Ordering::Relaxed) {
            world.actions(actions);
        }
    }

    /// An assertion of a core that fails is a violation as any other.
    fn next_state(&self, world: &World, action: Action) -> Option<World> {
        if self.is_over.load(Ordering::Relaxed) {
            return None;
        }
        let mut next = world.clone();
        let stepped = catch_unwind(AssertUnwindSafe(|| next.step(&action)));
        if stepped.is_err() {
            next = world.clone();
            next.violate(Invariant::Cores, "an assertion of a core fails in the last step".to_owned());
        }
        if next.violation.is_some() {
            self.is_over.store(true, Ordering::Relaxed);
        }
        Some(next)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            Property::always("conservation", |_, world: &World| world.keeps(Invariant::Conservation)),
            Property::always("oversell", |_, world: &World| world.keeps(Invariant::Oversell)),
            Property::always("acknowledged", |_, world: &World| world.keeps(Invariant::Acknowledged)),
            Property::always("one-outcome", |_, world: &World| world.keeps(Invariant::OneOutcome)),
            Property::always("credit", |_, world: &World| world.keeps(Invariant::Credit)),
            Property::always("fences", |_, world: &World| world.keeps(Invariant::Fences)),
            Property::always("limit", |_, world: &World| world.keeps(Invariant::Limit)),
            Property::always("word", |_, world: &World| world.keeps(Invariant::Word)),
            Property::always("cores", |_, world: &World| world.keeps(Invariant::Cores)),
            Property::sometimes("sold-out", |_, world: &World| world.shoppers.wishes.iter().any(|wish| wish.told_sold_out)),
            Property::sometimes("reclaimed", |_, world: &World| world.has_reclaimed()),
            Property::sometimes("quarantined", |_, world: &World| {
                world.allocator.core.image().stock.values().any(|stock| !stock.quarantine().is_zero())
            }),
            Property::sometimes("returned", |_, world: &World| world.has_returned()),
        ]
    }
}

impl World {
    fn keeps(&self, invariant: Invariant) -> bool {
        self.violation.as_ref().is_none_or(|violation| violation.invariant != invariant)
    }

    /// A fence gave units back that its epoch had neither sold nor returned, and more than it set apart.
    fn has_reclaimed(&self) -> bool {
        let ledger = self.allocator.core.image();
        let mut fenced = ledger.epochs.iter().flat_map(|(edge, books)| {
            let fenced = books.iter().filter(|(_, book)| book.head.phase == Phase::Fenced);
            fenced.flat_map(move |(epoch, book)| book.totals.iter().map(move |total| (edge, *epoch, total)))
        });
        fenced.any(|(edge, epoch, (sku, total))| {
            let left = total.granted.saturating_sub(total.sold).saturating_sub(total.returned);
            left > ledger.stock[sku].balance(&Account::Quarantine(edge.clone(), epoch))
        })
    }

    /// A fenced epoch's tail, with an order in it, is taken in.
    fn has_returned(&self) -> bool {
        let mut books = self.allocator.core.image().epochs.values().flatten();
        books.any(|(_, book)| book.head.phase == Phase::Closed && book.head.up_taken.0 > 1)
    }
}
