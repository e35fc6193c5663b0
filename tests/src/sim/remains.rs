//! What is on the disks of a world whose every plug is pulled at one moment.

use doorbuster_allocator_core::{Image as LedgerImage, JournalRecord, Write};
use doorbuster_edge_core::Image as EdgeImage;
use doorbuster_proto::DiskId;

use super::plan::Plan;
use super::world::World;

/// The disks, with what was synced.
#[derive(Debug, Clone)]
pub struct Remains {
    /// The ledger.
    pub ledger: LedgerImage,
    /// Its journal.
    pub journal: Vec<JournalRecord>,
    /// The disks that edges have now; lost ones are gone.
    pub disks: Vec<DiskRemains>,
}

/// An edge's disk.
#[derive(Debug, Clone)]
pub struct DiskRemains {
    /// Its identity.
    pub id: DiskId,
    /// Its records.
    pub image: EdgeImage,
    /// It is an older state of itself, and nobody has noticed yet.
    pub is_set_back: bool,
}

/// Runs a seed's world until so many events have happened, or to its end, and takes the disks.
pub fn remains(seed: u64, events: u64) -> Remains {
    World::new(Plan::of(seed)).pull_the_plug(events)
}

impl World {
    pub(super) fn remains(&self) -> Remains {
        let records = self.allocator.disk.history().iter().filter_map(|write| match write {
            Write::Journal(record) => Some(record.clone()),
            _ => None,
        });
        let disks = self.edges.iter().map(|edge| DiskRemains {
            id: edge.disk_id,
            image: edge.disk.synced().clone(),
            is_set_back: edge.set_back,
        });
        Remains { ledger: self.allocator.disk.synced().clone(), journal: records.collect(), disks: disks.collect() }
    }
}
