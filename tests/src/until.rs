//! Waiting for a condition, with a bound: the one place that sleeps between looks.

use std::future::Future;
use std::time::Duration;

use tokio::time::{Instant, sleep};

/// Time between two looks at a condition.
const LOOK_EVERY_MS: u64 = 20;

/// Looks again and again until `look` finds something.
///
/// # Errors
/// `what` was not found within `bound`.
pub async fn found<T, F: Future<Output = Option<T>>>(
    what: &str,
    bound: Duration,
    mut look: impl FnMut() -> F,
) -> anyhow::Result<T> {
    let deadline = Instant::now() + bound;
    loop {
        if let Some(found) = look().await {
            return Ok(found);
        }
        anyhow::ensure!(Instant::now() < deadline, "waited {bound:?} in vain: {what}");
        sleep(Duration::from_millis(LOOK_EVERY_MS)).await;
    }
}

/// Looks again and again until `look` says yes.
///
/// # Errors
/// `what` did not come true within `bound`.
pub async fn holds<F: Future<Output = bool>>(
    what: &str,
    bound: Duration,
    mut look: impl FnMut() -> F,
) -> anyhow::Result<()> {
    found(what, bound, || {
        let looking = look();
        async move { looking.await.then_some(()) }
    })
    .await
}
