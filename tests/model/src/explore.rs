//! The exploration: breadth first, so that the first violation has the shortest trace.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use stateright::{Checker, HasDiscoveries, Model, Path, Property};

use crate::action::Action;
use crate::all::all;
use crate::configuration::Configuration;
use crate::invariants::Invariant;
use crate::reached::REACHED;
use crate::report::{Counterexample, Report};
use crate::world::World;

/// The most states of one exploration, whatever its limit: they take some 5 GB of memory.
pub const STATES_MAX: usize = 1_000_000;

/// How far an exploration goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit {
    /// It stops after about so many states, those met again included; at most [`STATES_MAX`].
    pub states: usize,
    /// And after so long. Without it the report is the same every time.
    pub time: Option<Duration>,
}

/// Explores a configuration.
pub fn explore(configuration: &Configuration, limit: Limit) -> Report {
    let states = limit.states.min(STATES_MAX);
    let model = Protocol {
        first: World::first(configuration.clone()),
        found: AtomicBool::new(false),
        walks_again: AtomicBool::new(false),
    };
    // One thread: breadth first is then the same every time.
    let mut search = model.checker().finish_when(HasDiscoveries::AnyFailures).target_state_count(states);
    if let Some(time) = limit.time {
        search = search.timeout(time);
    }
    let began = Instant::now();
    let checker = search.spawn_bfs().join();
    let is_late = limit.time.is_some_and(|time| began.elapsed() >= time);
    let is_sound = !checker.model().found.load(Ordering::Relaxed);
    checker.model().walks_again.store(true, Ordering::Relaxed);
    let discoveries = checker.discoveries();
    let mut failures = Invariant::ALL.into_iter().filter_map(|invariant| discoveries.get(invariant.name()));
    Report {
        configuration: configuration.name,
        states: checker.state_count(),
        unique: checker.unique_state_count(),
        depth: checker.max_depth(),
        is_exhausted: is_sound && !is_late && checker.state_count() < states,
        reached: REACHED.into_iter().filter(|what| discoveries.contains_key(what)).collect(),
        violation: failures.next().map(counterexample),
    }
}

/// Explores every configuration, so many beside each other. In the order of [`all`].
pub fn explore_all(limit: Limit, beside: usize) -> Vec<Report> {
    let configurations = all();
    let (waiting, reports) = (Mutex::new(configurations.iter().enumerate()), Mutex::new(Vec::new()));
    let next = || waiting.lock().expect("no other thread panics").next();
    thread::scope(|scope| {
        for _ in 0..beside.max(1) {
            scope.spawn(|| {
                while let Some((place, configuration)) = next() {
                    let report = explore(configuration, limit);
                    reports.lock().expect("no other thread panics").push((place, report));
                }
            });
        }
    });
    let mut reports = reports.into_inner().expect("no other thread panics");
    reports.sort_by_key(|(place, _)| *place);
    reports.into_iter().map(|(_, report)| report).collect()
}

fn counterexample(path: &Path<World, Action>) -> Counterexample {
    let steps = path.clone().into_vec();
    let trace = steps.iter().filter_map(|(world, action)| action.as_ref().map(|action| world.in_words(action)));
    let violation = path.last_state().violation.clone().expect("the path ends in a violation");
    Counterexample { invariant: violation.invariant, what: violation.what, trace: trace.collect() }
}

struct Protocol {
    first: World,
    /// A violation was found: no other is looked for.
    found: AtomicBool,
    /// The search is over, and the ways to what was found are walked again.
    walks_again: AtomicBool,
}

impl Protocol {
    fn is_over(&self) -> bool {
        self.found.load(Ordering::Relaxed) && !self.walks_again.load(Ordering::Relaxed)
    }
}

impl Model for Protocol {
    type State = World;
    type Action = Action;

    fn init_states(&self) -> Vec<World> {
        vec![self.first.clone()]
    }

    fn actions(&self, world: &World, actions: &mut Vec<Action>) {
        if !self.is_over() {
            world.actions(actions);
        }
    }

    /// An assertion of a core that fails is a violation as any other.
    fn next_state(&self, world: &World, action: Action) -> Option<World> {
        if self.is_over() {
            return None;
        }
        let mut next = world.clone();
        let stepped = catch_unwind(AssertUnwindSafe(|| next.step(&action)));
        if stepped.is_err() {
            next = world.clone();
            next.violate(Invariant::Cores, "an assertion of a core fails in the last step".to_owned());
        }
        if next.violation.is_some() {
            self.found.store(true, Ordering::Relaxed);
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
            Property::sometimes("sold-out", |_, world: &World| world.is_said_sold_out()),
            Property::sometimes("reclaimed", |_, world: &World| world.has_reclaimed()),
            Property::sometimes("quarantined", |_, world: &World| world.has_quarantined()),
            Property::sometimes("returned", |_, world: &World| world.has_returned()),
        ]
    }
}

impl World {
    fn keeps(&self, invariant: Invariant) -> bool {
        self.violation.as_ref().is_none_or(|violation| violation.invariant != invariant)
    }
}
