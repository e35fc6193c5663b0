//! Edges, driven.

use doorbuster_edge_core::{BatchId, Command};
use doorbuster_proto::{FromAllocator, SiteVersion};

use crate::sim::world::{Event, World};

/// A site is fetched within this.
const FETCH_MS: u64 = 200;

impl World {
    pub(in crate::sim) fn hand_to_edge(&mut self, edge: usize, message: FromAllocator) {
        if self.edges[edge].process.up {
            let now = self.edges[edge].process.clock(self.now);
            self.edges[edge].core.handle_message(message, now);
            self.run_edge(edge);
        }
    }

    pub(super) fn edge_wrote(&mut self, edge: usize, life: u64, batch: BatchId, sync: bool) {
        if self.edges[edge].process.lives(life) {
            let now = self.edges[edge].process.clock(self.now);
            self.edges[edge].persisted(batch, sync, now);
            self.run_edge(edge);
        }
    }

    pub(super) fn edge_timer(&mut self, edge: usize, life: u64) {
        if !self.edges[edge].process.lives(life) {
            return;
        }
        let now = self.edges[edge].process.clock(self.now);
        let due = self.edges[edge].core.poll_timeout();
        if due.is_some_and(|due| due <= now) {
            // Pages are looked at all the time, each at some edge more often than at the others.
            let views = self.plan.sale.skus().zip(edge as u64..).map(|(sku, nth)| (sku, now.0 * (1 + nth % 4) / 100));
            self.edges[edge].core.handle_views(views);
            self.edges[edge].core.handle_timeout(now);
        }
        self.run_edge(edge);
    }

    pub(super) fn site_fetched(&mut self, edge: usize, life: u64, site: SiteVersion) {
        if self.edges[edge].process.lives(life) {
            self.edges[edge].core.handle_site_installed(site);
            self.run_edge(edge);
        }
    }

    pub(super) fn start_edge(&mut self, edge: usize) {
        if !self.edges[edge].process.up {
            self.edges[edge].start();
            self.look_for_room(edge);
            self.connect_again(edge);
        }
    }

    /// The edge looks at how much room its disk has.
    pub(in crate::sim) fn look_for_room(&mut self, edge: usize) {
        if self.edges[edge].process.up {
            let now = self.edges[edge].process.clock(self.now);
            let has_room = !self.edges[edge].is_full;
            self.edges[edge].core.handle_room(has_room, now);
            self.run_edge(edge);
        }
    }

    pub(super) fn empty_disk(&mut self, edge: usize) {
        self.edges[edge].is_full = false;
        self.look_for_room(edge);
    }

    /// Carries out what an edge asks for.
    pub(in crate::sim) fn run_edge(&mut self, edge: usize) {
        while let Some(command) = self.edges[edge].core.next_command() {
            self.carry_out(edge, command);
        }
        self.set_edge_timer(edge);
    }

    fn carry_out(&mut self, edge: usize, command: Command) {
        let life = self.edges[edge].process.life;
        match command {
            Command::Persist { batch, writes, sync } => {
                self.edges[edge].disk.write(writes);
                let takes = if sync { self.dice.within(self.plan.sync_ms.clone()) } else { 0 };
                self.after(takes, Event::EdgeWrote { edge, life, batch, sync });
            }
            Command::Reply { waiter, answer } => self.hear(edge, waiter, answer),
            Command::Send(message) => self.send_to_allocator(edge, message),
            Command::HangUp { .. } => {
                self.leave_stream(edge);
                self.connect_again(edge);
            }
            Command::FetchSite { site } => {
                let after = self.dice.below(FETCH_MS);
                self.after(after, Event::SiteFetched { edge, life, site });
            }
            Command::ShowSales { .. }
            | Command::ShowAvailability { .. }
            | Command::ShowGuidance(_)
            | Command::ShowEdges(_)
            | Command::Alert(_) => {}
        }
    }

    fn set_edge_timer(&mut self, edge: usize) {
        let node = &mut self.edges[edge];
        let life = node.process.life;
        if let Some(due) = node.core.poll_timeout()
            && let Some(at) = node.process.set_timer(due, self.now)
        {
            self.at(at, Event::EdgeTimer { edge, life });
        }
    }
}
