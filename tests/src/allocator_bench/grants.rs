//! Grants as fast as they come: every edge has shoppers waiting for every item, gives back what it is granted, so that the
//! pool never runs dry, and asks again.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use doorbuster_proto::{EdgeBody, Level, Sku, Units};

use super::crowd::{Gauge, count};
use super::played::{Heard, Played};
use super::report::Row;
use super::subject::Subject;

/// Units that shoppers wait for at each edge, of each item.
const WAITING: u64 = 8;

pub(super) async fn flood(subject: Subject, lasts: Duration) -> anyhow::Result<(Subject, Row)> {
    let edges = subject.join_all().await?;
    let skus = subject.skus.clone();
    let counted = count(&subject, edges, lasts, |edge, gauge| ask_for_ever(edge, skus.clone(), gauge)).await?;
    let row = Row::new("grants", "durable grants, asked for as fast as they come", &subject, counted);
    Ok((subject, row))
}

async fn ask_for_ever(mut edge: Played, skus: Vec<Sku>, gauge: Gauge) -> anyhow::Result<()> {
    let waiting = Units::new(WAITING)?;
    let mut asked: BTreeMap<Sku, Instant> = BTreeMap::new();
    let mut asks = skus;
    loop {
        let levels: Vec<Level> = asks.iter().map(|sku| edge.level(sku, waiting)).collect();
        asked.extend(asks.drain(..).map(|sku| (sku, Instant::now())));
        edge.say(EdgeBody::LevelsChanged(levels)).await?;
        let grants = granted(&mut edge).await?;
        gauge.done(grants.len() as u64);
        // One batch may have two grants of an item.
        let granted: BTreeSet<Sku> = grants.into_iter().map(|(sku, _)| sku).collect();
        asked.iter().filter(|(sku, _)| granted.contains(sku)).for_each(|(_, at)| gauge.answered(*at));
        asks.extend(granted);
        edge.give_back(&asks).await?;
    }
}

async fn granted(edge: &mut Played) -> anyhow::Result<Vec<(Sku, Units)>> {
    loop {
        if let Heard::Grants(grants) = edge.hear().await? {
            return Ok(grants);
        }
    }
}
