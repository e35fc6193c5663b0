//! The allocator's process, its disk, and its clock.

use doorbuster_allocator_core::{Allocator, BatchId, EdgeSettings, Image, Settings};
use doorbuster_proto::{Instance, Timestamp};

use super::disk::Disk;
use super::plan::Plan;
use super::process::Process;
use crate::dice::Dice;

/// The allocator.
pub(super) struct AllocatorNode {
    pub(super) core: Allocator,
    pub(super) disk: Disk<Image>,
    pub(super) process: Process,
    /// When the last of its writes is done.
    pub(super) written_at: Timestamp,
    settings: Settings,
}

impl AllocatorNode {
    pub(super) fn new(plan: &Plan, skew_ms: u64) -> Self {
        let process = Process::new(skew_ms);
        let settings = Settings {
            edges: plan.edges.iter().cloned().map(EdgeSettings::named).collect(),
            evict_after_ms: plan.evict_after_ms,
            policy: plan.policy,
            guides: true,
        };
        let core = recovered(&settings, process.life, &Image::default());
        Self { core, disk: Disk::default(), process, written_at: Timestamp(0), settings }
    }

    pub(super) fn crash(&mut self, dice: &mut Dice) {
        self.process.up = false;
        self.disk.crash(dice);
    }

    pub(super) fn start(&mut self) {
        self.process.start();
        self.core = recovered(&self.settings, self.process.life, self.disk.synced());
    }

    pub(super) fn persisted(&mut self, batch: BatchId, sync: bool, now: Timestamp) {
        if sync {
            self.disk.sync();
        }
        self.core.handle_persisted(batch, now);
    }
}

fn recovered(settings: &Settings, life: u64, image: &Image) -> Allocator {
    Allocator::recover(settings.clone(), Instance(life), image.clone()).expect("what a core has written it can read")
}
