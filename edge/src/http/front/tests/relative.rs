//! Answers that lead on: by relative references, for whoever came by a prefix that a proxy has taken off.

use super::edge::{Edge, PLAIN};
use super::{Order, SELLS};

async fn location(edge: &Edge, method: &str, path: &str, body: &str) -> String {
    let length = body.len();
    let form = "Content-Type: application/x-www-form-urlencoded";
    let head = format!("{method} {path} HTTP/1.1\r\nHost: shop.example\r\n{form}\r\nContent-Length: {length}\r\n\r\n");
    let answer = edge.answer(&head, body, true).await;
    assert!(answer.starts_with("HTTP/1.1 303 "), "{answer}");
    location_of(&answer)
}

fn location_of(answer: &str) -> String {
    let location = answer.lines().find_map(|line| line.strip_prefix("location: "));
    location.unwrap_or_else(|| panic!("no location in {answer}")).to_owned()
}

#[tokio::test]
async fn whoever_must_log_in_first_is_led_there_from_any_depth() {
    let edge = Edge::start(PLAIN).await;
    let order = "0".repeat(32);
    for (method, path, leads) in [
        ("GET", "/orders", "./login?next=/orders".to_owned()),
        ("GET", &format!("/orders/{order}"), format!("../login?next=/orders/{order}")),
        ("POST", "/p/kettle/order", "../../login?next=/p/kettle".to_owned()),
        ("GET", "/p/kettle/order?units=1&key=k", "../../login?next=/p/kettle/order%3Funits%3D1%26key%3Dk".to_owned()),
    ] {
        assert_eq!(location(&edge, method, path, "").await, leads, "{method} {path}");
    }
    edge.stop().await;
}

#[tokio::test]
async fn a_log_in_leads_to_a_path_of_the_shop_and_nowhere_else() {
    let edge = Edge::start(PLAIN).await;
    for (next, leads) in [
        ("/", "./"),
        ("/p/kettle", "./p/kettle"),
        ("/a:b", "./a:b"),
        ("//evil.example", "./"),
        ("https://evil.example", "./"),
        ("/../e2/logout", "./"),
        ("/%2e%2e/e2", "./"),
    ] {
        let form = format!("name=ann&next={}", crate::http::fields::encode(next));
        assert_eq!(location(&edge, "POST", "/login", &form).await, leads, "{next}");
    }
    assert_eq!(location(&edge, "POST", "/logout", "").await, "./");
    edge.stop().await;
}

#[tokio::test]
async fn an_order_is_found_from_where_it_was_placed() {
    let edge = Edge::start(PLAIN).await;
    for at_once in [true, false] {
        let order = Order::of(&edge, SELLS, "kettle").key("k-1");
        let answer = edge.answer(&order.head(), &order.body, at_once).await;
        let (_, id) = answer.split_once("\"id\":\"").unwrap();
        assert_eq!(location_of(&answer), format!("../../orders/{}", &id[..32]), "{answer}");
    }
    edge.stop().await;
}
