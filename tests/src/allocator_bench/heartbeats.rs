//! Many edges that tell their levels with every heartbeat, and do little else; or sell a unit of every item between two.

use std::time::{Duration, Instant};

use doorbuster_edge_core::HEARTBEAT_MS;
use doorbuster_proto::{EdgeBody, Level, Sku, Units};
use rand::RngExt as _;
use tokio::time::MissedTickBehavior;

use super::crowd::{Gauge, count};
use super::played::{Heard, Played};
use super::report::Row;
use super::subject::Subject;

/// Units that shoppers wait for where an edge asks for more.
const WAITING: u64 = 8;

/// Nobody buys.
pub(super) async fn idle(subject: Subject, lasts: Duration) -> anyhow::Result<(Subject, Row)> {
    let edges = subject.join_all().await?;
    let skus = subject.skus.clone();
    let counted = count(&subject, edges, lasts, |edge, gauge| beat_for_ever(edge, skus.clone(), gauge, false)).await?;
    let row = Row::new("heartbeats", "heartbeats of edges at rest", &subject, counted);
    Ok((subject, row))
}

/// At every edge a unit of every item is sold between two heartbeats, and all of one, for which shoppers then wait.
pub(super) async fn selling(subject: Subject, lasts: Duration) -> anyhow::Result<(Subject, Row)> {
    let edges = subject.join_all().await?;
    let skus = subject.skus.clone();
    let counted = count(&subject, edges, lasts, |edge, gauge| beat_for_ever(edge, skus.clone(), gauge, true)).await?;
    let row =
        Row::new("decisions", "levels of selling edges; the time from a question to its grant", &subject, counted);
    Ok((subject, row))
}

async fn beat_for_ever(mut edge: Played, skus: Vec<Sku>, gauge: Gauge, sells: bool) -> anyhow::Result<()> {
    let mut beats = tokio::time::interval(Duration::from_millis(HEARTBEAT_MS));
    beats.set_missed_tick_behavior(MissedTickBehavior::Delay);
    // Not all at once.
    beats.reset_after(Duration::from_millis(rand::rng().random_range(0..HEARTBEAT_MS)));
    let mut asked: Option<(Sku, Instant)> = None;
    loop {
        tokio::select! {
            message = edge.next() => {
                let Heard::Grants(grants) = edge.take(message?).await? else { continue };
                if let Some((sku, at)) = asked.take_if(|(sku, _)| grants.iter().any(|(granted, _)| granted == sku)) {
                    gauge.answered(at);
                    edge.sell(&sku, edge.shelf(&sku));
                }
            }
            _ = beats.tick() => {
                let asks = sells.then(|| rand::rng().random_range(0..skus.len()));
                if let Some(at) = asks {
                    sell(&mut edge, &skus, at);
                }
                let level = |(at, sku): (usize, &Sku)| {
                    edge.level(sku, if asks == Some(at) { Units::new(WAITING).unwrap_or_default() } else { Units::ZERO })
                };
                let levels: Vec<Level> = skus.iter().enumerate().map(level).collect();
                gauge.done(levels.len() as u64);
                if let Some(at) = asks && asked.is_none() {
                    asked = Some((skus[at].clone(), Instant::now()));
                }
                edge.say(EdgeBody::Levels(levels)).await?;
            }
        }
    }
}

/// A unit of each item, and all of one.
fn sell(edge: &mut Played, skus: &[Sku], all_of: usize) {
    for (at, sku) in skus.iter().enumerate() {
        let shelf = edge.shelf(sku);
        edge.sell(sku, if at == all_of { shelf } else { shelf.min(Units::ONE) });
    }
}
