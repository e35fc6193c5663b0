//! An edge's process, its disk, and its clock.

use doorbuster_allocator_core::Connection;
use doorbuster_edge_core::{BatchId, Edge, Identity, Image};
use doorbuster_proto::{BootId, DiskId, EdgeId, Timestamp};

use super::disk::Disk;
use super::process::Process;
use crate::dice::Dice;

/// One edge.
pub(super) struct EdgeNode {
    pub(super) name: EdgeId,
    number: u64,
    pub(super) core: Edge,
    pub(super) disk: Disk<Image>,
    pub(super) disk_id: DiskId,
    pub(super) process: Process,
    /// Cut off from the allocator.
    pub(super) cut_off: bool,
    pub(super) connection: Option<Connection>,
    /// An earlier state of the disk, to be set back to.
    pub(super) kept: Option<Image>,
    /// The disk is nearly full.
    pub(super) is_full: bool,
    /// The disk was set back, and has not been found out.
    pub(super) set_back: bool,
}

impl EdgeNode {
    pub(super) fn new(name: EdgeId, number: u64, skew_ms: u64) -> Self {
        let disk_id = DiskId(u128::from(number) + 1);
        let process = Process::new(skew_ms);
        let core = recovered(&name, disk_id, boot(number, &process), &Image::default());
        Self {
            name,
            number,
            core,
            disk: Disk::default(),
            disk_id,
            process,
            cut_off: false,
            connection: None,
            kept: None,
            is_full: false,
            set_back: false,
        }
    }

    /// The process dies, and with it what was not synced.
    pub(super) fn crash(&mut self, dice: &mut Dice) {
        self.process.up = false;
        self.connection = None;
        self.disk.crash(dice);
    }

    /// The next life, with what the disk holds.
    pub(super) fn start(&mut self) {
        self.process.start();
        self.core = recovered(&self.name, self.disk_id, boot(self.number, &self.process), self.disk.synced());
    }

    /// The disk is gone; the next life begins with another.
    pub(super) fn lose_disk(&mut self) {
        self.disk_id = DiskId(u128::from(boot(self.number, &self.process).0) << 32);
        self.disk = Disk::default();
        (self.kept, self.set_back) = (None, false);
    }

    pub(super) fn persisted(&mut self, batch: BatchId, sync: bool, now: Timestamp) {
        if sync {
            self.disk.sync();
        }
        self.core.handle_persisted(batch, now);
    }
}

/// Each life of each edge has its own.
fn boot(number: u64, process: &Process) -> BootId {
    BootId(number + (process.life << 16))
}

fn recovered(name: &EdgeId, disk: DiskId, boot: BootId, image: &Image) -> Edge {
    let identity = Identity { edge: name.clone(), disk, boot };
    Edge::recover(identity, image.clone()).expect("what a core has written it can read")
}
