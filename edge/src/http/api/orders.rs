//! A shopper's orders.

use doorbuster_proto::{OrderId, SaleId, SkuCode, Timestamp, Units};
use hyper::StatusCode;
use serde::Serialize;

use crate::http::request::Asked;
use crate::http::respond::{Cache, Reply, json};
use crate::http::{Problem, Shop};
use crate::stock::{OrderStatus, OrderView};

/// An order, as the API shows it.
#[derive(Serialize)]
pub(super) struct Order {
    id: OrderId,
    sale: SaleId,
    sku: SkuCode,
    units: Units,
    state: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    /// Told only where it is so.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    backorder: bool,
    placed_at_ms: Timestamp,
}

#[derive(Serialize)]
struct Orders {
    orders: Vec<Order>,
}

/// All orders of the token's shopper.
pub(in crate::http) async fn all(shop: &Shop, asked: &Asked) -> Result<Reply, Problem> {
    let shopper = shop.shopper(asked).ok_or(Problem::LoginRequired)?;
    let orders = shop.stock.orders(shopper).await?.into_iter().map(Order::from).collect();
    Ok(json(StatusCode::OK, &Orders { orders }, Cache::Never))
}

/// One order, if it is the token's shopper's.
pub(in crate::http) async fn one(shop: &Shop, asked: &Asked, id: &str) -> Result<Reply, Problem> {
    let shopper = shop.shopper(asked).ok_or(Problem::LoginRequired)?;
    let id = id.parse().map_err(|_| Problem::NotFound)?;
    let order = shop.stock.order(shopper, id).await?.ok_or(Problem::NotFound)?;
    Ok(json(StatusCode::OK, &Order::from(order), Cache::Never))
}

impl From<OrderView> for Order {
    fn from(view: OrderView) -> Self {
        let (state, reason) = state(view.status);
        Self {
            id: view.id,
            sale: view.sku.sale,
            sku: view.sku.code,
            units: view.units,
            state,
            reason,
            backorder: view.backorder,
            placed_at_ms: view.at,
        }
    }
}

/// An order's state in a word, and why it came to nothing.
pub(in crate::http) fn state(status: OrderStatus) -> (&'static str, Option<String>) {
    match status {
        OrderStatus::Pending => ("pending", None),
        OrderStatus::Reserved => ("reserved", None),
        OrderStatus::Paid => ("paid", None),
        OrderStatus::Fulfilled => ("fulfilled", None),
        OrderStatus::Expired => ("expired", None),
        OrderStatus::Cancelled(because) => ("cancelled", Some(because.to_string())),
    }
}
