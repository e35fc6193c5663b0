//! All played edges at work, each a task, and what they count.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::task::JoinSet;

use super::WARM_UP;
use super::played::Played;
use super::subject::Subject;
use crate::bench::statistics::quantile;

/// What the edges count. Cheap to clone.
#[derive(Clone, Default)]
pub(super) struct Gauge {
    done: Arc<AtomicU64>,
    is_on: Arc<AtomicBool>,
    waits_ms: Arc<Mutex<Vec<f64>>>,
}

/// What was counted.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Counted {
    /// Things done in a second, as edges heard.
    pub(super) per_s: f64,
    /// Levels that the allocator took in a second, by its own count.
    pub(super) levels_per_s: f64,
    /// The part of a processor that the allocator took.
    pub(super) load: f64,
    /// Milliseconds that half of the answers took at most; 0 where none was waited for.
    pub(super) p50_ms: f64,
    /// Milliseconds that 99 of 100 answers took at most.
    pub(super) p99_ms: f64,
    /// Milliseconds that what follows from a turn's inputs took at most in 99 of 100 turns, by the bounds of a histogram.
    pub(super) decision_p99_ms: f64,
}

impl Gauge {
    /// So many things were done.
    pub(super) fn done(&self, count: u64) {
        self.done.fetch_add(count, Ordering::Relaxed);
    }

    /// An answer came to what was asked then.
    pub(super) fn answered(&self, asked_at: Instant) {
        if self.is_on.load(Ordering::Relaxed) {
            let wait_ms = asked_at.elapsed().as_secs_f64() * 1e3;
            self.waits_ms.lock().unwrap_or_else(PoisonError::into_inner).push(wait_ms);
        }
    }
}

/// Lets every edge do its work until enough is counted.
///
/// # Errors
/// An edge failed.
pub(super) async fn count<F>(
    subject: &Subject,
    edges: Vec<Played>,
    lasts: Duration,
    work: impl Fn(Played, Gauge) -> F,
) -> anyhow::Result<Counted>
where
    F: Future<Output = anyhow::Result<()>> + Send + 'static,
{
    let gauge = Gauge::default();
    // Whatever still runs ends with the set.
    let mut tasks = JoinSet::new();
    for edge in edges {
        tasks.spawn(work(edge, gauge.clone()));
    }
    tokio::time::sleep(WARM_UP).await;
    gauge.is_on.store(true, Ordering::Relaxed);
    let before = subject.metrics().await?;
    let (done, cpu, begun) = (gauge.done.load(Ordering::Relaxed), subject.cpu()?, Instant::now());
    tokio::time::sleep(lasts).await;
    let (done, took) = (gauge.done.load(Ordering::Relaxed) - done, begun.elapsed());
    let cpu = subject.cpu()?.saturating_sub(cpu);
    let after = subject.metrics().await?;
    let decisions = after.decisions.since(&before.decisions);
    if let Some(ended) = tasks.try_join_next() {
        ended??;
    }
    let waits_ms = std::mem::take(&mut *gauge.waits_ms.lock().unwrap_or_else(PoisonError::into_inner));
    let wait_ms = |part| if waits_ms.is_empty() { 0.0 } else { quantile(&waits_ms, part) };
    Ok(Counted {
        per_s: done as f64 / took.as_secs_f64(),
        levels_per_s: (after.levels - before.levels) as f64 / took.as_secs_f64(),
        load: cpu.as_secs_f64() / took.as_secs_f64(),
        p50_ms: wait_ms(0.5),
        p99_ms: wait_ms(0.99),
        decision_p99_ms: decisions.quantile(0.99) * 1e3,
    })
}
