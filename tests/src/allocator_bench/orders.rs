//! Orders as fast as they are taken in: every edge ships batch after batch, a few of them on their way at a time.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use doorbuster_proto::{EdgeBody, OrderId, OrderPlaced, Seq, Sku, Timestamp, Units, UpEntry};

use super::crowd::{Gauge, count};
use super::played::{Heard, Played};
use super::report::Row;
use super::subject::Subject;

/// Orders of one batch: what an edge places in 10 ms, where 32 of them place 200,000 a second.
const BATCH: u64 = 64;
/// Batches of one edge on their way at a time.
const WINDOW: u64 = 4;
/// An odd number whose multiples lie all over: 2^64 by the golden ratio (Knuth, multiplicative hashing).
const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;
/// Units of each item on each edge before the first order: more than it sells.
const STOCK: u64 = 1_000_000;

pub(super) async fn flood(subject: Subject, lasts: Duration) -> anyhow::Result<(Subject, Row)> {
    let mut stocked = Vec::new();
    for edge in subject.join_all().await? {
        stocked.push(stock_up(edge, &subject.skus).await?);
    }
    let skus = subject.skus.clone();
    let counted = count(&subject, stocked, lasts, |edge, gauge| ship_for_ever(edge, skus.clone(), gauge)).await?;
    let row = Row::new("orders", "orders taken in, durably, with their verdicts", &subject, counted);
    Ok((subject, row))
}

async fn stock_up(mut edge: Played, skus: &[Sku]) -> anyhow::Result<Played> {
    let enough = Units::new(STOCK)?;
    let levels = |edge: &Played| skus.iter().map(|sku| edge.level(sku, enough)).collect();
    edge.say(EdgeBody::LevelsChanged(levels(&edge))).await?;
    while skus.iter().any(|sku| edge.shelf(sku) < enough) {
        if let Heard::Grants(_) = edge.hear().await? {
            edge.say(EdgeBody::LevelsChanged(levels(&edge))).await?;
        }
    }
    Ok(edge)
}

async fn ship_for_ever(mut edge: Played, skus: Vec<Sku>, gauge: Gauge) -> anyhow::Result<()> {
    let crowd: u64 = rand::random();
    let mut taken = Seq::default();
    let mut sent_at = VecDeque::new();
    for sku in skus.iter().cycle() {
        let entries = orders(sku, edge.up, crowd)?;
        edge.sell(sku, Units::new(BATCH)?);
        edge.ship(entries, std::slice::from_ref(sku), taken).await?;
        sent_at.push_back((edge.up, Instant::now()));
        while edge.up.0 - taken.0 >= WINDOW * BATCH {
            let Heard::UpTaken(watermark) = edge.hear().await? else { continue };
            gauge.done(watermark.0 - taken.0);
            taken = watermark;
            let answered = sent_at.partition_point(|(last, _)| *last <= taken);
            sent_at.drain(..answered).for_each(|(_, at)| gauge.answered(at));
        }
    }
    Ok(())
}

/// A batch of orders of as many shoppers, after so many others.
fn orders(sku: &Sku, after: Seq, crowd: u64) -> anyhow::Result<Vec<UpEntry>> {
    let order = |number: u64| {
        // Shoppers come in no order of their names.
        let shopper = format!("shopper-{:016x}", crowd ^ number.wrapping_mul(GOLDEN)).parse()?;
        let key = format!("key-{number}").parse()?;
        let order = OrderId::of(&sku.sale, &shopper, &key);
        let at = Timestamp(number);
        Ok(UpEntry::OrderPlaced(OrderPlaced { order, key, sku: sku.clone(), shopper, units: Units::ONE, at }))
    };
    (after.0 + 1..=after.0 + BATCH).map(order).collect()
}
