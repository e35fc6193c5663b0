//! The state machine: inputs in, commands out.

mod alerts;
mod begin;
mod behind;
mod books;
mod closing;
mod contest;
mod demand;
mod expected;
mod fence;
mod guide;
mod heard;
mod hello;
mod levels;
mod links;
mod log;
mod moves;
mod operate;
mod orders;
mod publish;
mod republish;
mod round_trip;
mod sessions;
mod sights;
mod silence;
mod supply;
mod tail;
mod term;
mod up;
mod view;
mod words;

use std::collections::{BTreeMap, BTreeSet};

use doorbuster_proto::{
    BootId, DiskId, EdgeBody, EdgeId, Epoch, FromEdge, Instance, OrderId, RefusedReason, Sku, Timestamp,
};

use crate::{
    BatchId, Command, Connection, Image, LedgerOrder, Operator, RequestId, SaleDefinition, Settings, Violation,
};

use alerts::Alerts;
use contest::Contests;
use expected::Expected;
use guide::Guide;
use levels::{Notice, Watch};
use links::Links;
use log::Log;
use sessions::Link;
use sights::Sights;
use silence::Silence;
use words::{Beat, Said};

/// The allocator. See the crate's documentation for how it is driven.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Allocator {
    settings: Settings,
    instance: Instance,
    /// The ledger as it will be once all that is open or on its way is durable.
    image: Image,
    log: Log,
    links: Links,
    /// Sessions that hear all words at the end of this turn.
    wants_words: BTreeSet<Connection>,
    /// Edges to whose down log something was added, or that may be sent it now.
    to_send: BTreeSet<EdgeId>,
    /// Hellos that wait for a challenge's answer.
    contests: Contests,
    /// Processes that were found in this term to live on the copy of a disk.
    clones: BTreeSet<BootId>,
    /// Processes that said in this term that they heard more of this ledger than it holds, and what they said.
    ahead: BTreeMap<BootId, String>,
    silence: Silence,
    /// What is softly known of each edge.
    watches: BTreeMap<EdgeId, Watch>,
    sights: Sights,
    /// Epochs that must speak in this term before anything is granted or evicted.
    awaited: BTreeSet<(EdgeId, Epoch)>,
    /// Disks whose deferred hello was told of in this term.
    deferred_told: BTreeSet<(EdgeId, DiskId)>,
    /// Refusals that were told of in this term: whoever is refused says hello again and again.
    refusals_told: BTreeSet<(EdgeId, DiskId, RefusedReason)>,
    /// The word last said of each SKU.
    words: BTreeMap<Sku, Said>,
    words_due_at: Option<Timestamp>,
    /// SKUs that the policy must see at once: somebody lacks something, or something came back.
    to_place: BTreeSet<Sku>,
    /// SKUs whose books or levels changed since the policy last saw them: it sees them with the next heartbeat.
    to_look: BTreeSet<Sku>,
    /// What edges were told last of each SKU.
    guides: BTreeMap<Sku, Guide>,
    /// SKUs of which edges are told in this turn.
    to_guide: BTreeSet<Sku>,
    /// SKUs that the policy has yet to see since the last heartbeat.
    looking: BTreeSet<Sku>,
    /// When the policy sees the next of them, where they were too many for one turn.
    looks_at: Option<Timestamp>,
    /// When the turn's last input came. Kept for who measures round trips.
    turn_at: Timestamp,
    /// What page views say of the demand to come.
    expected: Expected,
    /// SKUs whose word may have changed in this turn.
    to_say: BTreeSet<Sku>,
    /// Whether an input came since the last turn ended.
    is_turn_open: bool,
    /// When the last such input came: what it changed is followed up at the end of the turn.
    follows_up_at: Option<Timestamp>,
    /// The heartbeat that sessions hear at the end of this turn.
    beat: Option<Beat>,
    last_beat: Beat,
    alerts: Alerts,
}

/// Why a ledger cannot be led.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RecoverError {
    /// The stored accounts do not add up.
    #[error("the stored ledger is damaged")]
    Damaged(#[from] Violation),
}

impl Allocator {
    /// Takes the next term over a stored ledger. The first `Persist` stores the term; nothing is sent before.
    ///
    /// # Errors
    /// [`RecoverError::Damaged`] where a SKU's accounts do not add up to its supply and budget.
    pub fn recover(mut settings: Settings, instance: Instance, image: Image) -> Result<Self, RecoverError> {
        image.check()?;
        settings.edges.sort_by(|one, other| one.id.cmp(&other.id));
        let mut allocator = Self {
            settings,
            instance,
            image,
            log: Log::default(),
            links: Links::default(),
            wants_words: BTreeSet::new(),
            to_send: BTreeSet::new(),
            contests: Contests::new(),
            clones: BTreeSet::new(),
            ahead: BTreeMap::new(),
            silence: Silence::default(),
            watches: BTreeMap::new(),
            sights: Sights::default(),
            awaited: BTreeSet::new(),
            deferred_told: BTreeSet::new(),
            refusals_told: BTreeSet::new(),
            words: BTreeMap::new(),
            words_due_at: None,
            to_place: BTreeSet::new(),
            to_look: BTreeSet::new(),
            guides: BTreeMap::new(),
            to_guide: BTreeSet::new(),
            looking: BTreeSet::new(),
            looks_at: None,
            turn_at: Timestamp(0),
            expected: Expected::default(),
            to_say: BTreeSet::new(),
            is_turn_open: true,
            follows_up_at: None,
            beat: None,
            last_beat: Beat::default(),
            alerts: Alerts::default(),
        };
        allocator.take_term();
        Ok(allocator)
    }

    /// Takes the first message of a transport.
    pub fn handle_hello(&mut self, connection: Connection, message: FromEdge, now: Timestamp) {
        self.hello(connection, message, now);
        self.settle(now);
    }

    /// Takes any later message of a transport. One of another session or epoch is dropped.
    pub fn handle_message(&mut self, connection: Connection, message: FromEdge, now: Timestamp) {
        let Some(link) = self.links.get_mut(connection).filter(|link| link.session == message.session) else {
            return;
        };
        link.heard_at = now;
        let edge = link.edge.clone();
        let of_its_epoch = message.epoch.is_some() && message.epoch == link.epoch;
        self.note_heard(connection, now);
        match message.body {
            EdgeBody::Hello(_) => self.hang_up(connection, "a second hello on one transport"),
            EdgeBody::EpochStored { epoch } => self.epoch_stored(connection, epoch, now),
            EdgeBody::ChallengeAnswered(number) => self.challenge_answered(connection, number, now),
            EdgeBody::LogDiffers => self.log_differs(connection, now),
            EdgeBody::LedgerIsBehind { held } => self.told_behind(connection, held, now),
            _ if !of_its_epoch => {}
            EdgeBody::Up(batch) => self.up_batch(connection, batch, now),
            EdgeBody::DownTaken { watermark } => self.down_taken(connection, watermark, now),
            EdgeBody::Levels(levels) => self.levels(&edge, message.epoch, levels, Notice::All, now),
            EdgeBody::LevelsChanged(levels) => self.levels(&edge, message.epoch, levels, Notice::Changed, now),
        }
        self.settle(now);
    }

    /// Learns that a transport is gone.
    pub fn handle_disconnected(&mut self, connection: Connection, now: Timestamp) {
        self.forget(connection);
        self.settle(now);
    }

    /// Takes a request of an operator; the answer is a [`Command::Done`].
    pub fn handle_operator(&mut self, request: RequestId, operator: Operator, now: Timestamp) {
        let outcome = self.operate(operator, now);
        self.settle(now);
        self.log.push(Command::Done { request, outcome });
    }

    /// Learns that a batch, and all before it, is in the store.
    pub fn handle_persisted(&mut self, batch: BatchId, _now: Timestamp) {
        self.log.persisted(batch);
    }

    /// Does what is due at `now`.
    pub fn handle_timeout(&mut self, now: Timestamp) {
        self.close_what_is_over(now);
        self.evict_silent(now);
        self.look_at_contests(now);
        if self.words_due_at.is_some_and(|due| due <= now) {
            self.last_beat = self.last_beat.next();
            self.beat = Some(self.last_beat);
            self.words_due_at = None;
            self.count_views(now);
            if self.looking.is_empty() {
                // A pass that is not over goes on first: whoever comes last in it is not to wait for ever.
                self.looking.append(&mut self.to_look);
            }
        }
        self.settle(now);
    }

    /// When to call [`Allocator::handle_timeout`] next.
    pub fn poll_timeout(&self) -> Option<Timestamp> {
        let due = [self.words_due_at, self.next_end(), self.contests_due_at(), self.silence_due_at(), self.looks_at];
        due.into_iter().flatten().min()
    }

    /// The next effect to carry out. Draining them ends a turn: what was changed since the last one is one `Persist`.
    pub fn next_command(&mut self) -> Option<Command> {
        self.end_turn();
        self.log.pop()
    }

    /// The ledger, as it will be once all that was asked to be persisted is.
    pub fn image(&self) -> &Image {
        &self.image
    }

    /// An order.
    pub fn order(&self, id: OrderId) -> Option<&LedgerOrder> {
        self.image.orders.get(&id)
    }

    /// Every sale's definition, by id, for the publisher.
    pub fn definitions(&self) -> impl Iterator<Item = &SaleDefinition> {
        self.image.sales.values().map(|sale| &sale.definition)
    }

    /// Follows up on an input. What many inputs of a turn have in common is done once, at its end.
    fn settle(&mut self, now: Timestamp) {
        self.is_turn_open = true;
        self.follows_up_at = Some(now);
        if self.settings.policy.reads_demand() {
            self.turn_at = now;
        }
        self.decide_contests(now);
        self.schedule_words(now);
    }

    fn end_turn(&mut self) {
        if !std::mem::take(&mut self.is_turn_open) {
            return;
        }
        if let Some(now) = self.follows_up_at.take() {
            self.check_touched(now);
            self.make_moves(now);
            self.settle_sales(now);
            self.check_touched(now);
        }
        self.say_words();
        self.send_downs();
        self.send_guidance();
        self.seal();
    }
}
