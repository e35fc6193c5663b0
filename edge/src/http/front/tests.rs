//! The short way of a purchase beside the long one: whoever sends the body after the head goes the long way.

mod edge;
mod guided;
mod pages;
mod relative;

use doorbuster_http_core::Head;
use doorbuster_http_core::head::Slots;

use self::edge::{Edge, TOKEN_OF_A_STRANGER};
use crate::http::service::{Posted, Service as _};

const BODY: &str = r#"{"sku":"kettle","units":1}"#;

/// A purchase, part by part.
struct Order {
    target: &'static str,
    version: &'static str,
    fields: Vec<String>,
    body: String,
}

impl Order {
    fn of(edge: &Edge, sale: &'static str, sku: &str) -> Self {
        let fields = ["Host: shop.example", "Content-Type: application/json", "Idempotency-Key: k-0"];
        let fields = fields.into_iter().map(str::to_owned).chain([format!("Authorization: Bearer {}", edge.token)]);
        Self { target: sale, version: "HTTP/1.1", fields: fields.collect(), body: BODY.replace("kettle", sku) }
    }

    /// Without the field of this name, and with this line in its place; an empty one is none.
    fn with(mut self, name: &str, line: &str) -> Self {
        self.fields.retain(|field| !field.starts_with(name));
        self.and(line)
    }

    fn and(mut self, line: &str) -> Self {
        self.fields.extend(Some(line.to_owned()).filter(|line| !line.is_empty()));
        self
    }

    fn key(self, key: &str) -> Self {
        self.with("Idempotency-Key", &format!("Idempotency-Key: {key}"))
    }

    fn body(mut self, body: &str) -> Self {
        body.clone_into(&mut self.body);
        self
    }

    fn to(mut self, target: &'static str) -> Self {
        self.target = target;
        self
    }

    fn old(mut self) -> Self {
        self.version = "HTTP/1.0";
        self
    }

    fn head(&self) -> String {
        let (fields, length) = (self.fields.join("\r\n"), self.body.len());
        format!("POST {} {}\r\n{fields}\r\nContent-Length: {length}\r\n\r\n", self.target, self.version)
    }
}

const SELLS: &str = "/api/sales/sells/orders";
const OVER: &str = "/api/sales/over/orders";
const NOT_STARTED: &str = "/api/sales/not-started/orders";

/// What the short way takes; the answers' statuses.
fn usual(edge: &Edge) -> Vec<(Order, u16)> {
    let of = |sale, sku| Order::of(edge, sale, sku);
    vec![
        (of(SELLS, "kettle").key("k-1"), 201),
        (of(SELLS, "kettle").key("k-1").body(&BODY.replace('1', "2")), 422),
        (of(SELLS, "kettle").key("k-2").body(r#" { "units" : 9, "sku" : "\u006bettle" } "#), 409),
        (of(SELLS, "none"), 409),
        (of(SELLS, "empty").key("k-3"), 202),
        (of(SELLS, "other"), 404),
        (of("/api/sales/other/orders", "kettle"), 404),
        (of(OVER, "lamp"), 410),
        (of(NOT_STARTED, "mug"), 403),
        (of(SELLS, "none").and("Connection: close"), 409),
        (of(SELLS, "none").old(), 409),
        (of(SELLS, "none").old().and("Connection: keep-alive"), 409),
        (of(SELLS, "none").old().with("Host", ""), 409),
        (of(SELLS, "none").with("Content-Type", "content-type: Application/JSON; charset=utf-8"), 409),
        (of(SELLS, "none").with("Authorization", &format!("cookie: a=b; doorbuster_token={}", edge.token)), 409),
        (of(SELLS, "none").and("Origin: http://SHOP.example"), 409),
        (of(SELLS, "none").and("Sec-Fetch-Site: same-origin").and("Origin: http://proxy"), 409),
        (of(SELLS, "none").and("X-Request-Id: not-believed"), 409),
        (of(SELLS, "none").and("Accept: text/html"), 409),
    ]
}

/// What it leaves to the long way.
fn unusual(edge: &Edge) -> Vec<(Order, u16)> {
    let of = || Order::of(edge, SELLS, "kettle").key("u-1");
    vec![
        (of().with("Content-Type", ""), 415),
        (of().with("Content-Type", "Content-Type: text/plain"), 415),
        (of().and("Content-Type: application/json"), 400),
        (of().with("Idempotency-Key", ""), 400),
        (of().key(""), 400),
        (of().key("a b"), 400),
        (of().and("Idempotency-Key: k-1"), 400),
        (of().with("Idempotency-Key", "Idempotency-Key: caf\u{e9}"), 400),
        (of().with("Authorization", ""), 401),
        (of().with("Authorization", "Authorization: Basic abc"), 401),
        (of().with("Authorization", &format!("Authorization: Bearer {TOKEN_OF_A_STRANGER}")), 401),
        (of().and("Origin: http://evil.example"), 403),
        (of().and("Sec-Fetch-Site: cross-site"), 403),
        (of().body("{"), 400),
        (of().body(r#"{"sku":"kettle","sku":"kettle"}"#), 400),
        (of().body(r#"{"sku":"kettle","colour":1}"#), 400),
        (of().body(r#"{"sku":"KETTLE"}"#), 400),
        (of().body(r#"{"sku":1}"#), 400),
        (of().body(r#"{"sku":"kettle","units":0}"#), 400),
        (of().body(r#"{"sku":"kettle","units":281474976710657}"#), 400),
        (of().to("/api/sales/Sells/orders"), 404),
        (of().to("/api/sales//orders"), 404),
        (of().to("/api/sales/sells/x/orders"), 404),
        (of().to("/api/sales/sells/orders?a=b").key("u-2"), 201),
        (of().to("/api/sales/s%65lls/orders").key("u-2"), 201),
        (of().to("http://shop.example/api/sales/sells/orders").key("u-2"), 201),
        (of().with("Host", "Host: site.example"), 404),
    ]
}

fn is_short(edge: &Edge, order: &Order) -> bool {
    let head = order.head();
    let mut slots = Slots::default();
    let head = Head::parse(head.as_bytes(), &mut slots).unwrap().unwrap();
    let posted = edge.front.posted(&head, order.body.as_bytes(), edge::PEER);
    matches!(posted, Some(Posted::Answered(_) | Posted::Begun(_)))
}

async fn both_ways(edge: &Edge, orders: Vec<(Order, u16)>, is_short: bool) {
    for (order, status) in orders {
        let what = format!("{}{}", order.head(), order.body);
        // The first asks, whichever way; its repeats hear the same.
        let (mut answers, ways) = (Vec::new(), [true, false, true]);
        for at_once in ways {
            assert_eq!(self::is_short(edge, &order), is_short, "{what}");
            answers.push(edge.answer(&order.head(), &order.body, at_once).await);
        }
        assert!(answers[0].starts_with(&format!("HTTP/1.1 {status} ")), "{what}\n{}", answers[0]);
        assert_eq!(answers[0], answers[1], "{what}");
        assert_eq!(answers[1], answers[2], "{what}");
    }
}

#[tokio::test]
async fn a_usual_purchase_hears_the_same_the_short_way() {
    let edge = Edge::start(edge::PLAIN).await;
    both_ways(&edge, usual(&edge), true).await;
    edge.stop().await;
}

#[tokio::test]
async fn an_unusual_purchase_goes_the_long_way() {
    let edge = Edge::start(edge::PLAIN).await;
    both_ways(&edge, unusual(&edge), false).await;
    edge.stop().await;
}

#[tokio::test]
async fn a_trusted_proxy_names_a_request_either_way() {
    let edge = Edge::start("trust = { networks = [\"192.0.2.0/24\"] }").await;
    let order = Order::of(&edge, SELLS, "none").and("X-Request-Id: cdn-7");
    assert!(is_short(&edge, &order));
    for at_once in [true, false] {
        let answer = edge.answer_with_id(&order.head(), &order.body, at_once).await;
        assert!(answer.contains("\r\nx-request-id: cdn-7\r\n"), "{answer}");
    }
    edge.stop().await;
}

#[tokio::test]
async fn what_is_counted_goes_the_long_way() {
    let edge = Edge::start("server_timing = true").await;
    assert!(!is_short(&edge, &Order::of(&edge, SELLS, "none")));
    edge.stop().await;
}
