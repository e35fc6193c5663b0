//! Streams that begin, carry and break.

use doorbuster_allocator_core::Connection;
use doorbuster_proto::{FromAllocator, FromEdge};

use crate::sim::world::{Event, World};

/// An edge without a stream tries again within this.
const RETRY_MS: u64 = 400;
/// An end that cannot hear it learns of a break within this.
const BREAK_MS: u64 = 4_000;

impl World {
    pub(super) fn connect(&mut self, edge: usize, life: u64) {
        let node = &self.edges[edge];
        if !node.process.lives(life) || node.connection.is_some() {
            return;
        }
        if node.cut_off || !self.allocator.process.up {
            return self.connect_again(edge);
        }
        let connection = self.network.open(edge, self.now);
        self.edges[edge].connection = Some(connection);
        let now = self.edges[edge].process.clock(self.now);
        self.edges[edge].core.handle_connected(now);
        self.run_edge(edge);
    }

    pub(super) fn connect_again(&mut self, edge: usize) {
        let life = self.edges[edge].process.life;
        let after = self.dice.within(5..RETRY_MS);
        self.after(after, Event::Connect { edge, life });
    }

    pub(super) fn send_to_allocator(&mut self, edge: usize, message: FromEdge) {
        let Some(connection) = self.edges[edge].connection else { return };
        let arrives = self.now.after_ms(self.dice.within(self.plan.latency_ms.clone()));
        if let Some(arrives) = self.network.due_at_allocator(connection, arrives) {
            self.at(arrives, Event::ToAllocator { connection, edge, message });
        }
    }

    pub(super) fn send_to_edge(&mut self, connection: Connection, message: FromAllocator) {
        let arrives = self.now.after_ms(self.dice.within(self.plan.latency_ms.clone()));
        if let Some(arrives) = self.network.due_at_edge(connection, arrives) {
            let edge = self.network.streams[&connection].edge;
            self.at(arrives, Event::ToEdge { connection, edge, message });
        }
    }

    pub(super) fn arrive_at_edge(&mut self, connection: Connection, edge: usize, message: FromAllocator) {
        if self.edges[edge].connection == Some(connection) && self.network.carries(connection) {
            return self.hand_to_edge(edge, message);
        }
        self.network.keep_stray_to_edge(connection, edge, message);
    }

    pub(super) fn arrive_at_allocator(&mut self, connection: Connection, edge: usize, message: FromEdge) {
        let Some(stream) = self.network.streams.get_mut(&connection).filter(|_| self.allocator.process.up) else {
            return self.network.keep_stray_to_allocator(edge, message);
        };
        let is_first = !std::mem::replace(&mut stream.greeted, true);
        let now = self.allocator.process.clock(self.now);
        if is_first {
            self.allocator.core.handle_hello(connection, message, now);
        } else {
            self.allocator.core.handle_message(connection, message, now);
        }
        self.run_allocator();
    }

    /// A message of a stream that is gone comes up on the one that there is.
    pub(in crate::sim) fn hand_stray_to_allocator(&mut self, edge: usize, message: FromEdge) {
        let Some(connection) = self.edges[edge].connection.filter(|_| self.allocator.process.up) else { return };
        if self.network.streams.get(&connection).is_some_and(|stream| stream.greeted) {
            let now = self.allocator.process.clock(self.now);
            self.allocator.core.handle_message(connection, message, now);
            self.run_allocator();
        }
    }

    /// A stream breaks in the middle; its ends learn of it later.
    pub(in crate::sim) fn break_stream(&mut self, edge: usize) -> bool {
        let Some(connection) = self.edges[edge].connection else { return false };
        if !self.network.break_off(connection) {
            return false;
        }
        let (at_edge, at_allocator) = (self.dice.below(BREAK_MS), self.dice.below(BREAK_MS));
        self.after(at_edge, Event::BrokenAtEdge { connection, edge });
        self.after(at_allocator, Event::BrokenAtAllocator { connection });
        true
    }

    /// An edge ends its stream; what it sent before may or may not arrive.
    pub(in crate::sim) fn leave_stream(&mut self, edge: usize) {
        let Some(connection) = self.edges[edge].connection.take() else { return };
        let learns = self.dice.within(self.plan.latency_ms.clone()) * 2;
        if self.dice.chance(50) {
            self.network.streams.remove(&connection);
        }
        self.after(learns, Event::BrokenAtAllocator { connection });
    }

    /// The allocator ends a stream, once what it sent has arrived.
    pub(super) fn drop_stream(&mut self, connection: Connection) {
        let learns = self.now.after_ms(self.dice.within(self.plan.latency_ms.clone()));
        if let Some(learns) = self.network.due_at_edge(connection, learns)
            && let Some(stream) = self.network.streams.remove(&connection)
        {
            self.at(learns, Event::BrokenAtEdge { connection, edge: stream.edge });
        }
    }

    /// The allocator is gone, and with it a stream.
    pub(in crate::sim) fn lose_allocator(&mut self, edge: usize) {
        if let Some(connection) = self.edges[edge].connection
            && self.network.break_off(connection)
        {
            let learns = self.dice.below(BREAK_MS);
            self.after(learns, Event::BrokenAtEdge { connection, edge });
        }
    }

    pub(super) fn broken_at_edge(&mut self, connection: Connection, edge: usize) {
        if self.edges[edge].connection != Some(connection) {
            return;
        }
        self.edges[edge].connection = None;
        let now = self.edges[edge].process.clock(self.now);
        self.edges[edge].core.handle_disconnected(now);
        self.run_edge(edge);
        self.connect_again(edge);
    }

    pub(super) fn broken_at_allocator(&mut self, connection: Connection) {
        self.network.streams.remove(&connection);
        if self.allocator.process.up {
            let now = self.allocator.process.clock(self.now);
            self.allocator.core.handle_disconnected(connection, now);
            self.run_allocator();
        }
    }
}
