//! A time-out that costs nothing while requests come: it is set once, and set anew only when it rings.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::time::{Instant, Sleep, sleep};

/// Rings once after it was set.
#[derive(Debug, Default)]
pub(super) struct Alarm {
    sleep: Option<Pin<Box<Sleep>>>,
    is_set: bool,
}

impl Alarm {
    /// Sets it, whatever it was set to before.
    pub(super) fn set(&mut self, after: Duration) {
        self.is_set = true;
        match &mut self.sleep {
            Some(sleep) => sleep.as_mut().reset(Instant::now() + after),
            None => self.sleep = Some(Box::pin(self::sleep(after))),
        }
    }

    pub(super) fn is_set(&self) -> bool {
        self.is_set
    }

    /// Whether it rings; wakes the task when it does.
    pub(super) fn rings(&mut self, cx: &mut Context<'_>) -> bool {
        if !self.is_set {
            return false;
        }
        let rings = self.sleep.as_mut().is_some_and(|sleep| matches!(sleep.as_mut().poll(cx), Poll::Ready(())));
        self.is_set = !rings;
        rings
    }
}
