//! Streams between edges and the allocator: in order while they last; what was copied from them may come up later.

use std::collections::{BTreeMap, VecDeque};

use doorbuster_allocator_core::Connection;
use doorbuster_proto::{FromAllocator, FromEdge};

/// One stream.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Stream {
    /// The edge's process, by its place among the nodes.
    pub(crate) node: usize,
    /// Whether the edge is at its end still.
    pub(crate) edge_is_on: bool,
    /// Whether the allocator has had its first message.
    pub(crate) greeted: bool,
    pub(crate) up: VecDeque<FromEdge>,
    pub(crate) down: VecDeque<Down>,
}

/// What comes down a stream.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Down {
    Message(FromAllocator),
    /// The allocator hung up.
    End,
}

/// A message that was copied on its way. It overtakes nothing on its own stream, which is in order while it lasts; it comes
/// up later there, or on another.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Stray {
    pub(crate) node: usize,
    pub(crate) stream: Connection,
    /// Whether what was under way before it has arrived.
    pub(crate) is_late: bool,
    pub(crate) message: Copied,
}

/// A copy.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Copied {
    Up(FromEdge),
    Down(FromAllocator),
}

/// The streams that there are, and what is left of those that were.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub(crate) struct Network {
    pub(crate) streams: BTreeMap<Connection, Stream>,
    pub(crate) strays: Vec<Stray>,
    last: u64,
}

impl Network {
    pub(crate) fn open(&mut self, node: usize) -> Connection {
        self.last += 1;
        let stream = Stream { node, edge_is_on: true, greeted: false, up: VecDeque::new(), down: VecDeque::new() };
        self.streams.insert(Connection(self.last), stream);
        Connection(self.last)
    }

    /// Whether a copy may come up.
    pub(crate) fn may_come(&self, stray: &Stray) -> bool {
        stray.is_late || self.streams.get(&stray.stream).is_none_or(|stream| !stream.edge_is_on)
    }

    /// All that was under way in one direction has arrived: copies of it are late from now on.
    pub(crate) fn has_arrived(&mut self, connection: Connection, is_up: bool) {
        for stray in self.strays.iter_mut().filter(|stray| stray.stream == connection) {
            stray.is_late |= matches!(stray.message, Copied::Up(_)) == is_up;
        }
    }
}
