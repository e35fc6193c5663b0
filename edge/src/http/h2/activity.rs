//! Whether a connection is in use: it is closed when it was not for long enough.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// What a connection has in hand, and whether anything came of late.
#[derive(Debug, Default)]
pub(super) struct Activity {
    begun: AtomicU64,
    ended: AtomicU64,
}

/// One request in hand.
pub(super) struct InHand(Arc<Activity>);

impl Activity {
    /// Counts a request until its guard is dropped.
    pub(super) fn begin(activity: &Arc<Self>) -> InHand {
        activity.begun.fetch_add(1, Ordering::Relaxed);
        InHand(Arc::clone(activity))
    }

    /// Completes when nothing was in hand for so long; after up to twice that.
    pub(super) async fn idle(&self, after: Duration) {
        let mut before = self.begun.load(Ordering::Relaxed);
        loop {
            tokio::time::sleep(after).await;
            let (begun, ended) = (self.begun.load(Ordering::Relaxed), self.ended.load(Ordering::Relaxed));
            if begun == ended && begun == before {
                return;
            }
            before = begun;
        }
    }
}

impl Drop for InHand {
    fn drop(&mut self) {
        self.0.ended.fetch_add(1, Ordering::Relaxed);
    }
}
