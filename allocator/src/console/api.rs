//! The handlers of the API. Each reads its request whole, asks the ledger's owner, and says what came of it.

use std::str::FromStr;

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use doorbuster_allocator_core::{Operator, Outcome};
use doorbuster_config::{Fault, clock};
use doorbuster_proto::{BadId, EdgeId, Epoch, OrderId, SaleId};
use http::{StatusCode, header};
use serde_json::{Value, json};

use super::Console;
use super::problem::Problem;
use crate::publish::{self, Known};

const WRONG_SALE: &str = "The sale is wrong";

pub(super) type Answer = Result<Response, Problem>;

pub(super) async fn snapshot(State(console): State<Console>) -> Response {
    as_json(console.ledger.figures().json().to_owned())
}

/// Takes a bundle; answers 201, or 422 with every fault.
pub(super) async fn publish(State(console): State<Console>, body: Bytes) -> Answer {
    let bundle: Value = serde_json::from_slice(&body).map_err(|error| {
        let fault = Fault { path: "(body)".into(), expected: "JSON".into(), found: error.to_string() };
        Problem::faults(WRONG_SALE, vec![fault])
    })?;
    let sold = match publish::expect_like(&bundle) {
        Some(sale) => console.ledger.sold_by_edge(sale).await?,
        None => None,
    };
    let starts_at = publish::sale_id(&bundle).and_then(|sale| console.ledger.figures().start_of(&sale));
    let draft = tokio::task::spawn_blocking({
        let edges = console.edges.clone();
        move || publish::read(&bundle, clock::now(), Some(Known { edges: &edges, sold: sold.as_ref(), starts_at }))
    });
    let draft =
        draft.await.expect("reading a bundle does not panic").map_err(|faults| Problem::faults(WRONG_SALE, faults))?;
    let sale = draft.definition.id.clone();
    let outcome = console.ledger.publish(draft).await?;
    let status = if outcome == Outcome::Unchanged { StatusCode::OK } else { StatusCode::CREATED };
    let mut document = outcome_json(&outcome);
    tracing::info!(%sale, outcome = %document, "sale published");
    document["sale"] = json!(sale);
    Ok((status, axum::Json(document)).into_response())
}

pub(super) async fn report(State(console): State<Console>, Path(sale): Path<String>) -> Answer {
    let sale: SaleId = id("sale", &sale)?;
    let report = console.ledger.report(sale.clone()).await?;
    report.map(as_json).ok_or_else(|| Problem::not_found(format!("the ledger knows no sale {sale}")))
}

pub(super) async fn order(State(console): State<Console>, Path(order): Path<String>) -> Answer {
    let order: OrderId = id("order", &order)?;
    let found = console.ledger.order(order).await?;
    found.map(as_json).ok_or_else(|| Problem::not_found(format!("the ledger knows no order {order}")))
}

pub(super) async fn close(State(console): State<Console>, Path(sale): Path<String>) -> Answer {
    operate(&console, Operator::Close { sale: id("sale", &sale)? }).await
}

pub(super) async fn evict(State(console): State<Console>, Path(edge): Path<String>) -> Answer {
    operate(&console, Operator::Evict { edge: id("edge", &edge)? }).await
}

pub(super) async fn write_off(State(console): State<Console>, Path((edge, epoch)): Path<(String, String)>) -> Answer {
    let edge: EdgeId = id("edge", &edge)?;
    let epoch = epoch.parse().map_err(|_| unfit("epoch", "a whole number", &epoch))?;
    operate(&console, Operator::WriteOff { edge, epoch: Epoch(epoch) }).await
}

pub(super) async fn resume_grants(State(console): State<Console>) -> Answer {
    operate(&console, Operator::ResumeGrants).await
}

pub(super) async fn cancel(State(console): State<Console>, Path(order): Path<String>) -> Answer {
    operate(&console, Operator::CancelOrder { order: id("order", &order)? }).await
}

pub(super) async fn operate(console: &Console, operator: Operator) -> Answer {
    tracing::info!(?operator, "operator asks");
    let outcome = console.ledger.operate(operator).await?;
    Ok(axum::Json(outcome_json(&outcome)).into_response())
}

fn outcome_json(outcome: &Outcome) -> Value {
    match outcome {
        Outcome::Unchanged => json!({ "outcome": "unchanged" }),
        Outcome::Published { site, changes } => json!({ "outcome": "published", "site": site, "changes": changes }),
        Outcome::SupplySet { supply, budget, debt } => {
            json!({ "outcome": "supply-set", "supply": supply, "budget": budget, "debt": debt })
        }
        Outcome::Closed => json!({ "outcome": "closed" }),
        Outcome::Evicted { epoch, reclaimed, quarantined } => {
            json!({ "outcome": "evicted", "epoch": epoch, "reclaimed": reclaimed, "quarantined": quarantined })
        }
        Outcome::WrittenOff { units } => json!({ "outcome": "written-off", "units": units }),
        Outcome::Resumed => json!({ "outcome": "resumed" }),
        Outcome::Cancelled => json!({ "outcome": "cancelled" }),
    }
}

pub(super) fn id<T: FromStr<Err = BadId>>(name: &str, text: &str) -> Result<T, Problem> {
    text.parse().map_err(|bad: BadId| unfit(name, bad.expected, &bad.found))
}

fn unfit(name: &str, expected: &str, found: &str) -> Problem {
    Problem::new(StatusCode::BAD_REQUEST, "Not an id", format!("{name}: expected {expected}, found {found:?}"))
}

fn as_json(json: String) -> Response {
    ([(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "no-store")], json).into_response()
}
