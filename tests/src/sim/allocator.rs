//! The allocator's process, its disk, and its clock.

use doorbuster_allocator_core::{Allocator, BatchId, Image, Settings};
use doorbuster_proto::{EdgeId, Instance, Timestamp};

use super::disk::Disk;
use crate::dice::Dice;

/// The allocator.
pub(super) struct AllocatorNode {
    pub(super) core: Allocator,
    pub(super) disk: Disk<Image>,
    pub(super) up: bool,
    pub(super) paused_until: Timestamp,
    pub(super) skew_ms: u64,
    /// Counts the lives of the process.
    pub(super) life: u64,
    /// When its next timer comes.
    pub(super) timer_at: Option<Timestamp>,
    /// When the last of its writes is done.
    pub(super) written_at: Timestamp,
    edges: Vec<EdgeId>,
}

impl AllocatorNode {
    pub(super) fn new(edges: Vec<EdgeId>, skew_ms: u64) -> Self {
        let core = recovered(&edges, 1, &Image::default());
        Self {
            core,
            disk: Disk::default(),
            up: true,
            paused_until: Timestamp(0),
            skew_ms,
            life: 1,
            timer_at: None,
            written_at: Timestamp(0),
            edges,
        }
    }

    pub(super) fn crash(&mut self, dice: &mut Dice) {
        self.up = false;
        self.disk.crash(dice);
    }

    pub(super) fn start(&mut self) {
        self.life += 1;
        self.core = recovered(&self.edges, self.life, self.disk.synced());
        (self.up, self.timer_at) = (true, None);
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
