//! An origin's connections: so many requests at a time, and what they leave open for the next ones.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::runtime::{Handle, Id};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, sleep_until, timeout};

use super::OriginError;
use super::connect::Connection;

/// An origin's connections.
#[derive(Debug)]
pub(super) struct Pool {
    slots: Arc<Semaphore>,
    connections_max: usize,
    wait: Duration,
    keep_alive: Duration,
    idle: Mutex<Idle>,
}

/// The permission to have one request under way.
#[derive(Debug)]
pub(super) struct Slot(#[expect(dead_code, reason = "its drop is what counts")] OwnedSemaphorePermit);

/// A connection in use, with its slot. Dropped, it is closed.
#[derive(Debug)]
pub(super) struct Lease {
    pool: Arc<Pool>,
    server: usize,
    connection: Connection,
    slot: Slot,
}

#[derive(Debug, Default)]
struct Idle {
    /// The longest unused first.
    kept: VecDeque<Kept>,
    is_swept: bool,
}

#[derive(Debug)]
struct Kept {
    server: usize,
    /// A connection lives on the runtime that opened it: used from there alone, it wakes no other thread.
    runtime: Id,
    since: Instant,
    connection: Connection,
}

impl Pool {
    pub(super) fn new(connections_max: usize, wait: Duration, keep_alive: Duration) -> Self {
        let slots = Arc::new(Semaphore::new(connections_max));
        Self { slots, connections_max, wait, keep_alive, idle: Mutex::default() }
    }

    /// Waits for its turn, in order, within the bound.
    pub(super) async fn slot(&self) -> Result<Slot, OriginError> {
        if let Ok(permit) = Arc::clone(&self.slots).try_acquire_owned() {
            return Ok(Slot(permit));
        }
        let permit = timeout(self.wait, Arc::clone(&self.slots).acquire_owned()).await;
        permit.ok().and_then(Result::ok).map(Slot).ok_or(OriginError::Full)
    }

    /// A connection to a server that was left open by this runtime.
    pub(super) fn take(&self, server: usize) -> Option<Connection> {
        let runtime = Handle::current().id();
        let mut idle = self.idle();
        idle.forget_before(self.oldest());
        let fits = |kept: &Kept| kept.server == server && kept.runtime == runtime && kept.connection.is_ready();
        let at = idle.kept.iter().rposition(fits)?;
        idle.kept.remove(at).map(|kept| kept.connection)
    }

    /// Makes room for a connection that is about to be opened: what is open stays within the bound.
    pub(super) fn make_room(&self) {
        let in_use = self.connections_max.saturating_sub(self.slots.available_permits());
        let mut idle = self.idle();
        while !idle.kept.is_empty() && in_use + idle.kept.len() > self.connections_max {
            idle.kept.pop_front();
        }
    }

    /// A connection that is used from now on.
    pub(super) fn lease(self: &Arc<Self>, server: usize, connection: Connection, slot: Slot) -> Lease {
        Lease { pool: Arc::clone(self), server, connection, slot }
    }

    /// How many connections have nothing to do.
    #[cfg(test)]
    pub(super) fn idle_count(&self) -> usize {
        self.idle().kept.len()
    }

    fn keep(self: &Arc<Self>, server: usize, connection: Connection) {
        if self.keep_alive.is_zero() || connection.is_closed() {
            return;
        }
        let mut idle = self.idle();
        idle.kept.push_back(Kept { server, runtime: Handle::current().id(), since: Instant::now(), connection });
        if !idle.is_swept {
            idle.is_swept = true;
            tokio::spawn(sweep(Arc::downgrade(self)));
        }
    }

    /// When the connections that are still kept were last used, at the earliest.
    fn oldest(&self) -> Option<Instant> {
        Instant::now().checked_sub(self.keep_alive)
    }

    fn idle(&self) -> MutexGuard<'_, Idle> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Lease {
    pub(super) fn connection(&mut self) -> &mut Connection {
        &mut self.connection
    }

    /// Closes the connection, and keeps the slot.
    pub(super) fn close(self) -> Slot {
        self.slot
    }

    /// Leaves the connection to whoever takes it over, and keeps the slot.
    pub(super) fn detach(self) -> Slot {
        self.connection.detach();
        self.slot
    }

    /// Leaves the connection open for the next request.
    pub(super) fn give_back(self) {
        self.pool.keep(self.server, self.connection);
    }
}

impl Idle {
    fn forget_before(&mut self, oldest: Option<Instant>) {
        while self
            .kept
            .front()
            .is_some_and(|kept| kept.connection.is_closed() || oldest.is_some_and(|at| kept.since < at))
        {
            self.kept.pop_front();
        }
    }
}

/// Closes connections whose time is over, until there are none.
async fn sweep(pool: std::sync::Weak<Pool>) {
    loop {
        let Some(due) = pool.upgrade().and_then(|pool| pool.swept()) else { return };
        sleep_until(due).await;
    }
}

impl Pool {
    /// Closes what is due; says when the next one is. Nothing where none is left.
    fn swept(&self) -> Option<Instant> {
        let mut idle = self.idle();
        idle.forget_before(self.oldest());
        let next = idle.kept.front().map(|kept| kept.since + self.keep_alive + Duration::from_millis(1));
        idle.is_swept = next.is_some();
        next
    }
}
