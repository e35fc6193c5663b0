//! Streams between edges and the allocator: in order while they last, and lost whole when they break. What was under way on
//! a broken stream may still come up on a later one.

use std::collections::{BTreeMap, BTreeSet};

use doorbuster_allocator_core::Connection;
use doorbuster_proto::{FromAllocator, FromEdge, Timestamp};

/// Messages of broken streams that may come up again.
const STRAYS_MAX: usize = 16;

/// One stream.
#[derive(Debug)]
pub(super) struct Stream {
    pub(super) edge: usize,
    /// When the last message of each direction arrives.
    to_edge_at: Timestamp,
    to_allocator_at: Timestamp,
    /// Whether the allocator has had its first message.
    pub(super) greeted: bool,
}

/// The streams that there are, and what is left of those that were.
#[derive(Debug, Default)]
pub(super) struct Network {
    pub(super) streams: BTreeMap<Connection, Stream>,
    last: u64,
    /// Those that broke in the middle: nothing more arrives on them.
    broken: BTreeSet<Connection>,
    pub(super) strays_to_edges: Vec<(Connection, usize, FromAllocator)>,
    pub(super) strays_to_allocator: Vec<(usize, FromEdge)>,
}

impl Network {
    pub(super) fn open(&mut self, edge: usize, now: Timestamp) -> Connection {
        self.last += 1;
        let stream = Stream { edge, to_edge_at: now, to_allocator_at: now, greeted: false };
        self.streams.insert(Connection(self.last), stream);
        Connection(self.last)
    }

    /// Breaks a stream in the middle; tells whether there was one.
    pub(super) fn break_off(&mut self, connection: Connection) -> bool {
        self.broken.insert(connection);
        self.streams.remove(&connection).is_some()
    }

    /// Whether what is under way on a stream arrives.
    pub(super) fn carries(&self, connection: Connection) -> bool {
        !self.broken.contains(&connection)
    }

    /// When a message that is sent now arrives at an edge: not before those before it.
    pub(super) fn due_at_edge(&mut self, connection: Connection, arrives: Timestamp) -> Option<Timestamp> {
        let stream = self.streams.get_mut(&connection)?;
        stream.to_edge_at = stream.to_edge_at.max(arrives);
        Some(stream.to_edge_at)
    }

    /// The same of the other direction.
    pub(super) fn due_at_allocator(&mut self, connection: Connection, arrives: Timestamp) -> Option<Timestamp> {
        let stream = self.streams.get_mut(&connection)?;
        stream.to_allocator_at = stream.to_allocator_at.max(arrives);
        Some(stream.to_allocator_at)
    }

    pub(super) fn keep_stray_to_edge(&mut self, connection: Connection, edge: usize, message: FromAllocator) {
        if self.strays_to_edges.len() < STRAYS_MAX {
            self.strays_to_edges.push((connection, edge, message));
        }
    }

    pub(super) fn keep_stray_to_allocator(&mut self, edge: usize, message: FromEdge) {
        if self.strays_to_allocator.len() < STRAYS_MAX {
            self.strays_to_allocator.push((edge, message));
        }
    }
}
