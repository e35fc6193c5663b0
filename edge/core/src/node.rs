//! One edge: its state, and the inputs of its connection.

use std::collections::{BTreeMap, VecDeque};

use doorbuster_proto::{
    AllocatorBody, BootId, DiskId, EdgeAddress, EdgeBody, EdgeId, FromAllocator, FromEdge, Hello, Instance, OrderId,
    ShopperId, SiteVersion, Sku, SkuGuidance, Term, Timestamp,
};

use crate::acknowledge::Credit;
use crate::availability::Shown;
use crate::levels::Demand;
use crate::orders::Orders;
use crate::parked::Parked;
use crate::queue::Queue;
use crate::sales::Sales;
use crate::session::{Connection, Phase, Standing};
use crate::shoppers::Shoppers;
use crate::staged::{InFlight, Mark, Staged};
use crate::up_log::UpLog;
use crate::views::Views;
use crate::waiting::Waiting;
use crate::words::KnownWord;
use crate::{BatchId, Command, HangUpReason, Meta, Order, OrderView, Shelf};

/// Who an edge is, and in which life.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Identity {
    /// Its name in the allocator's configuration.
    pub edge: EdgeId,
    /// Its store.
    pub disk: DiskId,
    /// Its process, random at every start.
    pub boot: BootId,
}

/// The state of one edge.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Edge {
    pub(crate) identity: Identity,
    /// The newest time given by the shell.
    pub(crate) now: Timestamp,
    /// The greatest time seen: what has closed stays closed when a clock goes back.
    pub(crate) clock: Timestamp,
    pub(crate) meta: Meta,
    pub(crate) shelves: BTreeMap<Sku, Shelf>,
    pub(crate) orders: Orders,
    pub(crate) up: UpLog,
    pub(crate) sales: Sales,
    pub(crate) shoppers: Shoppers,
    pub(crate) credits: BTreeMap<Sku, Credit>,
    pub(crate) words: BTreeMap<Sku, KnownWord>,
    pub(crate) parked: Parked,
    pub(crate) waiting: Waiting,
    pub(crate) demand: Demand,
    pub(crate) queue: Queue,
    pub(crate) views: Views,
    /// What the ledger told last of each SKU.
    pub(crate) guidance: BTreeMap<Sku, SkuGuidance>,
    pub(crate) addresses: Vec<EdgeAddress>,
    /// The longest that a request waits at an empty shelf.
    pub(crate) park_ms_max: u64,
    pub(crate) standing: Standing,
    pub(crate) connection: Connection,
    pub(crate) site: SiteVersion,
    pub(crate) fetching: Option<SiteVersion>,
    /// Whether the disk has room for more orders.
    pub(crate) has_room: bool,
    pub(crate) shown: Shown,
    pub(crate) staged: Staged,
    pub(crate) in_flight: Option<InFlight>,
    pub(crate) durable: Mark,
    pub(crate) last_batch: BatchId,
    pub(crate) commands: VecDeque<Command>,
}

impl Edge {
    /// The edge's name.
    pub fn name(&self) -> &EdgeId {
        &self.identity.edge
    }

    /// Lets requests wait at an empty shelf for so many milliseconds at most.
    #[must_use]
    pub fn with_park_ms_max(self, park_ms_max: u64) -> Self {
        Self { park_ms_max, ..self }
    }

    /// The transport is up: says hello in a new session.
    pub fn handle_connected(&mut self, now: Timestamp) {
        self.observe(now);
        self.connection.open(self.clock);
        self.fetching = None;
        self.greet();
    }

    /// The transport is down. Nothing of its session counts any more.
    pub fn handle_disconnected(&mut self, now: Timestamp) {
        self.observe(now);
        self.forget_session();
    }

    /// Takes a message of the allocator.
    pub fn handle_message(&mut self, message: FromAllocator, now: Timestamp) {
        self.observe(now);
        if !self.connection.is(message.session) {
            return;
        }
        self.connection.heard_at = self.clock;
        let outcome = self.accept_term(message.term, message.instance).and_then(|()| self.dispatch(message));
        match outcome {
            Ok(()) => self.advance(),
            Err(reason) => self.hang_up(reason),
        }
    }

    /// The shell serves this site by now.
    pub fn handle_site_installed(&mut self, site: SiteVersion) {
        self.site = site;
        self.fetching = self.fetching.filter(|wanted| *wanted != site);
    }

    /// Hands out the next effect.
    pub fn next_command(&mut self) -> Option<Command> {
        if self.commands.is_empty() {
            self.show_changes();
            self.tell_levels();
        }
        self.commands.pop_front().or_else(|| self.persist())
    }

    /// One order of a shopper, once it is durable.
    pub fn order(&self, shopper: &ShopperId, id: OrderId) -> Option<OrderView> {
        let slot = self.orders.find(id)?;
        let is_theirs = self.orders.at(slot).shopper == *shopper;
        (is_theirs && self.is_durable(slot)).then(|| self.orders.view(slot))
    }

    /// A shopper's durable orders, newest first.
    pub fn orders(&self, shopper: &ShopperId) -> impl Iterator<Item = OrderView> {
        let theirs = self.orders.back_from(self.shoppers.newest(shopper));
        theirs.filter(|slot| self.is_durable(*slot)).map(|slot| self.orders.view(slot))
    }

    /// Every order placed here, as it is kept.
    pub fn all_orders(&self) -> impl Iterator<Item = &Order> {
        self.orders.iter()
    }

    /// The stock of the epoch.
    pub fn balances(&self) -> impl Iterator<Item = (&Sku, &Shelf)> {
        self.shelves.iter()
    }

    /// The single values, as in memory.
    pub fn meta(&self) -> &Meta {
        &self.meta
    }

    /// Units on a shelf.
    pub(crate) fn on_hand(&self, sku: &Sku) -> doorbuster_proto::Units {
        self.shelves.get(sku).map(|shelf| shelf.on_hand).unwrap_or_default()
    }

    pub(crate) fn observe(&mut self, now: Timestamp) {
        self.now = now;
        self.clock = self.clock.max(now);
    }

    pub(crate) fn send(&mut self, body: EdgeBody) {
        let message = FromEdge { session: self.connection.session(), epoch: self.meta.epoch, body };
        self.commands.push_back(Command::Send(message));
    }

    pub(crate) fn alert(&mut self, text: String) {
        self.commands.push_back(Command::Alert(text));
    }

    pub(crate) fn hang_up(&mut self, reason: HangUpReason) {
        self.commands.push_back(Command::HangUp { reason });
        self.forget_session();
    }

    /// Says hello once the disk knows the epoch: the hello speaks for the disk.
    pub(crate) fn greet(&mut self) {
        if self.connection.phase != Phase::HelloDue || !self.epoch_is_durable() {
            return;
        }
        self.connection.phase = Phase::Greeting;
        self.connection.heard_at = self.clock;
        let hello = Hello {
            edge: self.identity.edge.clone(),
            disk: self.identity.disk,
            up_tail: self.durable.up_tail,
            verdicts_taken: self.durable.up_taken,
            down_taken: self.durable.down_taken,
            led_by: self.durable.led_by,
            site: self.site,
            closing: self.meta.closing,
        };
        self.send(EdgeBody::Hello(hello));
    }

    fn forget_session(&mut self) {
        self.connection.phase = Phase::Down;
        self.fetching = None;
        self.show_all();
        self.answer_pending();
    }

    fn accept_term(&mut self, term: Term, instance: Instance) -> Result<(), HangUpReason> {
        if let Some((highest, leader)) = self.meta.led_by {
            if term < highest {
                self.alert(format!("expected term {highest} or later, found term {term} of allocator {instance}"));
                return Err(HangUpReason::LowerTerm);
            }
            if term == highest && instance != leader {
                self.alert(format!("expected allocator {leader} to lead term {term}, found {instance}"));
                return Err(HangUpReason::SecondInstance);
            }
        }
        if self.meta.led_by != Some((term, instance)) {
            self.meta.led_by = Some((term, instance));
            self.staged.meta();
            self.staged.sync();
        }
        Ok(())
    }

    fn dispatch(&mut self, message: FromAllocator) -> Result<(), HangUpReason> {
        let FromAllocator { epoch, term, commit, body, .. } = message;
        // Stock and orders belong to one epoch; what speaks of another, or comes before the welcome, is stale.
        let speaks_of_this_epoch = self.connection.phase == Phase::Up && epoch == self.meta.epoch;
        match body {
            AllocatorBody::Welcome(welcome) => self.welcome(epoch, welcome),
            AllocatorBody::Words(words) => {
                self.hear_words((term, commit), words);
                self.demand.hear_allocator(self.clock);
                Ok(())
            }
            AllocatorBody::Published(published) => {
                self.publish(published);
                Ok(())
            }
            AllocatorBody::Guidance(told) => {
                self.hear_guidance(told);
                Ok(())
            }
            AllocatorBody::Challenge(number) => {
                self.send(EdgeBody::ChallengeAnswered(number));
                Ok(())
            }
            AllocatorBody::Down(batch) if speaks_of_this_epoch => self.take_down((term, commit), batch),
            AllocatorBody::UpTaken(taken) if speaks_of_this_epoch => self.take_verdicts(&taken),
            AllocatorBody::Recall { sku, keep } if speaks_of_this_epoch => {
                self.recall(&sku, keep);
                Ok(())
            }
            AllocatorBody::Down(_) | AllocatorBody::UpTaken(_) | AllocatorBody::Recall { .. } => Ok(()),
        }
    }
}
