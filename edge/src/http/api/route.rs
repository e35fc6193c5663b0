//! Where to go for the items of a sale.

use std::ops::RangeInclusive;

use doorbuster_edge_core::QUEUEING_RETRY_MS;
use doorbuster_proto::{Availability, SaleId, Sku, SkuCode, Timestamp, Units};
use hyper::StatusCode;
use serde::Serialize;

use crate::http::guide::{Elsewhere, Who};
use crate::http::request::Asked;
use crate::http::respond::{Cache, Reply, json};
use crate::http::{Problem, Shop, fields};
use crate::stock::{Board, Chance};

/// When to ask again: as after a purchase that met an empty shelf.
const RETRY_MS: RangeInclusive<u64> = QUEUEING_RETRY_MS * 3 / 4..=QUEUEING_RETRY_MS * 5 / 4;

#[derive(Serialize)]
struct Routes<'a> {
    sale: &'a SaleId,
    now_ms: Timestamp,
    items: Vec<Item<'a>>,
}

#[derive(Serialize)]
struct Item<'a> {
    sku: &'a SkuCode,
    availability: Availability,
    here: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    elsewhere: Option<Elsewhere>,
    #[serde(skip_serializing_if = "Option::is_none")]
    starts_at_ms: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    left: Option<Units>,
    #[serde(skip_serializing_if = "Option::is_none")]
    waiting: Option<Units>,
    #[serde(skip_serializing_if = "Option::is_none")]
    retry_after_ms: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    chance_percent: Option<u8>,
}

/// Every item of the sale, or the one that the query names: to be had here, or at which edge.
pub(in crate::http) fn route(shop: &Shop, asked: &Asked, sale: &str) -> Result<Reply, Problem> {
    let board = shop.stock.board();
    let rules = board.sale_named(sale).ok_or(Problem::NotFound)?;
    let wanted = wanted(asked.head.uri.query().unwrap_or_default())?;
    let who = Who::of(shop.shopper(asked).as_ref(), asked.client);
    let items = rules.items.keys().filter(|code| wanted.as_ref().is_none_or(|wanted| wanted == *code));
    let items: Vec<_> = items.map(|code| item(shop, &board, &rules.sale, code, &who, asked.now)).collect();
    if wanted.is_some() && items.is_empty() {
        return Err(Problem::UnknownSku);
    }
    Ok(json(StatusCode::OK, &Routes { sale: &rules.sale, now_ms: asked.now, items }, Cache::Never))
}

fn wanted(query: &str) -> Result<Option<SkuCode>, Problem> {
    let fields =
        fields::parse(query).ok_or_else(|| Problem::BadRequest("The query is not well encoded.".to_owned()))?;
    fields.get("sku").map(|code| code.parse().map_err(|_| Problem::UnknownSku)).transpose()
}

fn item<'a>(shop: &Shop, board: &Board, sale: &SaleId, sku: &'a SkuCode, who: &Who, now: Timestamp) -> Item<'a> {
    let full = Sku { sale: sale.clone(), code: sku.clone() };
    let availability = board.availability(&full, now).unwrap_or(Availability::Queueing);
    let here = matches!(availability, Availability::Available | Availability::FewLeft);
    let open = !matches!(availability, Availability::NotStarted | Availability::Over);
    let elsewhere = if open && !here { shop.route(&full, who) } else { None };
    let guidance = shop.stock.guidance();
    let told = guidance.of(&full).filter(|_| open);
    let waits = availability == Availability::Queueing && elsewhere.is_none();
    let starts_at = board.sale(sale).filter(|_| availability == Availability::NotStarted).map(|rules| rules.starts_at);
    Item {
        sku,
        availability,
        here,
        elsewhere,
        starts_at_ms: starts_at,
        left: told.map(|told| told.left),
        waiting: told.map(|told| told.waiting),
        retry_after_ms: waits.then(|| rand::random_range(RETRY_MS)),
        chance_percent: told.filter(|_| waits).map(|told| Chance::of(told.left, told.waiting).percent),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_may_name_an_item() {
        assert_eq!(wanted(""), Ok(None));
        assert_eq!(wanted("sku=mug&from=edge-1"), Ok(Some("mug".parse().unwrap())));
        assert_eq!(wanted("sku=MUG"), Err(Problem::UnknownSku));
        assert!(matches!(wanted("sku=%"), Err(Problem::BadRequest(_))));
    }
}
