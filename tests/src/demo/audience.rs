//! The simulated shoppers of a demo: bursty at the start, then a trickle to the end.

use std::time::Duration;

use tokio::sync::{oneshot, watch};
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};

use super::options::Sale;
use crate::console::Console;
use crate::fleet::Fleet;
use crate::shoppers::{Arrivals, Crowd, Log, Patience, Progress};
use crate::until;

/// The share of all shoppers that come in the burst, and in how many seconds it fades to 1/e.
const BURST: f64 = 0.5;
const BURST_DECAY_S: f64 = 8.0;
/// The last shopper comes when this share of the sale has passed.
const LAST_COMES_AT: f64 = 0.9;
/// Until the console must show what was published.
const SHOWN_BOUND: Duration = Duration::from_secs(5);
/// Until those who are inside when the sale is closed must have heard so.
const LEAVE_BOUND: Duration = Duration::from_secs(10);

pub(super) struct Audience {
    crowd: Option<JoinHandle<anyhow::Result<()>>>,
    doors: Option<oneshot::Sender<()>>,
    log: Log,
    progress: watch::Receiver<Progress>,
}

impl Audience {
    pub(super) async fn invite(shoppers: usize, sale: &Sale, console: &Console, fleet: &Fleet) -> anyhow::Result<Self> {
        let log = Log::append_to(&fleet.folder().shoppers_log())?;
        let (sender, progress) = watch::channel(Progress::default());
        if shoppers == 0 {
            return Ok(Self { crowd: None, doors: None, log, progress });
        }
        let shown = || window(sale, console);
        let (opens_in, lasts) = until::found("the console shows the sale", SHOWN_BOUND, shown).await?;
        let crowd = crowd(shoppers, sale, fleet.addresses().shops(), lasts);
        let (doors, closed) = oneshot::channel();
        let to = log.clone();
        let coming = async move {
            sleep(opens_in).await;
            // Dropped doors are closed doors.
            crowd.run(&to, &sender, async { closed.await.unwrap_or(()) }).await
        };
        Ok(Self { crowd: Some(tokio::spawn(coming)), doors: Some(doors), log, progress })
    }

    /// How far the crowd has come, if there is one.
    pub(super) fn progress(&self) -> Option<Progress> {
        self.crowd.as_ref().map(|_| *self.progress.borrow())
    }

    /// Lets nobody in any more, waits for those who are inside, and keeps what all were told.
    pub(super) async fn leave(&mut self) -> anyhow::Result<()> {
        self.doors = None;
        if let Some(mut crowd) = self.crowd.take()
            && let Ok(left) = timeout(LEAVE_BOUND, &mut crowd).await
        {
            left??;
        }
        self.log.told()?;
        Ok(())
    }
}

/// In how long the sale opens, and how long it lasts.
async fn window(sale: &Sale, console: &Console) -> Option<(Duration, Duration)> {
    let snapshot = console.snapshot().await.ok()?;
    let found = snapshot.sales.iter().find(|found| found.id == sale.id)?;
    let between = |from: u64, to: u64| Duration::from_millis(to.saturating_sub(from));
    Some((between(snapshot.now_ms, found.starts_at_ms), between(found.starts_at_ms, found.ends_at_ms)))
}

fn crowd(shoppers: usize, sale: &Sale, shops: Vec<String>, lasts: Duration) -> Crowd {
    let within_s = lasts.as_secs_f64() * LAST_COMES_AT;
    Crowd {
        shoppers,
        sale: sale.id.clone(),
        skus: sale.skus.clone(),
        shops,
        units_max: 1,
        second_wish_one_in: 4,
        arrivals: Arrivals { burst: BURST, burst_decay_s: BURST_DECAY_S, within_s },
        patience: Patience::default(),
        seed: 1,
    }
}
