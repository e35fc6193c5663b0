//! Many edges that tell with every heartbeat which levels have changed, and do nothing else; or sell between two.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use doorbuster_edge_core::{ALL_LEVELS_MS, HEARTBEAT_MS, REST_MS, REST_MS_MIN};
use doorbuster_proto::{AllocatorBody, EdgeBody, Level, Sku, Units};
use rand::RngExt as _;
use tokio::time::MissedTickBehavior;

use super::crowd::{Counted, Gauge, count};
use super::played::Played;
use super::report::Row;
use super::subject::Subject;

/// Between two heartbeats an edge sells a unit of one item in so many.
const SOLD_PART: u32 = 10;

/// Nobody buys.
pub(super) async fn idle(subject: Subject, lasts: Duration) -> anyhow::Result<(Subject, Row)> {
    let edges = subject.join_all().await?;
    let skus = subject.skus.clone();
    let counted = count(&subject, edges, lasts, |edge, gauge| beat_for_ever(edge, skus.clone(), gauge, false)).await?;
    let row = Row::new("heartbeats", "heartbeats of edges at rest", &subject, counted);
    Ok((subject, row))
}

/// Every edge sells, and is granted more where a shelf falls to its low-water mark.
pub(super) async fn selling(subject: Subject, lasts: Duration) -> anyhow::Result<(Subject, Row)> {
    let edges = subject.join_all().await?;
    let skus = subject.skus.clone();
    let counted = count(&subject, edges, lasts, |edge, gauge| beat_for_ever(edge, skus.clone(), gauge, true)).await?;
    // What was told may still be on its way: what the allocator took counts.
    let taken = Counted { per_s: counted.levels_per_s, ..counted };
    let row = Row::new("decisions", "levels of edges that sell", &subject, taken);
    Ok((subject, row))
}

async fn beat_for_ever(mut edge: Played, skus: Vec<Sku>, gauge: Gauge, sells: bool) -> anyhow::Result<()> {
    // Edges at rest speak less often, and rather when they hear the allocator.
    let beat_ms = if sells { HEARTBEAT_MS } else { REST_MS };
    let mut beats = tokio::time::interval(Duration::from_millis(beat_ms));
    beats.set_missed_tick_behavior(MissedTickBehavior::Delay);
    // Not all at once.
    beats.reset_after(Duration::from_millis(rand::rng().random_range(0..beat_ms)));
    edge.say(EdgeBody::Levels(levels_of(&edge, &skus))).await?;
    let mut told: BTreeMap<Sku, Level> = BTreeMap::new();
    let mut said_at = Instant::now();
    let mut all_at = Instant::now() + Duration::from_millis(rand::rng().random_range(0..ALL_LEVELS_MS));
    loop {
        tokio::select! {
            message = edge.next() => {
                let message = message?;
                let may_answer = !sells && said_at.elapsed() >= Duration::from_millis(REST_MS_MIN);
                if may_answer && matches!(message, AllocatorBody::Words(_)) {
                    beats.reset();
                    said_at = Instant::now();
                    edge.say(EdgeBody::LevelsChanged(Vec::new())).await?;
                    gauge.done(1);
                }
                edge.take(message).await?;
            }
            _ = beats.tick() => {
                if sells {
                    sell_some(&mut edge, &skus);
                }
                said_at = Instant::now();
                let levels = levels_of(&edge, &skus);
                if Instant::now() >= all_at {
                    all_at += Duration::from_millis(ALL_LEVELS_MS);
                    edge.say(EdgeBody::Levels(levels)).await?;
                } else {
                    let is_news = |level: &Level| told.get(&level.sku) != Some(level);
                    let news: Vec<Level> = levels.into_iter().filter(is_news).collect();
                    told.extend(news.iter().map(|level| (level.sku.clone(), level.clone())));
                    edge.say(EdgeBody::LevelsChanged(news)).await?;
                }
                gauge.done(1);
            }
        }
    }
}

fn levels_of(edge: &Played, skus: &[Sku]) -> Vec<Level> {
    skus.iter().map(|sku| edge.level(sku, Units::ZERO)).collect()
}

/// Sells a unit of some items, whichever it hits.
fn sell_some(edge: &mut Played, skus: &[Sku]) {
    for sku in skus {
        if rand::rng().random_range(0..SOLD_PART) == 0 {
            edge.sell(sku, edge.shelf(sku).min(Units::ONE));
        }
    }
}
