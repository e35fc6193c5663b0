//! The allocator's process, its disk, and its clock.

use doorbuster_allocator_core::{Allocator, BatchId, Image, Settings};
use doorbuster_proto::{EdgeId, Instance, Timestamp};

use super::disk::Disk;
use super::process::Process;
use crate::dice::Dice;

/// The allocator.
pub(super) struct AllocatorNode {
    pub(super) core: Allocator,
    pub(super) disk: Disk<Image>,
    pub(super) process: Process,
    /// When the last of its writes is done.
    pub(super) written_at: Timestamp,
    edges: Vec<EdgeId>,
}

impl AllocatorNode {
    pub(super) fn new(edges: Vec<EdgeId>, skew_ms: u64) -> Self {
        let process = Process::new(skew_ms);
        let core = recovered(&edges, process.life, &Image::default());
        Self { core, disk: Disk::default(), process, written_at: Timestamp(0), edges }
    }

    pub(super) fn crash(&mut self, dice: &mut Dice) {
        self.process.up = false;
        self.disk.crash(dice);
    }

    pub(super) fn start(&mut self) {
        self.process.start();
        self.core = recovered(&self.edges, self.process.life, self.disk.synced());
    }

    pub(super) fn persisted(&mut self, batch: BatchId, sync: bool, now: Timestamp) {
        if sync {
            self.disk.sync();
        }
        self.core.handle_persisted(batch, now);
    }
}

fn recovered(edges: &[EdgeId], life: u64, image: &Image) -> Allocator {
    let settings = Settings { edges: edges.to_vec() };
    Allocator::recover(settings, Instance(life), image.clone()).expect("what a core has written it can read")
}
