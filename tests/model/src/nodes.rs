//! The processes and their disks.

use std::collections::BTreeMap;
use std::sync::Arc;

use doorbuster_allocator_core::{self as allocator, Allocator, Connection, EdgeSettings, Policy, Settings};
use doorbuster_edge_core::{self as edge, Edge, Identity};
use doorbuster_proto::{BootId, Commit, DiskId, EdgeId, Instance, Sku, Term, Timestamp};

use crate::disk::Disk;

/// One process of an edge, with its disk. A clone of a disk is another node of the same name and disk.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct EdgeNode {
    pub(crate) name: EdgeId,
    /// How traces call it: a clone is not its original.
    pub(crate) called: String,
    pub(crate) core: Edge,
    pub(crate) disk: Disk<edge::Image, edge::Write>,
    pub(crate) disk_id: DiskId,
    boot: BootId,
    /// A batch on its way, and whether it is to be synced.
    pub(crate) writing: Option<edge::BatchId>,
    pub(crate) now: Timestamp,
    pub(crate) stream: Option<Connection>,
    /// An earlier state of the disk, to be set back to.
    pub(crate) kept: Option<Arc<edge::Image>>,
    /// The disk was set back or copied: what it says may contradict what it said.
    pub(crate) is_tainted: bool,
    /// The newest that this process heard of each SKU, and whether that was "sold out".
    pub(crate) heard: BTreeMap<Sku, ((Term, Commit), bool)>,
}

impl EdgeNode {
    pub(crate) fn fresh(number: u64, name: EdgeId, now: Timestamp) -> Self {
        let (disk_id, boot) = (DiskId(u128::from(number)), BootId(number << 8));
        let image = edge::Image::default();
        let core = recovered(&name, disk_id, boot, &image);
        Self {
            called: name.to_string(),
            name,
            core,
            disk: Disk::of(image),
            disk_id,
            boot,
            writing: None,
            now,
            stream: None,
            kept: None,
            is_tainted: false,
            heard: BTreeMap::new(),
        }
    }

    /// The process dies, with the unsynced batches but the oldest so many, and starts again.
    pub(crate) fn crash(&mut self, kept: usize) {
        self.disk.crash(kept);
        self.start();
    }

    /// The disk is gone, and the process starts on another.
    pub(crate) fn wipe(&mut self) {
        self.disk_id = DiskId(self.disk_id.0 + (1 << 64));
        self.kept = None;
        self.start_from(edge::Image::default());
    }

    /// The disk is as it was.
    pub(crate) fn roll_back(&mut self, to: &edge::Image) {
        self.is_tainted = true;
        self.start_from(to.clone());
    }

    /// A second process on a copy of the disk.
    pub(crate) fn copied(&self, number: u64) -> Self {
        let mut copy = self.clone();
        copy.called = format!("the copy of {}", self.called);
        copy.boot = BootId(number << 8);
        copy.is_tainted = true;
        copy.start_from(self.disk.synced().clone());
        copy
    }

    fn start_from(&mut self, image: edge::Image) {
        self.disk = Disk::of(image);
        self.start();
    }

    fn start(&mut self) {
        self.boot.0 += 1;
        (self.writing, self.stream) = (None, None);
        self.heard.clear();
        self.core = recovered(&self.name, self.disk_id, self.boot, self.disk.synced());
    }
}

fn recovered(name: &EdgeId, disk: DiskId, boot: BootId, image: &edge::Image) -> Edge {
    let identity = Identity { edge: name.clone(), disk, boot };
    Edge::recover(identity, image.clone()).expect("what a core has written it can read")
}

/// The allocator's process, with its disk.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct AllocatorNode {
    pub(crate) core: Allocator,
    pub(crate) disk: Disk<allocator::Image, allocator::Write>,
    /// Batches on their way, oldest first, and whether each is to be synced.
    pub(crate) writing: Vec<(allocator::BatchId, bool)>,
    pub(crate) now: Timestamp,
    pub(crate) backup: Option<Arc<allocator::Image>>,
    /// The ledger was once restored from a backup: it may not know what edges know.
    pub(crate) is_restored: bool,
    pub(crate) instance: Instance,
    edges: Vec<EdgeId>,
    pub(crate) requests: u64,
}

impl AllocatorNode {
    pub(crate) fn fresh(edges: Vec<EdgeId>, now: Timestamp) -> Self {
        let (instance, image) = (Instance(1), allocator::Image::default());
        Self {
            core: led(&edges, instance, &image),
            disk: Disk::of(image),
            writing: Vec::new(),
            now,
            backup: None,
            is_restored: false,
            instance,
            edges,
            requests: 0,
        }
    }

    /// The process dies, with the unsynced batches but the oldest so many, and another takes the next term.
    pub(crate) fn fail_over(&mut self, kept: usize) {
        self.disk.crash(kept);
        self.start();
    }

    /// Another takes over with the backup.
    pub(crate) fn restore(&mut self, backup: &allocator::Image) {
        self.is_restored = true;
        self.disk = Disk::of(backup.clone());
        self.start();
    }

    fn start(&mut self) {
        self.writing.clear();
        self.instance.0 += 1;
        self.core = led(&self.edges, self.instance, self.disk.synced());
    }
}

fn led(edges: &[EdgeId], instance: Instance, image: &allocator::Image) -> Allocator {
    // An operator's eviction may come at any moment; one for silence would be no different.
    let settings = Settings {
        edges: edges.iter().cloned().map(EdgeSettings::named).collect(),
        evict_after_ms: None,
        // One that reads neither time nor demand: the model explores what may move, not how wisely.
        policy: Policy::Threshold,
        guides: false,
    };
    Allocator::recover(settings, instance, image.clone()).expect("what a core has written it can read")
}
