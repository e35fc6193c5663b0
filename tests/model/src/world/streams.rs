//! Streams that begin, carry and break.

use doorbuster_allocator_core::Connection;
use doorbuster_proto::{FromAllocator, FromEdge};

use super::World;
use crate::network::{Copied, Down};

impl World {
    pub(super) fn connect(&mut self, node: usize) {
        let connection = self.network.change().open(node);
        let edge = self.edges[node].change();
        edge.stream = Some(connection);
        let now = edge.now;
        edge.core.handle_connected(now);
        self.run_edge(node);
    }

    pub(super) fn send_up(&mut self, node: usize, message: FromEdge) {
        let Some(connection) = self.edges[node].stream else { return };
        if let Some(stream) = self.network.change().streams.get_mut(&connection) {
            stream.up.push_back(message);
        }
    }

    pub(super) fn send_down(&mut self, connection: Connection, message: FromAllocator) {
        if let Some(stream) = self.network.change().streams.get_mut(&connection).filter(|stream| stream.edge_is_on) {
            stream.down.push_back(Down::Message(message));
        }
    }

    /// The edge is gone from its end: nothing reaches it any more; what it sent may still arrive.
    pub(super) fn leave_stream(&mut self, node: usize) {
        let Some(connection) = self.edges[node].change().stream.take() else { return };
        if let Some(stream) = self.network.change().streams.get_mut(&connection) {
            stream.edge_is_on = false;
            stream.down.clear();
        }
        self.drop_if_over(connection);
    }

    /// The allocator hangs up; what it sent before arrives.
    pub(super) fn end_stream(&mut self, connection: Connection) {
        if let Some(stream) = self.network.change().streams.get_mut(&connection) {
            stream.up.clear();
            stream.down.push_back(Down::End);
        }
        self.drop_if_over(connection);
    }

    fn drop_if_over(&mut self, connection: Connection) {
        let network = self.network.change();
        let is_over = network.streams.get(&connection).is_some_and(|stream| {
            let ended = stream.down.back() == Some(&Down::End);
            ended && !stream.edge_is_on
        });
        if is_over {
            network.streams.remove(&connection);
        }
    }

    /// Both ends lose the stream; the allocator may learn of it later.
    pub(super) fn break_stream(&mut self, connection: Connection, arrived: usize) {
        self.deliver_down(connection, arrived);
        let Some(stream) = self.network.change().streams.get_mut(&connection) else { return };
        stream.up.clear();
        let node = stream.node;
        if self.edges[node].stream == Some(connection) {
            self.leave_stream(node);
            let edge = self.edges[node].change();
            let now = edge.now;
            edge.core.handle_disconnected(now);
            self.run_edge(node);
        }
    }

    pub(super) fn learn_of_break(&mut self, connection: Connection) {
        self.network.change().streams.remove(&connection);
        let allocator = self.allocator.change();
        let now = allocator.now;
        allocator.core.handle_disconnected(connection, now);
        self.run_allocator();
    }

    /// All that is under way to the allocator arrives, one turn each. What is sent meanwhile is not part of it.
    pub(super) fn deliver_up(&mut self, connection: Connection) {
        let under_way = self.network.streams.get(&connection).map_or(0, |stream| stream.up.len());
        self.network.change().has_arrived(connection, true);
        for _ in 0..under_way {
            let Some(stream) = self.network.change().streams.get_mut(&connection) else { return };
            let Some(message) = stream.up.pop_front() else { return };
            let is_first = !std::mem::replace(&mut stream.greeted, true);
            let allocator = self.allocator.change();
            let now = allocator.now;
            if is_first {
                allocator.core.handle_hello(connection, message, now);
            } else {
                allocator.core.handle_message(connection, message, now);
            }
            self.run_allocator();
        }
    }

    /// The next so many messages to the edge arrive.
    pub(super) fn deliver_down(&mut self, connection: Connection, messages: usize) {
        for _ in 0..messages {
            let Some(stream) = self.network.change().streams.get_mut(&connection) else { return };
            let node = stream.node;
            match stream.down.pop_front() {
                Some(Down::Message(message)) => self.hand_to_edge(node, message),
                Some(Down::End) => return self.hear_the_end(connection, node),
                None => return,
            }
        }
    }

    fn hear_the_end(&mut self, connection: Connection, node: usize) {
        self.network.change().streams.remove(&connection);
        let edge = self.edges[node].change();
        edge.stream = None;
        let now = edge.now;
        edge.core.handle_disconnected(now);
        self.run_edge(node);
    }

    pub(super) fn hand_to_edge(&mut self, node: usize, message: FromAllocator) {
        self.note_heard(node, &message);
        let edge = self.edges[node].change();
        let now = edge.now;
        edge.core.handle_message(message, now);
        self.run_edge(node);
    }

    /// A copy comes up on the stream that there is by now.
    pub(super) fn deliver_stray(&mut self, at: usize) {
        let stray = self.network.change().strays.remove(at);
        match stray.message {
            Copied::Down(message) => self.hand_to_edge(stray.node, message),
            Copied::Up(message) => {
                let Some(connection) = self.edges[stray.node].stream else { return };
                let allocator = self.allocator.change();
                let now = allocator.now;
                allocator.core.handle_message(connection, message, now);
                self.run_allocator();
            }
        }
    }
}
