//! Many edges that tell their levels with every heartbeat, and do nothing else; or sell between two.

use std::time::Duration;

use doorbuster_edge_core::HEARTBEAT_MS;
use doorbuster_proto::{EdgeBody, Level, Sku, Units};
use rand::RngExt as _;
use tokio::time::MissedTickBehavior;

use super::crowd::{Counted, count};
use super::played::Played;
use super::report::Row;
use super::subject::Subject;

/// Between two heartbeats an edge sells a unit of one item in so many.
const SOLD_PART: u32 = 10;

/// Nobody buys.
pub(super) async fn idle(subject: Subject, lasts: Duration) -> anyhow::Result<(Subject, Row)> {
    let edges = subject.join_all().await?;
    let skus = subject.skus.clone();
    let counted = count(&subject, edges, lasts, |edge, _| beat_for_ever(edge, skus.clone(), false)).await?;
    let row = Row::new("heartbeats", "heartbeats of edges at rest", &subject, taken(counted));
    Ok((subject, row))
}

/// Every edge sells, and is granted more where a shelf falls to its low-water mark.
pub(super) async fn selling(subject: Subject, lasts: Duration) -> anyhow::Result<(Subject, Row)> {
    let edges = subject.join_all().await?;
    let skus = subject.skus.clone();
    let counted = count(&subject, edges, lasts, |edge, _| beat_for_ever(edge, skus.clone(), true)).await?;
    let row = Row::new("decisions", "levels of edges that sell", &subject, taken(counted));
    Ok((subject, row))
}

/// What was told may still be on its way: what the allocator took counts.
fn taken(counted: Counted) -> Counted {
    Counted { per_s: counted.levels_per_s, ..counted }
}

async fn beat_for_ever(mut edge: Played, skus: Vec<Sku>, sells: bool) -> anyhow::Result<()> {
    let mut beats = tokio::time::interval(Duration::from_millis(HEARTBEAT_MS));
    beats.set_missed_tick_behavior(MissedTickBehavior::Delay);
    // Not all at once.
    beats.reset_after(Duration::from_millis(rand::rng().random_range(0..HEARTBEAT_MS)));
    loop {
        tokio::select! {
            message = edge.next() => {
                edge.take(message?).await?;
            }
            _ = beats.tick() => {
                if sells {
                    sell_some(&mut edge, &skus);
                }
                let levels: Vec<Level> = skus.iter().map(|sku| edge.level(sku, Units::ZERO)).collect();
                edge.say(EdgeBody::Levels(levels)).await?;
            }
        }
    }
}

/// Sells a unit of some items, whichever it hits.
fn sell_some(edge: &mut Played, skus: &[Sku]) {
    for sku in skus {
        if rand::rng().random_range(0..SOLD_PART) == 0 {
            edge.sell(sku, edge.shelf(sku).min(Units::ONE));
        }
    }
}
