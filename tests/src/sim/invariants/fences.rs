//! 6. Epochs and terms only grow.

use std::collections::BTreeMap;

use doorbuster_proto::{DiskId, EdgeId, Epoch, Term};

use super::Found;
use crate::sim::world::World;

/// The highest that were seen.
#[derive(Debug, Default)]
pub(super) struct Highest {
    term: Term,
    /// Of each edge, in the ledger's store.
    epochs: BTreeMap<EdgeId, Epoch>,
    /// Of each disk.
    disks: BTreeMap<DiskId, (Term, Epoch)>,
}

impl Highest {
    pub(super) fn look(&mut self, world: &World) -> Found {
        let stored = world.allocator.disk.synced();
        if stored.term < self.term {
            return Err(format!("the allocator's term was {}, and is {}", self.term, stored.term));
        }
        self.term = stored.term;
        for (edge, books) in &stored.epochs {
            let last = books.keys().next_back().copied().unwrap_or_default();
            let highest = self.epochs.entry(edge.clone()).or_default();
            if last < *highest {
                return Err(format!("{edge} was in epoch {highest}, and is in {last}"));
            }
            *highest = last;
        }
        for edge in world.edges.iter().filter(|edge| !edge.set_back) {
            let meta = &edge.disk.synced().meta;
            let found = (meta.led_by.map_or(Term(0), |(term, _)| term), meta.epoch.unwrap_or_default());
            let highest = self.disks.entry(edge.disk_id).or_default();
            if found.0 < highest.0 || found.1 < highest.1 {
                return Err(format!("{}'s disk had seen {highest:?}, and has {found:?}", edge.name));
            }
            *highest = found;
        }
        Ok(())
    }
}
