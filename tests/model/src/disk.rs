//! A disk below a core: what is written is in the kernel's hands, and what is synced stays.

use doorbuster_allocator_core as allocator;
use doorbuster_edge_core as edge;

/// Records that change by writes.
pub(crate) trait Records: Clone + Default {
    type Write;

    fn apply(&mut self, write: &Self::Write);
}

impl Records for edge::Image {
    type Write = edge::Write;

    fn apply(&mut self, write: &edge::Write) {
        edge::Image::apply(self, write);
    }
}

impl Records for allocator::Image {
    type Write = allocator::Write;

    fn apply(&mut self, write: &allocator::Write) {
        // The journal is never read back; what it says tells apart states that are the same.
        if !matches!(write, allocator::Write::Journal(_)) {
            allocator::Image::apply(self, write);
        }
    }
}

/// One disk.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub(crate) struct Disk<I, W> {
    /// What survives any crash.
    synced: I,
    /// Batches that were written since, oldest first.
    written: Vec<Vec<W>>,
}

impl<I: Records<Write = W>, W> Disk<I, W> {
    pub(crate) fn of(synced: I) -> Self {
        Self { synced, written: Vec::new() }
    }

    pub(crate) fn synced(&self) -> &I {
        &self.synced
    }

    /// How many batches a crash may drop.
    pub(crate) fn unsynced(&self) -> usize {
        self.written.len()
    }

    /// Takes a batch, whole.
    pub(crate) fn write(&mut self, writes: Vec<W>) {
        self.written.push(writes);
    }

    /// So many of the oldest batches stay.
    pub(crate) fn sync(&mut self, batches: usize) {
        for writes in self.written.drain(..batches) {
            for write in &writes {
                self.synced.apply(write);
            }
        }
    }

    /// The machine dies: of what was not synced the first few batches may have come down.
    pub(crate) fn crash(&mut self, kept: usize) {
        self.sync(kept);
        self.written.clear();
    }
}
