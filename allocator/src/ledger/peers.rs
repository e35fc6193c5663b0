//! The transports to edges, each with a bounded queue.

use std::collections::BTreeMap;

use doorbuster_allocator_core::Connection;
use doorbuster_proto::{FromAllocator, wire};
use tokio::sync::mpsc::error::TrySendError;
use tonic::Status;

use super::input::Peer;

/// Every open transport.
#[derive(Default)]
pub(super) struct Peers(BTreeMap<Connection, Peer>);

impl Peers {
    pub(super) fn add(&mut self, connection: Connection, peer: Peer) {
        self.0.insert(connection, peer);
    }

    pub(super) fn remove(&mut self, connection: Connection) {
        self.0.remove(&connection);
    }

    pub(super) fn count(&self) -> usize {
        self.0.len()
    }

    /// Queues a message. Returns false where the edge does not keep up: the caller hangs up.
    pub(super) fn send(&mut self, connection: Connection, message: FromAllocator) -> bool {
        let Some(peer) = self.0.get(&connection) else { return true };
        match peer.sends.try_send(Ok(wire::FromAllocator::from(message))) {
            // A closed queue is a session that ends: its own task tells so.
            Ok(()) | Err(TrySendError::Closed(_)) => true,
            Err(TrySendError::Full(_)) => false,
        }
    }

    /// Ends a session after what is queued.
    pub(super) fn hang_up(&mut self, connection: Connection, reason: &str) {
        let Some(peer) = self.0.remove(&connection) else { return };
        tracing::warn!(connection = connection.0, reason, "hung up");
        // Where the queue is full the edge learns only that it was hung up.
        let _ = peer.sends.try_send(Err(Status::aborted(reason)));
    }
}
