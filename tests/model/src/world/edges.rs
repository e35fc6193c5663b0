//! Edges, driven.

use doorbuster_edge_core::{BatchId, Command};

use super::World;
use crate::invariants::Invariant;

impl World {
    /// Carries out what an edge asks for.
    pub(super) fn run_edge(&mut self, node: usize) {
        while let Some(command) = self.edges[node].change().core.next_command() {
            self.carry_out(node, command);
        }
        if !self.edges[node].is_tainted {
            self.history.change().note_credit(&self.edges[node]);
        }
    }

    fn carry_out(&mut self, node: usize, command: Command) {
        match command {
            Command::Persist { batch, writes, sync } => {
                self.edges[node].change().disk.write(writes);
                if sync && self.configuration.edge_disks_are_slow {
                    self.edges[node].change().writing = Some(batch);
                } else {
                    self.edge_wrote(node, batch, sync);
                }
            }
            Command::Reply { waiter, answer } => self.hear(node, waiter, &answer),
            Command::Send(message) => self.send_up(node, message),
            Command::HangUp { .. } => self.leave_stream(node),
            Command::FetchSite { site } => self.edges[node].change().core.handle_site_installed(site),
            Command::ShowSales { .. }
            | Command::ShowAvailability { .. }
            | Command::ShowGuidance(_)
            | Command::ShowEdges(_)
            | Command::Alert(_) => {}
        }
    }

    /// A batch is on the disk; a synced one takes those before it along.
    fn edge_wrote(&mut self, node: usize, batch: BatchId, sync: bool) {
        let edge = self.edges[node].change();
        if sync {
            let all = edge.disk.unsynced();
            edge.disk.sync(all);
        }
        let now = edge.now;
        edge.core.handle_persisted(batch, now);
    }

    pub(super) fn sync_edge(&mut self, node: usize) {
        let Some(batch) = self.edges[node].change().writing.take() else {
            return self.violate(Invariant::Cores, "a batch was reported that was never written".to_owned());
        };
        self.edge_wrote(node, batch, true);
        self.run_edge(node);
    }

    pub(super) fn pass_time(&mut self, node: usize) {
        let edge = self.edges[node].change();
        let Some(due) = edge.core.poll_timeout() else { return };
        edge.now = edge.now.max(due);
        let now = edge.now;
        edge.core.handle_timeout(now);
        self.run_edge(node);
    }
}
