//! Faults have stopped: what a person would do then, and no more.

use std::collections::BTreeSet;

use doorbuster_allocator_core::Operator;
use doorbuster_edge_core::SessionState;
use doorbuster_proto::DiskId;

use crate::sim::world::{Event, World};

/// How often somebody looks after the edges.
const TEND_EVERY_MS: u64 = 5_000;

impl World {
    pub(super) fn calm_down(&mut self) {
        self.calm = true;
        for edge in &mut self.edges {
            edge.cut_off = false;
        }
        self.after(TEND_EVERY_MS, Event::Tend);
    }

    /// Lets grants flow, gives a refused edge a new disk, and writes off what the lost ones had.
    pub(super) fn tend(&mut self) {
        self.operate(Operator::ResumeGrants);
        for edge in 0..self.edges.len() {
            if matches!(self.edges[edge].core.session_state(), SessionState::Refused(_)) && self.edges[edge].process.up
            {
                self.shoppers.disk_lost(self.edges[edge].disk_id);
                self.leave_stream(edge);
                self.edges[edge].crash(&mut self.dice);
                self.forget_waiters(edge);
                self.edges[edge].lose_disk();
                self.after(1, Event::Start { edge });
            }
        }
        let alive: BTreeSet<DiskId> = self.edges.iter().map(|edge| edge.disk_id).collect();
        let books = self.allocator.core.image().epochs.iter();
        let books = books.flat_map(|(edge, books)| books.iter().map(move |(epoch, book)| (edge, *epoch, book)));
        let dead = books.filter(|(_, _, book)| !alive.contains(&book.head.disk));
        let dead: Vec<_> = dead.map(|(edge, epoch, _)| (edge.clone(), epoch)).collect();
        for (edge, epoch) in dead {
            self.operate(Operator::WriteOff { edge, epoch });
        }
        self.after(TEND_EVERY_MS, Event::Tend);
    }
}
