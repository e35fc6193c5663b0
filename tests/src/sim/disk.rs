//! A disk below a core: what is written is in the kernel's hands, and what is synced stays.

use std::collections::VecDeque;

use doorbuster_allocator_core as allocator;
use doorbuster_edge_core as edge;

use crate::dice::Dice;

/// Records that change by writes.
pub(super) trait Records: Clone + Default {
    type Write: Clone;

    fn apply(&mut self, write: &Self::Write);

    /// Whether a write is kept as it is, since no record tells of it.
    fn is_history(_write: &Self::Write) -> bool {
        false
    }
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
        allocator::Image::apply(self, write);
    }

    fn is_history(write: &allocator::Write) -> bool {
        matches!(write, allocator::Write::Journal(_))
    }
}

/// One disk.
pub(super) struct Disk<I: Records> {
    /// What survives any crash.
    synced: I,
    /// Writes that no record tells of, as far as they survive.
    history: Vec<I::Write>,
    /// Batches that were written since.
    written: VecDeque<Vec<I::Write>>,
    /// Says that the newest batch is synced when it is not.
    lies: bool,
}

impl<I: Records> Default for Disk<I> {
    fn default() -> Self {
        Self { synced: I::default(), history: Vec::new(), written: VecDeque::new(), lies: false }
    }
}

impl<I: Records> Disk<I> {
    /// A disk that lies about its syncs.
    pub(super) fn liar() -> Self {
        Self { lies: true, ..Self::default() }
    }

    pub(super) fn synced(&self) -> &I {
        &self.synced
    }

    pub(super) fn history(&self) -> &[I::Write] {
        &self.history
    }

    /// Takes a batch, whole.
    pub(super) fn write(&mut self, writes: Vec<I::Write>) {
        self.written.push_back(writes);
    }

    /// All that was written stays.
    pub(super) fn sync(&mut self) {
        self.keep(self.written.len().saturating_sub(usize::from(self.lies)));
    }

    /// The machine dies: of what was not synced the first few batches may have come down.
    pub(super) fn crash(&mut self, dice: &mut Dice) {
        let kept = dice.below(self.written.len() as u64 + 1);
        self.keep(usize::try_from(kept).expect("it is small"));
        self.written.clear();
    }

    /// The disk is as it once was.
    pub(super) fn set_back(&mut self, to: I) {
        self.synced = to;
        self.written.clear();
    }

    fn keep(&mut self, batches: usize) {
        for writes in self.written.drain(..batches) {
            for write in &writes {
                self.synced.apply(write);
                if I::is_history(write) {
                    self.history.push(write.clone());
                }
            }
        }
    }
}
