//! A purchase.

use bytes::Bytes;
use doorbuster_http_core::FieldValues;
use doorbuster_proto::{IdempotencyKey, OrderId, SaleId, SkuCode, Timestamp, Units};
use hyper::StatusCode;
use hyper::header::{HeaderName, LOCATION};
use serde::{Deserialize, Serialize};

use super::body;
use super::orders::{Order, state};
use crate::http::counts::Way;
use crate::http::guide::{Elsewhere, Outcome};
use crate::http::request::{Asked, one_header};
use crate::http::respond::{Cache, Reply, json_of, json_written, put, with_retry_after};
use crate::http::{Problem, Shop};
use crate::stock::{Answer, Board, OrderStatus, Purchase};

/// Where the orders are, seen from `/api/sales/{sale}/orders`.
pub(in crate::http) const ORDERS: &str = "../../orders/";

static IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// What a body asks for; `S` is the code, checked or not.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wanted<S> {
    sku: S,
    #[serde(default = "one")]
    units: u64,
}

#[derive(Serialize)]
struct OutcomeJson {
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    order: Option<Order>,
    #[serde(skip_serializing_if = "Option::is_none")]
    retry_after_ms: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    chance_percent: Option<u8>,
    /// Units, where fewer are left anywhere than are wanted.
    #[serde(skip_serializing_if = "Option::is_none")]
    left: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    elsewhere: Option<Elsewhere>,
}

/// What a shopper hears who is not refused, in whichever way it is written.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::http) struct Told {
    pub(in crate::http) status: StatusCode,
    /// JSON.
    pub(in crate::http) body: Bytes,
    /// Where the order is.
    pub(in crate::http) order: Option<OrderId>,
    /// When to ask again.
    pub(in crate::http) retry_after_ms: Option<u64>,
}

/// Buys for the token's shopper.
pub(in crate::http) async fn place(shop: &Shop, asked: &Asked, sale: &str) -> Result<Reply, Problem> {
    let purchase = read(shop, &asked.head.headers, &asked.body, sale, asked.now)?;
    let outcome = shop.buy(purchase, asked.now).await;
    Ok(Told::of(shop, outcome)?.into_reply())
}

/// Reads a purchase, wherever its fields are held. What the board shows shares its names with the purchase.
pub(in crate::http) fn read<F: FieldValues + ?Sized>(
    shop: &Shop,
    fields: &F,
    body: &[u8],
    sale: &str,
    now: Timestamp,
) -> Result<Purchase, Problem> {
    let board = shop.stock.board();
    let sale = sale_id(&board, sale)?;
    let shopper = shop.shopper_of(fields, now).ok_or(Problem::LoginRequired)?;
    let key = key(fields)?;
    let (sku, units) = wanted(&board, &sale, fields, body)?;
    Ok(Purchase { sale, sku, units, shopper, key })
}

fn sale_id(board: &Board, text: &str) -> Result<SaleId, Problem> {
    match board.sale_named(text) {
        Some(rules) => Ok(rules.sale.clone()),
        None => text.parse().map_err(|_| Problem::NotFound),
    }
}

fn key<F: FieldValues + ?Sized>(fields: &F) -> Result<IdempotencyKey, Problem> {
    let text = one_header(fields, &IDEMPOTENCY_KEY)?.filter(|text| !text.is_empty()).ok_or(Problem::KeyMissing)?;
    text.parse().map_err(|error| Problem::BadRequest(format!("Idempotency-Key: {error}.")))
}

fn wanted<F>(board: &Board, sale: &SaleId, fields: &F, text: &[u8]) -> Result<(SkuCode, Units), Problem>
where
    F: FieldValues + ?Sized,
{
    let known = |wanted: Wanted<&str>| Some((board.code(sale.as_str(), wanted.sku)?.clone(), wanted.units));
    let (sku, units) = match body::<Wanted<&str>, _>(fields, text).ok().and_then(known) {
        Some(wanted) => wanted,
        // What the board does not show, and what is malformed, is read by the letter, so that the fault is named.
        None => body::<Wanted<SkuCode>, _>(fields, text).map(|wanted| (wanted.sku, wanted.units))?,
    };
    let units = Units::some(units).map_err(|error| Problem::BadRequest(format!("units: {error}.")))?;
    Ok((sku, units))
}

impl Told {
    /// What became of a purchase; a refusal is a problem.
    pub(in crate::http) fn of(shop: &Shop, outcome: Outcome) -> Result<Self, Problem> {
        if outcome.elsewhere.is_some() {
            shop.counts.guided_away(Way::Answer);
        }
        Self::written(outcome)
    }

    fn written(Outcome { answer, elsewhere }: Outcome) -> Result<Self, Problem> {
        let answer = match answer {
            Ok(answer) => answer,
            Err(busy) => return Err(guided(busy.into(), elsewhere)),
        };
        let (chance_percent, left) = prospects(&answer);
        let (status, word, order, retry_after_ms) = match answer {
            // The repeat of a purchase whose order has come to nothing since.
            Answer::Reserved(order) if matches!(order.status, OrderStatus::Expired | OrderStatus::Cancelled(_)) => {
                (StatusCode::OK, state(order.status).0, Some(order), None)
            }
            Answer::Reserved(order) => (StatusCode::CREATED, "reserved", Some(order), None),
            Answer::Pending { order, retry_after_ms } => {
                (StatusCode::ACCEPTED, "pending", Some(order), Some(retry_after_ms))
            }
            Answer::Queueing { retry_after_ms, .. } => (StatusCode::ACCEPTED, "queueing", None, Some(retry_after_ms)),
            Answer::Refused(refusal) => return Err(guided(refusal.into(), elsewhere)),
        };
        let id = order.as_ref().filter(|_| status != StatusCode::ACCEPTED).map(|order| order.id);
        let order = order.map(Order::from);
        let body = json_written(&OutcomeJson { status: word, order, retry_after_ms, chance_percent, left, elsewhere });
        Ok(Self { status, body, order: id, retry_after_ms })
    }

    fn into_reply(self) -> Reply {
        let mut reply = json_of(self.status, self.body, Cache::Never);
        if let Some(order) = self.order {
            put(&mut reply, LOCATION, &format!("{ORDERS}{order}"));
        }
        match self.retry_after_ms {
            Some(ms) => with_retry_after(reply, ms),
            None => reply,
        }
    }
}

fn guided(problem: Problem, elsewhere: Option<Elsewhere>) -> Problem {
    match elsewhere {
        Some(elsewhere) => Problem::Guided(problem.into(), elsewhere.into()),
        None => problem,
    }
}

/// Of a hundred who wait, how many can be served with what is left; and what is left, where that is less than is wanted.
fn prospects(answer: &Answer) -> (Option<u8>, Option<u64>) {
    match answer {
        Answer::Queueing { chance, only_left, .. } => (chance.map(|chance| chance.percent), only_left.map(Units::get)),
        _ => (None, None),
    }
}

fn one() -> u64 {
    1
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::request::tests::asked;
    use crate::stock::{CancelledBecause, Chance, OrderView, Refusal};
    use doorbuster_proto::{OrderId, Sku, Timestamp};
    use http_body_util::BodyExt as _;
    use hyper::header::RETRY_AFTER;
    use serde_json::{Value, json};

    const JSON: (&str, &str) = ("content-type", "application/json");

    fn order(status: OrderStatus) -> OrderView {
        let sku = Sku { sale: "s".parse().unwrap(), code: "mug".parse().unwrap() };
        OrderView { id: OrderId([1; 16]), sku, units: Units::ONE, at: Timestamp(5), status, backorder: false }
    }

    fn content(reply: Reply) -> Value {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let bytes = runtime.block_on(reply.into_body().collect()).unwrap().to_bytes();
        serde_json::from_slice(&bytes).unwrap()
    }

    fn read_body(text: &str) -> Result<(SkuCode, Units), Problem> {
        let asked = asked(&[JSON], text);
        wanted(&Board::default(), &"s".parse().unwrap(), &asked.head.headers, &asked.body)
    }

    fn reply(answer: Answer) -> Result<Reply, Problem> {
        Told::written(Outcome { answer: Ok(answer), elsewhere: None }).map(Told::into_reply)
    }

    #[test]
    fn a_purchase_is_read() {
        let read = |text| read_body(text).map(|(sku, units)| (sku.to_string(), units.get()));
        assert_eq!(read(r#"{"sku":"mug"}"#), Ok(("mug".into(), 1)));
        assert_eq!(read(r#"{"sku":"mug","units":3}"#), Ok(("mug".into(), 3)));
        assert_eq!(read(r#" {"units" : 3, "sku":"\u006dug"}"#), Ok(("mug".into(), 3)));
    }

    #[test]
    fn a_bad_purchase_is_a_bad_request() {
        for bad in [
            "",
            "{",
            "[]",
            r#"["mug",1]"#,
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
            let read = read_body(bad);
            assert!(matches!(read, Err(Problem::BadRequest(_))), "{bad:?}: {read:?}");
        }
    }

    #[test]
    fn a_key_comes_once_and_is_visible() {
        let read = |headers: &[(&str, &str)]| key(&asked(headers, "").head.headers).map(|key| key.to_string());
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
        assert_eq!(reply.headers()[LOCATION], "../../orders/01010101010101010101010101010101");
        assert_eq!(
            content(reply),
            json!({"status": "reserved", "order": {"id": "01010101010101010101010101010101", "sale": "s", "sku": "mug",
                   "units": 1, "state": "reserved", "placed_at_ms": 5}})
        );
    }

    #[test]
    fn an_order_on_backorder_says_so() {
        let order = OrderView { backorder: true, ..order(OrderStatus::Reserved) };
        assert_eq!(content(reply(Answer::Reserved(order)).unwrap())["order"]["backorder"], true);
    }

    #[test]
    fn a_repeat_of_an_order_that_came_to_nothing_says_so() {
        for (status, word) in
            [(OrderStatus::Expired, "expired"), (OrderStatus::Cancelled(CancelledBecause::Ledger), "cancelled")]
        {
            let reply = reply(Answer::Reserved(order(status))).unwrap();
            assert_eq!(reply.status(), 200);
            assert!(reply.headers().contains_key(LOCATION));
            let content = content(reply);
            assert_eq!((&content["status"], &content["order"]["state"]), (&json!(word), &json!(word)));
        }
    }

    #[test]
    fn waiting_says_for_how_long() {
        let queueing = reply(Answer::Queueing { retry_after_ms: 1_200, chance: None, only_left: None }).unwrap();
        assert_eq!((queueing.status().as_u16(), &queueing.headers()[RETRY_AFTER]), (202, &"2".parse().unwrap()));
        assert_eq!(content(queueing), json!({"status": "queueing", "retry_after_ms": 1_200}));
        let with = |percent, only_left| {
            reply(Answer::Queueing { retry_after_ms: 500, chance: Some(Chance { percent }), only_left }).unwrap()
        };
        assert_eq!(content(with(30, None))["chance_percent"], 30);
        let hopeless = content(with(0, Some(Units::ONE)));
        assert_eq!((&hopeless["chance_percent"], &hopeless["left"]), (&json!(0), &json!(1)));
        let pending = reply(Answer::Pending { order: order(OrderStatus::Pending), retry_after_ms: 500 }).unwrap();
        assert_eq!(pending.status(), 202);
        assert_eq!(content(pending)["order"]["state"], "pending");
    }

    #[test]
    fn a_refusal_is_a_problem() {
        assert_eq!(reply(Answer::Refused(Refusal::SoldOut)).unwrap_err(), Problem::SoldOut);
    }
}
