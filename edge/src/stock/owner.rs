//! The owner thread: takes all that waits, lets the core decide, makes at most one synced write a turn.

mod disk;
mod room;
mod thread;

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::time::Duration;

use doorbuster_config::clock::Clock;
use doorbuster_edge_core::{Command, Edge};
use doorbuster_proto::{FromEdge, SiteVersion, Timestamp};
use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::oneshot;
use tracing::{error, warn};

use self::room::Room;
pub use self::thread::OwnerHandle;
use super::board::Board;
use super::desk::Mail;
use super::figures::Figures;
use super::guidance::Guidance;
use super::handle::Stock;
use super::link_ends::{LinkEnds, LinkInput, Outbox};
use super::queue::{Request, Wish};
use super::shared::Shared;
use super::waiters::Waiters;
use super::{
    DRAIN_MS_MAX, Error, LINK_INBOX_MAX, ORDERS_SHOWN_MAX, OWNER_QUEUE_MAX, StockOptions, Store, TURN_REQUESTS_MAX,
};

/// The figures are published at most so often.
const FIGURES_MS: u64 = 100;
/// Page views are handed to the core so often, in a turn: there is one a second at least, for the disk's room.
const VIEWS_MS: u64 = 1_000;

/// Starts the owner's thread.
pub(super) fn start(edge: Edge, store: Store, options: StockOptions) -> Result<(Stock, OwnerHandle, LinkEnds), Error> {
    let (requests, request_queue) = sync_channel(OWNER_QUEUE_MAX);
    let (inbox, inbox_queue) = sync_channel(LINK_INBOX_MAX);
    let shared = Arc::new(Shared::of(&edge));
    let mut owner = Owner {
        edge,
        store,
        requests: request_queue,
        inbox: inbox_queue,
        outbox: None,
        waiters: Waiters::default(),
        answers: Mail::default(),
        draining: None,
        room: Room::new(options.path, options.reserve_bytes),
        clock: Clock::starting(),
        figures_at: Timestamp(0),
        figures_due: true,
        views_at: Timestamp(0),
        shared: Arc::clone(&shared),
    };
    // The board is there before the first reader.
    owner.execute();
    let stock = Stock::new(requests.clone(), Arc::clone(&shared));
    let link = LinkEnds::new(inbox, requests.clone());
    let handle = OwnerHandle::spawn(owner, requests, shared).map_err(Error::Thread)?;
    Ok((stock, handle, link))
}

struct Owner {
    edge: Edge,
    store: Store,
    requests: Receiver<Request>,
    inbox: Receiver<LinkInput>,
    outbox: Option<Outbox>,
    waiters: Waiters,
    answers: Mail,
    /// Who waits for the drain, and until when.
    draining: Option<(oneshot::Sender<()>, Timestamp)>,
    room: Room,
    clock: Clock,
    figures_at: Timestamp,
    /// Something may have changed since.
    figures_due: bool,
    views_at: Timestamp,
    shared: Arc<Shared>,
}

impl Owner {
    fn run(mut self) {
        while self.turn() {}
        // The waiters are dropped: whoever still waits hears `Busy`.
        disk::or_abort(self.store.flush());
    }

    /// One turn; `false` ends the thread.
    fn turn(&mut self) -> bool {
        let first = match self.wait() {
            Ok(request) => Some(request),
            Err(RecvTimeoutError::Timeout) => None,
            Err(RecvTimeoutError::Disconnected) => return false,
        };
        let now = self.clock.now();
        self.edge.handle_room(self.room.look(now), now);
        self.hand_views(now);
        self.hear_link(now);
        let goes_on = self.take_requests(first, now);
        if self.edge.poll_timeout().is_some_and(|due| due <= now) {
            self.edge.handle_timeout(now);
        }
        self.execute();
        self.publish_figures(now);
        self.finish_drain(now);
        goes_on
    }

    fn wait(&mut self) -> Result<Request, RecvTimeoutError> {
        let now = self.clock.now();
        let drained = self.draining.as_ref().map(|(_, until)| *until);
        let figures = self.figures_due.then_some(self.figures_at.after_ms(FIGURES_MS));
        let due = [self.edge.poll_timeout(), drained, figures].into_iter().flatten().min();
        let due = due.map_or(self.room.due_at(), |due| due.min(self.room.due_at()));
        self.requests.recv_timeout(Duration::from_millis(due.since_ms(now)))
    }

    fn hand_views(&mut self, now: Timestamp) {
        if now.since_ms(self.views_at) >= VIEWS_MS {
            self.views_at = now;
            self.edge.handle_views(self.shared.board.load().views());
        }
    }

    fn hear_link(&mut self, now: Timestamp) {
        for _ in 0..LINK_INBOX_MAX {
            let Ok(input) = self.inbox.try_recv() else { return };
            match input {
                LinkInput::Connected(outbox) => {
                    // What was meant for the connection before goes first: a hang-up, or messages of its session.
                    self.execute();
                    self.outbox = Some(outbox);
                    self.edge.handle_connected(now);
                }
                LinkInput::Disconnected => {
                    self.outbox = None;
                    self.edge.handle_disconnected(now);
                }
                LinkInput::Message(message) => self.edge.handle_message(message, now),
                LinkInput::SiteInstalled(site) => self.edge.handle_site_installed(site),
            }
        }
    }

    fn take_requests(&mut self, first: Option<Request>, now: Timestamp) -> bool {
        let mut taken = 0;
        let mut next = first;
        while let Some(request) = next {
            taken += request.weight();
            if !self.take(request, now) {
                return false;
            }
            if taken >= TURN_REQUESTS_MAX {
                break;
            }
            next = self.requests.try_recv().ok();
        }
        self.shared.meters.turn.observe(taken as f64);
        true
    }

    fn take(&mut self, request: Request, now: Timestamp) -> bool {
        match request {
            Request::Purchases(wishes) => {
                self.shared.queued.fetch_sub(wishes.len(), Ordering::Relaxed);
                for Wish { purchase, reply_to } in wishes {
                    let waiter = self.waiters.add(reply_to);
                    self.edge.handle_purchase(waiter, purchase, now);
                }
            }
            // Whoever asked may have gone: nobody to tell.
            Request::Order(shopper, id, answer) => drop(answer.send(self.edge.order(&shopper, id))),
            Request::Orders(shopper, answer) => {
                drop(answer.send(self.edge.orders(&shopper).take(ORDERS_SHOWN_MAX).collect()));
            }
            Request::Wake => {}
            Request::Drain(done) => self.draining = Some((done, now.after_ms(DRAIN_MS_MAX))),
            Request::Stop => return false,
        }
        true
    }

    fn execute(&mut self) {
        while let Some(command) = self.edge.next_command() {
            let now = self.clock.now();
            self.carry_out(command, now);
        }
        self.answers.send();
    }

    fn carry_out(&mut self, command: Command, now: Timestamp) {
        match command {
            Command::Persist { batch, writes, sync } => {
                // Whoever is answered already does not wait for the disk.
                self.answers.send();
                self.persist(&writes, sync);
                let now = self.clock.now();
                self.edge.handle_persisted(batch, now);
            }
            Command::Reply { waiter, answer } => {
                if let Some(asked) = self.waiters.take(waiter) {
                    self.answers.add(asked, answer);
                }
            }
            Command::Send(message) => self.send(message, now),
            Command::FetchSite { site } => self.fetch(site),
            Command::HangUp { reason } => {
                self.outbox = None;
                self.shared.meters.hang_ups.inc();
                warn!(%reason, "hanging up on the allocator");
            }
            Command::ShowSales { sales, complete } => {
                let board = Board::of(sales, complete, &self.shared.board.load());
                self.shared.board.store(Arc::new(board));
            }
            Command::ShowGuidance(told) => {
                let board = self.shared.board.load();
                self.guide(|guidance| guidance.tell(told, |sku| board.sale(&sku.sale).is_some()));
            }
            Command::ShowEdges(edges) => self.guide(|guidance| guidance.tell_shops(edges)),
            Command::ShowAvailability { sku, availability } => self.shared.board.load().show(&sku, availability),
            Command::Alert(text) => {
                self.shared.meters.alerts.inc();
                error!("{text}");
            }
        }
    }

    fn send(&mut self, message: FromEdge, now: Timestamp) {
        let Some(outbox) = &self.outbox else { return };
        match outbox.messages.try_send(message) {
            Ok(()) => return,
            Err(TrySendError::Full(_)) => warn!("the link's outbox is full: hanging up on the allocator"),
            // The link says so itself, a moment later.
            Err(TrySendError::Closed(_)) => {}
        }
        self.outbox = None;
        self.edge.handle_disconnected(now);
    }

    /// Only the owner writes: nothing is lost between the load and the store.
    fn guide(&self, change: impl FnOnce(&mut Guidance)) {
        let mut guidance = Guidance::clone(&self.shared.guidance.load());
        change(&mut guidance);
        self.shared.guidance.store(Arc::new(guidance));
    }

    fn fetch(&mut self, site: SiteVersion) {
        if let Some(outbox) = &self.outbox {
            // Whatever waits in a full channel fetches what is current just as well.
            let _ = outbox.sites.try_send(site);
        }
    }

    fn publish_figures(&mut self, now: Timestamp) {
        self.figures_due = now.since_ms(self.figures_at) < FIGURES_MS;
        if !self.figures_due {
            self.figures_at = now;
            self.shared.figures.store(Arc::new(Figures::of(&self.edge)));
        }
    }

    fn finish_drain(&mut self, now: Timestamp) {
        let is_over = |until: Timestamp| self.edge.is_drained() || self.outbox.is_none() || until <= now;
        if let Some((done, _)) = self.draining.take_if(|(_, until)| is_over(*until)) {
            let _ = done.send(());
        }
    }
}
