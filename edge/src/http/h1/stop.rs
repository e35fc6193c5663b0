//! How a server's connections hear that it stops.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::Context;

use tokio::sync::Notify;
use tokio::sync::futures::OwnedNotified;

/// Tells every [`Stop`] that it gave out.
#[derive(Debug, Clone, Default)]
pub(in crate::http) struct Stopper(Arc<Told>);

#[derive(Debug, Default)]
struct Told {
    stopped: AtomicBool,
    bell: Arc<Notify>,
}

impl Stopper {
    pub(in crate::http) fn stop(&self) {
        self.0.stopped.store(true, Ordering::Release);
        self.0.bell.notify_waiters();
    }

    pub(in crate::http) fn listener(&self) -> Stop {
        Stop { told: Arc::clone(&self.0), bell: None }
    }
}

/// One connection's ear.
pub(in crate::http) struct Stop {
    told: Arc<Told>,
    /// Asked once: the task that it wakes stays the same.
    bell: Option<Pin<Box<OwnedNotified>>>,
}

impl Stop {
    /// Whether the server stops.
    pub(in crate::http) fn is_told(&self) -> bool {
        self.told.stopped.load(Ordering::Acquire)
    }

    /// The same; wakes the task when it comes to be so.
    pub(super) fn hears(&mut self, cx: &mut Context<'_>) -> bool {
        if self.bell.is_none() {
            let mut bell = Box::pin(Arc::clone(&self.told.bell).notified_owned());
            let _ = bell.as_mut().poll(cx);
            self.bell = Some(bell);
        }
        self.is_told()
    }

    /// Completes when the server stops.
    pub(in crate::http) async fn told(&mut self) {
        let bell = Arc::clone(&self.told.bell).notified_owned();
        if !self.is_told() {
            bell.await;
        }
    }
}

impl fmt::Debug for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Stop({})", self.is_told())
    }
}
