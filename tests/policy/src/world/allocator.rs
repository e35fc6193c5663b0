//! The allocator, driven.

use doorbuster_allocator_core::{Command, Connection};
use doorbuster_proto::{EdgeBody, FromAllocator, FromEdge};

use super::events::Event;
use super::{SYNC_MS, World};

impl World {
    /// Carries out what the allocator asks for.
    pub(super) fn run_allocator(&mut self) {
        while let Some(command) = self.allocator.next_command() {
            match command {
                Command::Persist { batch, .. } => self.allocator.handle_persisted(batch, self.now),
                Command::Send { connection, message } => self.send_down(edge_of(connection), message),
                Command::HangUp { .. } | Command::Done { .. } | Command::SiteChanged { .. } | Command::Alert { .. } => {
                }
            }
        }
        if let Some(due) = self.allocator.poll_timeout()
            && self.allocator_timer.is_none_or(|timer| due < timer)
        {
            let due = due.max(self.now);
            self.allocator_timer = Some(due);
            self.queue.at(due, Event::AllocatorTimer);
        }
    }

    pub(super) fn allocator_timer(&mut self) {
        self.allocator_timer = None;
        if self.allocator.poll_timeout().is_some_and(|due| due <= self.now) {
            self.allocator.handle_timeout(self.now);
        }
        self.run_allocator();
    }

    pub(super) fn allocator_hears(&mut self, edge: usize, message: FromEdge) {
        if matches!(message.body, EdgeBody::Hello(_)) {
            self.allocator.handle_hello(connection_of(edge), message, self.now);
        } else {
            self.allocator.handle_message(connection_of(edge), message, self.now);
        }
        self.run_allocator();
    }

    pub(super) fn allocator_loses(&mut self, edge: usize) {
        self.allocator.handle_disconnected(connection_of(edge), self.now);
        self.run_allocator();
    }

    fn send_down(&mut self, edge: usize, message: FromAllocator) {
        self.watch.counts.down(&message.body);
        let arrives = self.now.after_ms(self.workload.one_way_ms(edge) + SYNC_MS).max(self.edges[edge].down_at);
        self.edges[edge].down_at = arrives;
        self.queue.at(arrives, Event::ToEdge { edge, message });
    }
}

/// Every edge has one connection.
fn connection_of(edge: usize) -> Connection {
    Connection(edge as u64)
}

fn edge_of(connection: Connection) -> usize {
    usize::try_from(connection.0).expect("connections are few")
}
