//! What an operator does meanwhile: evicts, lets grants flow again, writes off what is with a disk that is gone.

use std::collections::BTreeSet;
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};

use super::victims::SALE;
use crate::console::Console;
use crate::until;

/// How long an operator keeps trying.
const OPERATOR_BOUND: Duration = Duration::from_secs(60);
/// Time between two looks at the console.
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// The edges whose disk was lost, by name.
type Lost = BTreeSet<String>;

/// At the console for as long as the run lasts.
#[derive(Debug)]
pub(super) struct Operator {
    console: Console,
    lost: watch::Sender<Lost>,
    looking: JoinHandle<()>,
    evictions: JoinSet<anyhow::Result<()>>,
}

impl Operator {
    pub(super) fn at(console: Console) -> Self {
        let (lost, told) = watch::channel(Lost::new());
        let looking = tokio::spawn(let_grants_flow(console.clone(), told));
        Self { console, lost, looking, evictions: JoinSet::new() }
    }

    /// Tells that an edge has lost its disk.
    pub(super) fn disk_lost(&self, edge: &str) {
        self.lost.send_modify(|lost| lost.extend([edge.to_owned()]));
    }

    /// Evicts an edge; tries again while the allocator is away, or waits for another edge's word.
    pub(super) fn evict(&mut self, edge: &str) {
        let (console, edge) = (self.console.clone(), edge.to_owned());
        self.evictions.spawn(async move {
            let evict = || async { console.evict(&edge).await.is_ok() };
            until::holds(&format!("{edge} is evicted"), OPERATOR_BOUND, evict).await
        });
    }

    /// Waits until every eviction has been done, and says how many there were.
    pub(super) async fn finish_evictions(&mut self) -> anyhow::Result<u64> {
        let mut done = 0;
        while let Some(evicted) = self.evictions.join_next().await {
            evicted??;
            done += 1;
        }
        Ok(done)
    }

    /// Closes the sale, and waits until it is settled, with the quarantine of lost disks written off.
    pub(super) async fn settle(&self, bound: Duration) -> anyhow::Result<()> {
        let close = || async { self.console.close(SALE).await.is_ok() };
        until::holds("the sale can be closed", bound, close).await?;
        let lost = self.lost.borrow().clone();
        let settled = || async {
            write_off(&self.console, &lost).await;
            self.console.report(SALE).await.is_ok_and(|report| report.is_settled())
        };
        until::holds("the sale is settled", bound, settled).await
    }
}

impl Drop for Operator {
    fn drop(&mut self) {
        self.looking.abort();
    }
}

/// A new term waits for the word of every epoch. One whose disk is gone will never speak: once only such are waited for,
/// grants are resumed.
async fn let_grants_flow(console: Console, lost: watch::Receiver<Lost>) {
    let mut looks = tokio::time::interval(LOOK_EVERY);
    loop {
        looks.tick().await;
        let Ok(snapshot) = console.snapshot().await else { continue };
        let waiting: Lost = snapshot.waiting_for.into_iter().collect();
        if !waiting.is_empty() && waiting.is_subset(&lost.borrow()) {
            // The next look tells whether it was heard.
            let _ = console.resume_grants().await;
        }
    }
}

async fn write_off(console: &Console, lost: &Lost) {
    let Ok(snapshot) = console.snapshot().await else { return };
    for edge in snapshot.edges.iter().filter(|edge| lost.contains(&edge.id)) {
        for quarantine in &edge.quarantine {
            // The next look tells whether it was heard.
            let _ = console.write_off(&edge.id, quarantine.epoch).await;
        }
    }
}
