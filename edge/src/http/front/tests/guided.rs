//! Shoppers whom the edge tells of another one.

use doorbuster_proto::{Sku, Timestamp, Units};
use serde_json::{Value, json};

use super::edge::{Edge, PLAIN};
use super::{Order, SELLS};
use crate::gate::Errand;
use crate::stock::{Answer, Busy, Purchase, Refusal};

fn json_of(answer: &str) -> Value {
    let (_, body) = answer.split_once("\r\n\r\n").unwrap();
    serde_json::from_str(body).unwrap()
}

async fn get(edge: &Edge, target: &str, fields: &str) -> String {
    edge.answer(&format!("GET {target} HTTP/1.1\r\nHost: shop.example\r\n{fields}\r\n"), "", true).await
}

async fn bought(edge: &Edge, sku: &str, key: &str, at_once: bool) -> (String, Value) {
    let order = Order::of(edge, SELLS, sku).key(key);
    let answer = edge.answer(&order.head(), &order.body, at_once).await;
    let body = json_of(&answer);
    (answer, body)
}

/// The answer to a form.
async fn posted(edge: &Edge, sku: &str, form: &str) -> String {
    let (length, token) = (form.len(), &edge.token);
    let head = format!(
        "POST /p/{sku}/order HTTP/1.1\r\nHost: shop.example\r\nContent-Type: application/x-www-form-urlencoded\r\n\
         Cookie: doorbuster_token={token}\r\nContent-Length: {length}\r\n\r\n"
    );
    edge.answer(&head, form, true).await
}

fn purchase(sku: &str, key: &str) -> Purchase {
    Purchase {
        sale: "sells".parse().unwrap(),
        sku: sku.parse().unwrap(),
        units: Units::ONE,
        shopper: "ann".parse().unwrap(),
        key: key.parse().unwrap(),
    }
}

#[tokio::test]
async fn a_purchase_that_came_to_nothing_says_where_it_can_be_had() {
    let edge = Edge::start(PLAIN).await;
    for (sku, status) in [("away", "202 "), ("back", "409 ")] {
        for at_once in [true, false] {
            let (answer, body) = bought(&edge, sku, "k /1%".replace(' ', "-").as_str(), at_once).await;
            assert!(answer.starts_with(&format!("HTTP/1.1 {status}")), "{answer}");
            let elsewhere = &body["elsewhere"];
            let other = elsewhere["edge"].as_str().unwrap();
            assert!(["edge-2", "edge-4"].contains(&other), "{answer}");
            assert_eq!(elsewhere["shop"], format!("https://shop.example/{other}"));
            let page = elsewhere["page"].as_str().unwrap();
            let begins =
                format!("https://shop.example/{other}/p/{sku}/order?units=1&key=k-%2F1%25&from=edge-1&ticket=");
            assert!(page.starts_with(&begins), "{page}");
        }
    }
    for (sku, status) in [("none", "409 "), ("empty", "202 ")] {
        let (answer, body) = bought(&edge, sku, "k-2", true).await;
        assert!(answer.starts_with(&format!("HTTP/1.1 {status}")), "{answer}");
        assert!(body.get("elsewhere").is_none(), "{answer}");
    }
    edge.stop().await;
}

#[tokio::test]
async fn a_purchase_that_may_have_been_placed_here_is_never_sent_away() {
    let edge = Edge::start(PLAIN).await;
    let (answer, _) = bought(&edge, "kettle", "k-1", true).await;
    assert!(answer.starts_with("HTTP/1.1 201 "), "{answer}");
    let shop = &edge.front.shop;
    let elsewhere = |key, answer| shop.outcome(answer, &purchase("kettle", key), Timestamp(5)).elsewhere;
    let queueing = || Ok(Answer::Queueing { retry_after_ms: 1, chance: None, only_left: None });
    for answer in [queueing(), Err(Busy), Ok(Answer::Refused(Refusal::SoldOut))] {
        assert_eq!(elsewhere("k-1", answer), None);
    }
    for answer in [queueing(), Err(Busy), Ok(Answer::Refused(Refusal::SoldOut))] {
        assert!(elsewhere("k-2", answer).is_some());
    }
    assert_eq!(elsewhere("k-2", Ok(Answer::Refused(Refusal::Over))), None);
    edge.stop().await;
}

#[tokio::test]
async fn a_form_is_led_to_an_edge_of_the_same_origin_and_no_further() {
    let edge = Edge::start(PLAIN).await;
    let led = posted(&edge, "away", "units=1").await;
    assert!(led.starts_with("HTTP/1.1 303 "), "{led}");
    assert!(led.contains("\r\nlocation: https://shop.example/edge-"), "{led}");
    assert!(led.contains("/p/away/order?units=1&key=form-away&from=edge-1&ticket="), "{led}");
    // What another edge sent here is answered here; without a site there is no page to answer it with.
    let stayed = posted(&edge, "away", "units=1&from=edge-2").await;
    assert!(stayed.starts_with("HTTP/1.1 503 ") && !stayed.contains("location"), "{stayed}");
    edge.stop().await;
}

#[tokio::test]
async fn whoever_is_told_of_another_edge_is_counted_and_so_is_whoever_comes_with_a_ticket() {
    let edge = Edge::start(PLAIN).await;
    let away = || ["answer", "form"].map(|way| edge.figure(&format!("doorbuster_guided_away_total{{way=\"{way}\"}}")));
    let here = |kind: &str| {
        ["guided_answers", "answers"].map(|what| edge.figure(&format!("doorbuster_{what}_total{{kind=\"{kind}\"}}")))
    };
    for at_once in [true, false] {
        bought(&edge, "away", "k-1", at_once).await;
        bought(&edge, "back", "k-2", at_once).await;
        bought(&edge, "empty", "k-3", at_once).await;
    }
    assert_eq!(away(), [4, 0]);
    posted(&edge, "away", "units=1").await;
    assert_eq!(away(), [4, 1]);
    posted(&edge, "away", "units=1&from=edge-2").await;
    assert_eq!(away(), [4, 1], "one hop is all");

    let (sku, key) = (Sku { sale: "sells".parse().unwrap(), code: "kettle".parse().unwrap() }, "k-4".parse().unwrap());
    let (shopper, target) = ("ann".parse().unwrap(), "edge-1".parse().unwrap());
    let errand = Errand { sku: &sku, units: Units::ONE, shopper: &shopper, key: &key, target: &target };
    let ticket = edge.front.shop.gate.ticket(&errand, doorbuster_config::clock::now());
    for (form, counted) in [
        ("units=1&key=k-4&from=edge-2".to_owned(), [0, 1]),
        (format!("units=1&key=k-4&from=edge-2&ticket={ticket}"), [1, 2]),
        // A ticket for another purchase is none.
        (format!("units=1&key=k-5&from=edge-2&ticket={ticket}"), [1, 3]),
    ] {
        let answer = posted(&edge, "kettle", &form).await;
        assert!(answer.starts_with("HTTP/1.1 303 "), "{answer}");
        assert_eq!(here("reserved"), counted, "{form}");
    }
    edge.stop().await;
}

#[tokio::test]
async fn the_route_tells_of_every_item_and_is_stable_for_a_shopper() {
    let edge = Edge::start(PLAIN).await;
    let answer = get(&edge, "/api/sales/sells/route", "").await;
    assert!(answer.contains("\r\ncache-control: no-store\r\n"), "{answer}");
    let body = json_of(&answer);
    let item = |sku: &str| body["items"].as_array().unwrap().iter().find(|item| item["sku"] == sku).unwrap().clone();
    let kettle = json!({"sku": "kettle", "availability": "available", "here": true, "left": 100, "waiting": 300});
    assert_eq!(item("kettle"), kettle);
    assert_eq!(item("none"), json!({"sku": "none", "availability": "sold-out", "here": false}));
    let empty = item("empty");
    assert!((375..=625).contains(&empty["retry_after_ms"].as_u64().unwrap()), "{empty}");
    let away = item("away");
    assert_eq!((&away["availability"], &away["here"], &away["left"]), (&json!("queueing"), &json!(false), &json!(100)));
    assert!(away["elsewhere"]["page"].as_str().unwrap().ends_with("/p/away?from=edge-1"), "{away}");
    assert!(away.get("retry_after_ms").is_none(), "{away}");
    // The shopper finds the same edge here, again, and by buying.
    let bearer = format!("Authorization: Bearer {}\r\n", edge.token);
    let (_, bought) = bought(&edge, "away", "k-1", true).await;
    for _ in 0..3 {
        let one = json_of(&get(&edge, "/api/sales/sells/route?sku=away", &bearer).await);
        assert_eq!(one["items"].as_array().unwrap().len(), 1);
        assert_eq!(one["items"][0]["elsewhere"]["edge"], bought["elsewhere"]["edge"]);
    }
    for (target, status) in [
        ("/api/sales/sells/route?sku=other", "404 "),
        ("/api/sales/other/route", "404 "),
        ("/api/sales/sells/route?sku=%", "400 "),
    ] {
        let answer = get(&edge, target, "").await;
        assert!(answer.starts_with(&format!("HTTP/1.1 {status}")), "{answer}");
    }
    let over = json_of(&get(&edge, "/api/sales/over/route", "").await);
    assert_eq!(over["items"], json!([{"sku": "lamp", "availability": "over", "here": false}]));
    let before = json_of(&get(&edge, "/api/sales/not-started/route", "").await);
    assert_eq!(before["items"][0]["starts_at_ms"], u64::MAX - 1);
    edge.stop().await;
}
