//! What everybody else may look at: the core's snapshot, and what only the shell knows.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use doorbuster_allocator_core::{CancelReason, LedgerOrder, SaleSnapshot, SaleState, Snapshot};
use doorbuster_proto::{EdgeId, OrderState, SaleId, Timestamp};
use serde_json::{Value, json};

/// The ledger at one moment.
#[derive(Debug)]
pub struct Figures {
    /// As the core tells it.
    pub snapshot: Snapshot,
    /// Edges that are connected.
    pub sessions: usize,
    orders_per_s: f64,
    shops: Arc<Shops>,
    json: OnceLock<String>,
}

/// Where each edge serves shoppers.
pub type Shops = BTreeMap<EdgeId, Option<String>>;

impl Figures {
    pub(super) fn new(snapshot: Snapshot, orders_per_s: f64, sessions: usize, shops: Arc<Shops>) -> Self {
        Self { snapshot, sessions, orders_per_s, shops, json: OnceLock::new() }
    }

    /// When a sale starts, or did, that is not over.
    pub fn start_of(&self, sale: &SaleId) -> Option<Timestamp> {
        let is_on = |known: &&SaleSnapshot| matches!(known.state, SaleState::Planned | SaleState::Open);
        let known = self.snapshot.sales.iter().find(|known| known.id == *sale).filter(is_on)?;
        Some(Timestamp(known.starts_at_ms))
    }

    /// As the console reads it: with orders per second, and where each edge serves shoppers. Made when somebody looks, by
    /// whoever looks first: the owner has no time for it.
    pub fn json(&self) -> &str {
        self.json.get_or_init(|| {
            let mut document = serde_json::to_value(&self.snapshot).expect("texts and numbers are JSON");
            document["orders_per_s"] = json!(self.orders_per_s);
            for edge in document["edges"].as_array_mut().into_iter().flatten() {
                edge["shop"] = shop_of(edge, &self.shops);
            }
            document.to_string()
        })
    }
}

fn shop_of(edge: &Value, shops: &Shops) -> Value {
    let id = edge["id"].as_str().and_then(|id| EdgeId::new(id).ok());
    let shop = id.and_then(|id| shops.get(&id)).and_then(Option::as_deref);
    json!(shop)
}

/// An order as the API shows it.
pub(super) fn order_json(order: &LedgerOrder) -> String {
    json!({
        "order": order.id.to_string(),
        "sale": order.sku.sale,
        "sku": order.sku.code,
        "shopper": order.shopper,
        "key": order.key,
        "units": order.units,
        "placed_at_ms": order.at.0,
        "edge": order.edge,
        "epoch": order.epoch,
        "seq": order.seq,
        "state": order.state.map_or("pending", state_word),
        "reason": order.reason.map(CancelReason::as_str),
        "backorder": order.is_on_backorder(),
    })
    .to_string()
}

fn state_word(state: OrderState) -> &'static str {
    match state {
        OrderState::Reserved => "reserved",
        OrderState::Paid => "paid",
        OrderState::Fulfilled => "fulfilled",
        OrderState::Expired => "expired",
        OrderState::Cancelled => "cancelled",
    }
}

/// Orders that the ledger took in, over all sales.
pub(super) fn orders_of(snapshot: &Snapshot) -> u64 {
    snapshot.sales.iter().flat_map(|sale| &sale.skus).map(|sku| sku.orders).sum()
}

#[cfg(test)]
mod tests {
    use doorbuster_allocator_core::{EdgeSnapshot, EdgeState};

    use super::*;

    #[test]
    fn the_console_learns_the_rate_and_the_shops() {
        let edge = |id: &str| EdgeSnapshot {
            id: id.parse().unwrap(),
            state: EdgeState::Live,
            epoch: Some(1),
            last_heard_ms_ago: None,
            orders: 0,
            quarantine: Vec::new(),
        };
        let edges = vec![edge("edge-1"), edge("edge-2")];
        let snapshot =
            Snapshot { now_ms: 1, term: 1, commit: 1, waiting_for: vec![], edges, sales: vec![], alerts: vec![] };
        let shops = BTreeMap::from([("edge-1".parse().unwrap(), Some("http://shop".to_owned()))]);
        let figures = Figures::new(snapshot, 1.5, 2, Arc::new(shops));
        let json: Value = serde_json::from_str(figures.json()).unwrap();
        assert_eq!(json["orders_per_s"], 1.5);
        assert_eq!(json["edges"][0]["shop"], "http://shop");
        assert_eq!(json["edges"][1]["shop"], Value::Null);
    }
}
