//! An edge's process, its disk, and its clock.

use doorbuster_allocator_core::Connection;
use doorbuster_edge_core::{BatchId, Edge, Identity, Image};
use doorbuster_proto::{BootId, DiskId, EdgeId, Timestamp};

use super::disk::Disk;
use crate::dice::Dice;

/// One edge.
pub(super) struct EdgeNode {
    pub(super) name: EdgeId,
    pub(super) core: Edge,
    pub(super) disk: Disk<Image>,
    pub(super) disk_id: DiskId,
    /// Counts the lives of the process.
    pub(super) boot: u64,
    /// Whether the process runs.
    pub(super) up: bool,
    /// Handed no event before this: SIGSTOP.
    pub(super) paused_until: Timestamp,
    /// Cut off from the allocator.
    pub(super) cut_off: bool,
    pub(super) connection: Option<Connection>,
    /// This clock's advance on the true time, in milliseconds, less [`SKEW_MS_MAX`](super::plan::SKEW_MS_MAX).
    pub(super) skew_ms: u64,
    /// When its next timer comes.
    pub(super) timer_at: Option<Timestamp>,
    /// An earlier state of the disk, to be set back to.
    pub(super) kept: Option<Image>,
    /// The disk was set back, and has not been found out.
    pub(super) set_back: bool,
}

impl EdgeNode {
    pub(super) fn new(name: EdgeId, number: u64, skew_ms: u64) -> Self {
        let disk_id = DiskId(u128::from(number) + 1);
        let core = recovered(&name, disk_id, number, &Image::default());
        Self {
            name,
            core,
            disk: Disk::default(),
            disk_id,
            boot: number,
            up: true,
            paused_until: Timestamp(0),
            cut_off: false,
            connection: None,
            skew_ms,
            timer_at: None,
            kept: None,
            set_back: false,
        }
    }

    /// The process dies, and with it what was not synced.
    pub(super) fn crash(&mut self, dice: &mut Dice) {
        self.up = false;
        self.connection = None;
        self.disk.crash(dice);
    }

    /// The next life, with what the disk holds.
    pub(super) fn start(&mut self) {
        self.boot += 1_000;
        self.core = recovered(&self.name, self.disk_id, self.boot, self.disk.synced());
        (self.up, self.timer_at) = (true, None);
    }

    /// The disk is gone; the next life begins with another.
    pub(super) fn lose_disk(&mut self) {
        self.boot += 1_000;
        self.disk_id = DiskId(u128::from(self.boot) << 32);
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

fn recovered(name: &EdgeId, disk: DiskId, boot: u64, image: &Image) -> Edge {
    let identity = Identity { edge: name.clone(), disk, boot: BootId(boot) };
    Edge::recover(identity, image.clone()).expect("what a core has written it can read")
}
