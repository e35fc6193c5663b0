//! The owner's thread, from start to stop.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::SyncSender;
use std::thread::JoinHandle;

use tokio::sync::oneshot;

use super::Owner;
use crate::stock::queue::Request;
use crate::stock::shared::Shared;

/// The owner's end: drain it, then stop it.
pub struct OwnerHandle {
    requests: SyncSender<Request>,
    shared: Arc<Shared>,
    thread: JoinHandle<()>,
}

impl OwnerHandle {
    /// Takes no more requests, finishes those that wait, and waits until the ledger has all that this edge knows; for
    /// [`DRAIN_MS_MAX`](crate::stock::DRAIN_MS_MAX) at most. The link must still run.
    pub async fn drain(&self) {
        self.shared.draining.store(true, Ordering::Relaxed);
        let (done, drained) = oneshot::channel();
        self.tell(Request::Drain(done)).await;
        // An owner that is gone has nothing to drain.
        drop(drained.await);
    }

    /// Ends the thread, with everything flushed. Whoever still waits hears [`Busy`](crate::stock::Busy).
    pub async fn stop(self) {
        self.shared.draining.store(true, Ordering::Relaxed);
        self.tell(Request::Stop).await;
        let joined = tokio::task::spawn_blocking(|| self.thread.join()).await;
        debug_assert!(matches!(joined, Ok(Ok(()))), "a panic of the owner aborts the process");
    }

    pub(super) fn spawn(owner: Owner, requests: SyncSender<Request>, shared: Arc<Shared>) -> std::io::Result<Self> {
        let thread = std::thread::Builder::new().name("stock-owner".into()).spawn(move || {
            let _guard = AbortOnPanic;
            owner.run();
        })?;
        Ok(Self { requests, shared, thread })
    }

    /// Waits for room: this must arrive.
    async fn tell(&self, request: Request) {
        let requests = self.requests.clone();
        // A send fails only when the owner is gone.
        drop(tokio::task::spawn_blocking(move || requests.send(request)).await);
    }
}

/// A broken invariant of the stock must not leave an edge that serves pages and looks alive.
struct AbortOnPanic;

impl Drop for AbortOnPanic {
    fn drop(&mut self) {
        if std::thread::panicking() {
            std::process::abort();
        }
    }
}

impl fmt::Debug for OwnerHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OwnerHandle")
    }
}
