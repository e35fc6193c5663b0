//! A purchase.

use doorbuster_proto::{IdempotencyKey, SkuCode, Units};
use hyper::StatusCode;
use hyper::header::{HeaderName, LOCATION};
use serde::{Deserialize, Serialize};

use super::body;
use super::orders::Order;
use crate::http::request::Asked;
use crate::http::respond::{Cache, Reply, json, put, with_retry_after};
use crate::http::{Problem, Shop};
use crate::stock::{Answer, Purchase};

const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wanted {
    sku: SkuCode,
    #[serde(default = "one")]
    units: u64,
}

#[derive(Serialize)]
struct Outcome {
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    order: Option<Order>,
    #[serde(skip_serializing_if = "Option::is_none")]
    retry_after_ms: Option<u64>,
}

/// Buys for the token's shopper.
pub(in crate::http) async fn place(shop: &Shop, asked: &Asked, sale: &str) -> Result<Reply, Problem> {
    let sale = sale.parse().map_err(|_| Problem::NotFound)?;
    let shopper = shop.shopper(asked).ok_or(Problem::LoginRequired)?;
    let key = key(asked)?;
    let (sku, units) = wanted(asked)?;
    let answer = shop.buy(Purchase { sale, sku, units, shopper, key }, asked.now).await?;
    reply(answer)
}

fn key(asked: &Asked) -> Result<IdempotencyKey, Problem> {
    let text = asked.one_header(&IDEMPOTENCY_KEY)?.filter(|text| !text.is_empty()).ok_or(Problem::KeyMissing)?;
    text.parse().map_err(|error| Problem::BadRequest(format!("Idempotency-Key: {error}.")))
}

fn wanted(asked: &Asked) -> Result<(SkuCode, Units), Problem> {
    let wanted: Wanted = body(asked)?;
    let units = Units::some(wanted.units).map_err(|error| Problem::BadRequest(format!("units: {error}.")))?;
    Ok((wanted.sku, units))
}

fn reply(answer: Answer) -> Result<Reply, Problem> {
    let (status, word, order, retry_after_ms) = match answer {
        Answer::Reserved(order) => (StatusCode::CREATED, "reserved", Some(order), None),
        Answer::Pending { order, retry_after_ms } => {
            (StatusCode::ACCEPTED, "pending", Some(order), Some(retry_after_ms))
        }
        Answer::Queueing { retry_after_ms } => (StatusCode::ACCEPTED, "queueing", None, Some(retry_after_ms)),
        Answer::Refused(refusal) => return Err(refusal.into()),
    };
    let order = order.map(Order::from);
    let location = order.as_ref().filter(|_| word == "reserved").map(|order| format!("/api/orders/{}", order.id()));
    let mut reply = json(status, &Outcome { status: word, order, retry_after_ms }, Cache::Never);
    if let Some(location) = location {
        put(&mut reply, LOCATION, &location);
    }
    Ok(match retry_after_ms {
        Some(ms) => with_retry_after(reply, ms),
        None => reply,
    })
}

fn one() -> u64 {
    1
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::request::tests::asked;
    use crate::stock::{OrderStatus, OrderView, Refusal};
    use doorbuster_proto::{OrderId, Sku, Timestamp};
    use http_body_util::BodyExt as _;
    use hyper::header::RETRY_AFTER;
    use serde_json::{Value, json};

    const JSON: (&str, &str) = ("content-type", "application/json");

    fn order(status: OrderStatus) -> OrderView {
        let sku = Sku { sale: "s".parse().unwrap(), code: "mug".parse().unwrap() };
        OrderView { id: OrderId([1; 16]), sku, units: Units::ONE, at: Timestamp(5), status }
    }

    fn content(reply: Reply) -> Value {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let bytes = runtime.block_on(reply.into_body().collect()).unwrap().to_bytes();
        serde_json::from_slice(&bytes).unwrap()
    }

    #[test]
    fn a_purchase_is_read() {
        let read = |text| wanted(&asked(&[JSON], text)).map(|(sku, units)| (sku.to_string(), units.get()));
        assert_eq!(read(r#"{"sku":"mug"}"#), Ok(("mug".into(), 1)));
        assert_eq!(read(r#"{"sku":"mug","units":3}"#), Ok(("mug".into(), 3)));
    }

    #[test]
    fn a_bad_purchase_is_a_bad_request() {
        for bad in [
            "",
            "{",
            "[]",
            "null",
            "\u{0}",
            r#"{"sku":"mug","sku":"mug"}"#,
            r#"{"sku":"mug","colour":1}"#,
            r#"{"sku":1}"#,
            r#"{"sku":"MUG"}"#,
            r#"{"sku":"../x"}"#,
            r#"{"units":1}"#,
            r#"{"sku":"mug","units":0}"#,
            r#"{"sku":"mug","units":-1}"#,
            r#"{"sku":"mug","units":1.5}"#,
            r#"{"sku":"mug","units":"1"}"#,
            r#"{"sku":"mug","units":null}"#,
            r#"{"sku":"mug","units":1e30}"#,
            r#"{"sku":"mug","units":18446744073709551615}"#,
            &"[".repeat(10_000),
        ] {
            let read = wanted(&asked(&[JSON], bad));
            assert!(matches!(read, Err(Problem::BadRequest(_))), "{bad:?}: {read:?}");
        }
    }

    #[test]
    fn a_key_comes_once_and_is_visible() {
        let read = |headers: &[(&str, &str)]| key(&asked(headers, "")).map(|key| key.to_string());
        assert_eq!(read(&[("idempotency-key", "k-1")]), Ok("k-1".into()));
        assert_eq!(read(&[]), Err(Problem::KeyMissing));
        assert_eq!(read(&[("idempotency-key", "")]), Err(Problem::KeyMissing));
        for bad in [&[("idempotency-key", "a"), ("idempotency-key", "b")][..], &[("idempotency-key", "ä")]] {
            assert!(matches!(read(bad), Err(Problem::BadRequest(_))));
        }
        assert!(matches!(read(&[("idempotency-key", &"k".repeat(65))]), Err(Problem::BadRequest(_))));
    }

    #[test]
    fn a_reserved_order_says_where_it_is() {
        let reply = reply(Answer::Reserved(order(OrderStatus::Reserved))).unwrap();
        assert_eq!(reply.status(), 201);
        assert_eq!(reply.headers()[LOCATION], "/api/orders/01010101010101010101010101010101");
        assert_eq!(
            content(reply),
            json!({"status": "reserved", "order": {"id": "01010101010101010101010101010101", "sale": "s", "sku": "mug",
                   "units": 1, "state": "reserved", "placed_at_ms": 5}})
        );
    }

    #[test]
    fn waiting_says_for_how_long() {
        let queueing = reply(Answer::Queueing { retry_after_ms: 1_200 }).unwrap();
        assert_eq!((queueing.status().as_u16(), &queueing.headers()[RETRY_AFTER]), (202, &"2".parse().unwrap()));
        assert_eq!(content(queueing), json!({"status": "queueing", "retry_after_ms": 1_200}));
        let pending = reply(Answer::Pending { order: order(OrderStatus::Pending), retry_after_ms: 500 }).unwrap();
        assert_eq!(pending.status(), 202);
        assert_eq!(content(pending)["order"]["state"], "pending");
    }

    #[test]
    fn a_refusal_is_a_problem() {
        assert_eq!(reply(Answer::Refused(Refusal::SoldOut)).unwrap_err(), Problem::SoldOut);
    }
}
