//! The end of an edge: who is being answered hears the answer, and nobody else is waited for.

use doorbuster_tests::fleet::Member;
use doorbuster_tests::sale_file::SaleFile;
use doorbuster_tests::shoppers::{Outcome, Told};
use rustix::process::Signal;

use super::setting::{field, signal};
use super::wire::Wire;
use crate::world::{SALE, World, intent};

#[tokio::test]
async fn a_purchase_that_is_half_sent_is_answered_before_the_edge_ends() {
    let mut world = World::selling(1, SaleFile::new(SALE).item("lamp", 9, 1)).await;
    let shop = world.shop(0);
    let login = world.web.post(&format!("{shop}/api/login"), &[], &serde_json::json!({ "name": "ann" })).await.unwrap();
    let token = login.json()["token"].as_str().unwrap().to_owned();
    let body = r#"{"sku":"lamp","units":1}"#;
    let (mut buying, mut idle) = (Wire::to(&shop).await, Wire::to(&shop).await);
    assert_eq!(idle.get("/", "").await.status, 200);
    buying
        .say(format!(
            "POST /api/sales/{SALE}/orders HTTP/1.1\r\nHost: shop.test\r\nAuthorization: Bearer {token}\r\n\
             Content-Type: application/json\r\nIdempotency-Key: k\r\nExpect: 100-continue\r\nContent-Length: {}\r\n\r\n",
            body.len()
        ))
        .await;
    assert_eq!(buying.answer().await.status, 100);
    buying.say(&body[..9]).await;

    signal(&world, Signal::TERM);
    assert_eq!(idle.rest().await, b"", "an idle connection is closed");
    buying.say(&body[9..]).await;
    let answer = buying.answer().await;
    assert_eq!((answer.status, field(&answer, "connection")), (201, "close"), "{}", answer.text());
    assert_eq!(buying.rest().await, b"");
    let order = answer.json()["order"]["id"].as_str().unwrap().to_owned();
    let outcome = Outcome::Acknowledged { order };
    let told =
        Told { intent: intent("ann", "k", "lamp", 1), outcome, edge: shop, requests: 1, lost: 0, pending: 0, at_ms: 0 };
    world.log.add(told).unwrap();
    // Gone by itself, with its books in order.
    world.fleet.terminate(Member::Edge(0)).await.unwrap();
    world.fleet.restart(Member::Edge(0)).await.unwrap();
    world.console.close(SALE).await.unwrap();
    assert_eq!(world.judged().await.sold(), 1);
}
