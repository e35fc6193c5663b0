//! Edges, driven.

use doorbuster_edge_core::Command;
use doorbuster_proto::{FromAllocator, FromEdge};

use super::events::Event;
use super::{SYNC_MS, World};

/// An allocator learns so late that a connection is gone, in milliseconds.
const GONE_MS: u64 = 50;

impl World {
    /// Carries out what an edge asks for.
    pub(super) fn run_edge(&mut self, edge: usize) {
        while let Some(command) = self.edges[edge].core.next_command() {
            match command {
                Command::Persist { batch, .. } => self.edges[edge].core.handle_persisted(batch, self.now),
                Command::Reply { waiter, answer } => self.hear(waiter, &answer),
                Command::Send(message) => self.send_up(edge, message),
                Command::FetchSite { site } => self.edges[edge].core.handle_site_installed(site),
                Command::HangUp { .. }
                | Command::ShowSales { .. }
                | Command::ShowAvailability { .. }
                | Command::ShowGuidance(_)
                | Command::ShowEdges(_)
                | Command::Alert(_) => {}
            }
        }
        let node = &mut self.edges[edge];
        if let Some(due) = node.core.poll_timeout().filter(|due| node.timer.is_none_or(|timer| *due < timer)) {
            let due = due.max(self.now);
            node.timer = Some(due);
            self.queue.at(due, Event::EdgeTimer { edge });
        }
    }

    pub(super) fn edge_timer(&mut self, edge: usize) {
        let node = &mut self.edges[edge];
        if node.is_dead {
            return;
        }
        node.timer = None;
        if node.core.poll_timeout().is_some_and(|due| due <= self.now) {
            node.core.handle_timeout(self.now);
        }
        self.run_edge(edge);
    }

    pub(super) fn edge_hears(&mut self, edge: usize, message: FromAllocator) {
        if !self.edges[edge].is_dead {
            self.edges[edge].core.handle_message(message, self.now);
            self.run_edge(edge);
        }
    }

    /// The edge and its disk are lost; its shoppers turn to others.
    pub(super) fn kill(&mut self, edge: usize) {
        self.edges[edge].is_dead = true;
        self.queue.at(self.now.after_ms(GONE_MS), Event::Gone { edge });
        for shopper in self.shoppers.waiting_at(edge) {
            let elsewhere = self.alive(self.shoppers.of(shopper).number % self.workload.edges);
            self.shoppers.go_to(shopper, elsewhere);
            self.queue.at(self.now.after_ms(2 * GONE_MS), Event::Ask { shopper });
        }
    }

    fn send_up(&mut self, edge: usize, message: FromEdge) {
        self.watch.up(edge, &message.body, self.now, self.now >= self.starts_at);
        let arrives = self.now.after_ms(self.workload.one_way_ms(edge) + SYNC_MS).max(self.edges[edge].up_at);
        self.edges[edge].up_at = arrives;
        self.queue.at(arrives, Event::ToAllocator { edge, message });
    }
}
