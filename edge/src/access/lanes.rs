//! Where lines wait: a few lanes, so that threads do not wait for each other.

use std::mem;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::LANES;
use super::batch::Batch;
use super::entry::{Answered, Asked};

/// The number of threads that have taken a lane.
static THREADS: AtomicUsize = AtomicUsize::new(0);

thread_local! {
    static LANE: usize = THREADS.fetch_add(1, Ordering::Relaxed) % LANES;
}

/// What became of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pushed {
    /// It waits for the writer's next look.
    Waits,
    /// It waits, and its lane has just become half full: the writer should look now.
    FillsUp,
    /// Its lane is full.
    Dropped,
}

#[derive(Debug, Default)]
pub(super) struct Lanes([Mutex<Batch>; LANES]);

impl Lanes {
    pub(super) fn push(&self, asked: &Asked, answered: &Answered) -> Pushed {
        let mut batch = lock(&self.0[LANE.with(|lane| *lane)]);
        let was_half_full = batch.is_half_full();
        match batch.push(asked, answered) {
            false => Pushed::Dropped,
            true if !was_half_full && batch.is_half_full() => Pushed::FillsUp,
            true => Pushed::Waits,
        }
    }

    /// Takes what waits, and leaves the emptied batches in its place.
    pub(super) fn swap(&self, taken: &mut [Batch; LANES]) {
        for (lane, batch) in self.0.iter().zip(taken) {
            batch.clear();
            mem::swap(&mut *lock(lane), batch);
        }
    }
}

fn lock(lane: &Mutex<Batch>) -> MutexGuard<'_, Batch> {
    lane.lock().unwrap_or_else(PoisonError::into_inner)
}
