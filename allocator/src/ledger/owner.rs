//! The owner thread: inputs in, one write, then effects.

use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::{Duration, Instant};

use arc_swap::ArcSwap;
use doorbuster_allocator_core::{Allocator, BatchId, Command, Write};
use doorbuster_config::clock::Clock;
use doorbuster_proto::{EdgeBody, Timestamp};
use tokio::runtime::Runtime;
use tokio::sync::mpsc;

use super::figures::{Figures, Shops, orders_of};
use super::input::Input;
use super::peers::Peers;
use super::publishing::Publishing;
use super::quiet::Quiet;
use super::rate::Rate;
use super::requests::Requests;
use super::{FIGURES_MS_MAX, FIGURES_MS_MIN, FIGURES_PART, INPUTS_QUEUED_MAX, Ledger};
use crate::admin::Metrics;
use crate::store::LedgerStore;

/// What an owner is made of.
pub struct Parts {
    /// The core, recovered from the store.
    pub core: Allocator,
    /// The store.
    pub store: Box<dyn LedgerStore>,
    /// What shoppers see of the ledger's sales, and who renders it.
    pub publishing: Publishing,
    /// Where each edge serves shoppers.
    pub shops: Shops,
    /// What is counted.
    pub metrics: Arc<Metrics>,
}

/// Owns the core and the store.
pub struct Owner {
    core: Allocator,
    store: Box<dyn LedgerStore>,
    publishing: Publishing,
    shops: Arc<Shops>,
    metrics: Arc<Metrics>,
    clock: Clock,
    inputs: mpsc::Receiver<Input>,
    quiet: Arc<Quiet>,
    peers: Peers,
    requests: Requests,
    unwritten: Unwritten,
    figures: Arc<ArcSwap<Figures>>,
    /// When the next figures are due.
    figures_at: Timestamp,
    rate: Rate,
    stopping: bool,
}

/// Batches that the next write takes.
#[derive(Default)]
struct Unwritten {
    batches: Vec<BatchId>,
    writes: Vec<Write>,
    sync: bool,
}

impl Owner {
    /// An owner, and the handle to ask it.
    pub fn new(parts: Parts) -> (Self, Ledger) {
        let Parts { core, store, publishing, shops, metrics } = parts;
        let (sender, inputs) = mpsc::channel(INPUTS_QUEUED_MAX);
        let mut clock = Clock::starting();
        let now = clock.now();
        let shops = Arc::new(shops);
        let figures = Arc::new(ArcSwap::from_pointee(Figures::new(core.snapshot(now), 0.0, 0, shops.clone())));
        let connections = Arc::new(AtomicU64::new(1));
        let quiet = Arc::<Quiet>::default();
        let ledger = Ledger { inputs: sender, quiet: quiet.clone(), figures: figures.clone(), connections };
        let owner = Self {
            core,
            store,
            publishing,
            shops,
            metrics,
            clock,
            inputs,
            quiet,
            peers: Peers::default(),
            requests: Requests::default(),
            unwritten: Unwritten::default(),
            figures,
            figures_at: now.after_ms(FIGURES_MS_MIN),
            rate: Rate::default(),
            stopping: false,
        };
        (owner, ledger)
    }

    /// Runs until it is told to stop; everything that it took in by then is durable and answered.
    pub fn run(mut self) {
        let timers = tokio::runtime::Builder::new_current_thread().enable_time().build();
        let runtime = timers.expect("a runtime with timers can be built");
        let mut waiting = Vec::with_capacity(INPUTS_QUEUED_MAX);
        while !(self.stopping && self.unwritten.batches.is_empty()) {
            self.wait(&runtime, &mut waiting);
            self.turn(waiting.drain(..));
        }
        tracing::info!("ledger stopped");
    }

    /// Waits for inputs, a timer of the core, or the next snapshot, whichever comes first.
    fn wait(&mut self, runtime: &Runtime, waiting: &mut Vec<Input>) {
        let now = self.clock.now();
        let due = self.core.poll_timeout().map_or(self.figures_at, |timeout| timeout.min(self.figures_at));
        let idle = self.unwritten.batches.is_empty() && !self.stopping;
        let wait_ms = if idle { due.since_ms(now) } else { 0 };
        let inputs = self.inputs.recv_many(waiting, INPUTS_QUEUED_MAX);
        let received = runtime.block_on(async { tokio::time::timeout(Duration::from_millis(wait_ms), inputs).await });
        // Every handle is gone: nobody can ask any more.
        self.stopping |= received == Ok(0);
    }

    fn turn(&mut self, inputs: impl ExactSizeIterator<Item = Input>) {
        let now = self.clock.now();
        let quiet = self.quiet.take();
        let count = quiet.len() + inputs.len();
        for (connection, message) in quiet {
            self.core.handle_message(connection, message, now);
        }
        for input in inputs {
            self.take(input, now);
        }
        if self.core.poll_timeout().is_some_and(|due| due <= now) {
            self.core.handle_timeout(now);
        }
        let begun = Instant::now();
        let first = self.core.next_command();
        if count > 0 {
            self.metrics.turned(count, begun.elapsed());
        }
        if let Some(command) = first {
            self.carry_out(command);
        }
        self.drain();
        self.write();
        self.drain();
        if self.clock.now() >= self.figures_at {
            self.show();
        }
    }

    fn take(&mut self, input: Input, now: Timestamp) {
        match input {
            // What a session holds of an input goes once it is taken in.
            Input::Hello { connection, message, peer, under_way: _held } => {
                self.peers.add(connection, peer);
                self.core.handle_hello(connection, message, now);
            }
            Input::Message { connection, message, under_way: _held } => {
                if let EdgeBody::Levels(levels) | EdgeBody::LevelsChanged(levels) = &message.body {
                    self.metrics.levels.inc_by(levels.len() as u64);
                }
                self.core.handle_message(connection, message, now);
            }
            Input::Disconnected { connection } => {
                self.peers.remove(connection);
                self.core.handle_disconnected(connection, now);
            }
            Input::Operate { operator, answer } => {
                let request = self.requests.add(answer, None);
                self.core.handle_operator(request, operator, now);
            }
            Input::Publish { draft, answer } => {
                let (operator, stored) = self.publishing.store(*draft, &self.core, self.store.as_mut());
                let request = self.requests.add(answer, stored);
                self.core.handle_operator(request, operator, now);
            }
            Input::Report { sale, answer } => {
                let report = self.core.report(&sale);
                // Whoever asked may have gone; so below.
                let _ = answer.send(report.map(|report| serde_json::to_string(&report).expect("a report is JSON")));
            }
            Input::SoldByEdge { sale, answer } => {
                let _ = answer.send(self.core.sold_by_edge(&sale));
            }
            Input::Order { order, answer } => {
                let _ = answer.send(self.core.order(order).map(super::figures::order_json));
            }
            Input::Stop => self.stopping = true,
        }
    }

    fn drain(&mut self) {
        while let Some(command) = self.core.next_command() {
            self.carry_out(command);
        }
    }

    fn carry_out(&mut self, command: Command) {
        match command {
            Command::Persist { batch, writes, sync } => self.unwritten.add(batch, writes, sync),
            Command::Send { connection, message } => {
                if !self.peers.send(connection, message) {
                    self.peers.hang_up(connection, "the edge does not keep up with its messages");
                    self.metrics.slow_edges.inc();
                    self.core.handle_disconnected(connection, self.clock.now());
                }
            }
            Command::HangUp { connection, reason } => self.peers.hang_up(connection, &reason),
            Command::Done { request, outcome } => {
                let Some(request) = self.requests.take(request) else { return };
                if let (Err(_), Some(stored)) = (&outcome, &request.stored) {
                    self.publishing.take_back(stored, self.store.as_mut());
                }
                // Whoever hears the answer may look at once.
                self.show();
                request.done(outcome);
            }
            Command::SiteChanged { site } => self.publishing.render(site, &self.core),
            Command::Alert { text } => {
                self.metrics.alerts.inc();
                tracing::error!(text, "alert");
            }
        }
    }

    /// One atomic write of everything that waits. Its effects come with the next draining.
    fn write(&mut self) {
        let Unwritten { batches, writes, sync } = std::mem::take(&mut self.unwritten);
        if batches.is_empty() {
            return;
        }
        let begun = Instant::now();
        if let Err(error) = self.store.commit(&writes, sync) {
            give_up(&error);
        }
        self.metrics.committed(writes.len(), sync, begun.elapsed());
        let now = self.clock.now();
        for batch in batches {
            self.core.handle_persisted(batch, now);
        }
    }

    fn show(&mut self) {
        let (now, begun) = (self.clock.now(), Instant::now());
        let snapshot = self.core.snapshot(now);
        let orders_per_s = self.rate.note(now, orders_of(&snapshot));
        self.figures.store(Arc::new(Figures::new(snapshot, orders_per_s, self.peers.count(), self.shops.clone())));
        let rest = begun.elapsed().saturating_mul(FIGURES_PART);
        let rest_ms = u64::try_from(rest.as_millis()).unwrap_or(u64::MAX);
        self.figures_at = now.after_ms(rest_ms.clamp(FIGURES_MS_MIN, FIGURES_MS_MAX));
    }
}

impl Unwritten {
    fn add(&mut self, batch: BatchId, writes: Vec<Write>, sync: bool) {
        self.batches.push(batch);
        if self.writes.is_empty() {
            self.writes = writes;
        } else {
            self.writes.extend(writes);
        }
        self.sync |= sync;
    }
}

/// After a failed write nobody knows what is on the disk, and a retry may find the damage gone (the kernel drops pages
/// that it could not write). The next start reads what is there.
pub(super) fn give_up(error: &crate::store::Error) -> ! {
    tracing::error!(?error, "write failed, aborting");
    std::process::abort()
}
