//! Who looks at what before a sale starts: pages are answered by caches too, so their script says it here.

use doorbuster_proto::SkuCode;
use hyper::StatusCode;
use serde::Deserialize;

use super::body;
use crate::http::request::Asked;
use crate::http::respond::{Reply, empty};
use crate::http::{Problem, Shop};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Viewed {
    sku: SkuCode,
}

/// Counts a view of an item's page. After the start there is nothing more to expect, and nothing is counted.
pub(in crate::http) fn count(shop: &Shop, asked: &Asked, sale: &str) -> Result<Reply, Problem> {
    let board = shop.stock.board();
    board.sale_named(sale).ok_or(Problem::NotFound)?;
    let viewed: Viewed = body(&asked.head.headers, &asked.body)?;
    board.count_view(sale, viewed.sku.as_str(), asked.now).ok_or(Problem::UnknownSku)?;
    Ok(empty(StatusCode::NO_CONTENT))
}
