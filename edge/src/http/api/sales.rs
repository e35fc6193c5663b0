//! What is on sale here, and how it stands.

use doorbuster_proto::{Availability, SaleId, SaleRules, Sku, Timestamp};
use hyper::StatusCode;
use serde::Serialize;

use crate::http::Problem;
use crate::http::respond::{Cache, Reply, json};
use crate::stock::Board;

#[derive(Serialize)]
struct Sales<'a> {
    now_ms: Timestamp,
    sales: Vec<Sale<'a>>,
}

#[derive(Serialize)]
struct Sale<'a> {
    #[serde(rename = "sale")]
    id: &'a SaleId,
    title: &'a str,
    starts_at_ms: Timestamp,
    ends_at_ms: Timestamp,
}

#[derive(Serialize)]
struct WholeSale<'a> {
    #[serde(flatten)]
    sale: Sale<'a>,
    now_ms: Timestamp,
    limit: u64,
    items: Vec<Item<'a>>,
}

#[derive(Serialize)]
struct Item<'a> {
    sku: &'a str,
    limit: u64,
    availability: Availability,
}

/// Every sale of this edge.
pub(in crate::http) fn all(board: &Board, now: Timestamp) -> Reply {
    let sales = board.sales().map(sale).collect();
    json(StatusCode::OK, &Sales { now_ms: now, sales }, Cache::Second)
}

/// One sale with its items.
pub(in crate::http) fn one(board: &Board, id: &str, now: Timestamp) -> Result<Reply, Problem> {
    let rules = id.parse().ok().and_then(|id| board.sale(&id)).ok_or(Problem::NotFound)?;
    let items = rules.items.iter().map(|(code, item)| Item {
        sku: code.as_str(),
        limit: item.limit.get(),
        availability: availability(board, Sku { sale: rules.sale.clone(), code: code.clone() }, now),
    });
    let whole = WholeSale { sale: sale(rules), now_ms: now, limit: rules.limit.get(), items: items.collect() };
    Ok(json(StatusCode::OK, &whole, Cache::Second))
}

fn sale(rules: &SaleRules) -> Sale<'_> {
    Sale { id: &rules.sale, title: &rules.title, starts_at_ms: rules.starts_at, ends_at_ms: rules.ends_at }
}

#[allow(clippy::needless_pass_by_value, reason = "made for this call alone")]
fn availability(board: &Board, sku: Sku, now: Timestamp) -> Availability {
    board.availability(&sku, now).unwrap_or(Availability::Queueing)
}
