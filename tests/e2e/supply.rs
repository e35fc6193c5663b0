//! A sale that changes while it sells: supplies up and down, items that appear, orders on backorder.

use doorbuster_tests::sale_file::SaleFile;
use doorbuster_tests::until;
use serde_json::{Value, json};
use time::format_description::well_known::Rfc3339;
use time::{Duration, OffsetDateTime};

use crate::world::{SALE, SOON, World, order};

/// Waits until an edge shows another word than this for an item.
async fn shows_no_more(world: &World, at: usize, sku: &str, word: &str) {
    let url = format!("{}/api/sales/{SALE}", world.shop(at));
    let shows = |sale: &Value| {
        let items = sale["items"].as_array().cloned().unwrap_or_default();
        items.iter().any(|item| item["sku"] == sku && item["availability"] != word)
    };
    let looks =
        || async { world.web.get(&url).await.is_ok_and(|answer| answer.status == 200 && shows(&answer.json())) };
    until::holds(&format!("edge {at} says {word} of {sku} no more"), SOON, looks).await.unwrap();
}

async fn sell_out(world: &World, units: u64) {
    for number in 0..units {
        order(&world.buy(0, &format!("shopper-{number}"), "lamp", 1).await);
    }
    for at in 0..2 {
        let late = world.buy(at, &format!("late-{at}"), "lamp", 1).await;
        assert!(late.outcome.is_refused("sold-out"), "{late:?}");
    }
}

#[tokio::test]
async fn sold_out_is_taken_back_when_the_supply_is_raised() {
    let world = World::selling(2, SaleFile::new(SALE).item("lamp", 4, 1)).await;
    sell_out(&world, 4).await;
    let raised = world.console.set_supply(SALE, "lamp", &json!({ "supply": 6 })).await.unwrap();
    assert_eq!((raised.status, &raised.json()["outcome"]), (200, &json!("supply-set")), "{}", raised.text());
    for at in 0..2 {
        shows_no_more(&world, at, "lamp", "sold-out").await;
        order(&world.buy(at, &format!("again-{at}"), "lamp", 1).await);
    }
    let refused = world.console.set_supply(SALE, "lamp", &json!({ "supply": 5 })).await.unwrap();
    assert_eq!(refused.status, 409);
    let detail = refused.json()["detail"].as_str().unwrap_or_default().to_owned();
    assert!(detail.contains("expected supply and budget of at least 6 in all (6 sold"), "{detail}");
    let wrong = world.console.set_supply(SALE, "lamp", &json!({ "supply": -1, "colour": 1 })).await.unwrap();
    assert_eq!((wrong.status, wrong.json()["faults"].as_array().map(Vec::len)), (422, Some(2)), "{}", wrong.text());
    assert_eq!(world.settle().await.sold(), 6);
}

#[tokio::test]
async fn a_lower_supply_is_recalled_from_edges() {
    let world = World::selling(2, SaleFile::new(SALE).item("lamp", 40, 1)).await;
    let escrow = async || {
        let snapshot = world.console.snapshot().await.unwrap();
        let lamp = snapshot.sales[0].skus[0].clone();
        (lamp.escrow.iter().map(|escrow| escrow.units).sum::<u64>(), lamp.pool, lamp.debt)
    };
    until::holds("edges have lamps", SOON, async || escrow().await.0 > 1).await.unwrap();
    let lowered = world.console.set_supply(SALE, "lamp", &json!({ "supply": 1 })).await.unwrap();
    assert_eq!(lowered.status, 200, "{}", lowered.text());
    until::holds("edges have given them back", SOON, async || {
        let (escrow, pool, debt) = escrow().await;
        debt == 0 && escrow + pool == 1
    })
    .await
    .unwrap();
    order(&world.buy(1, "ann", "lamp", 1).await);
    let late = world.buy(0, "bob", "lamp", 1).await;
    assert!(late.outcome.is_refused("sold-out"), "{late:?}");
    let report = world.settle().await;
    assert_eq!((report.sold(), report.skus[0].supply), (1, 1));
}

#[tokio::test]
async fn an_item_appears_and_what_is_sold_beyond_the_supply_is_on_backorder() {
    let now = OffsetDateTime::now_utc();
    let at = |moment: OffsetDateTime| moment.format(&Rfc3339).unwrap();
    let (starts_at, ends_at) = (at(now), at(now + Duration::minutes(5)));
    let sale = || SaleFile::new(SALE).between(&starts_at, &ends_at).item("lamp", 4, 1);
    let world = World::selling(2, sale()).await;
    let more = sale().item("chair", 1, 1).budget(1).write(&world.path().join("more")).unwrap();
    let published = world.fleet.publish(&more).await.unwrap();
    assert!(published.status.success(), "{}", String::from_utf8_lossy(&published.stderr));
    for at in 0..2 {
        let page = format!("{}/p/chair", world.shop(at));
        let shows = || async { world.web.get(&page).await.is_ok_and(|answer| answer.status == 200) };
        until::holds("the new item has a page", SOON, shows).await.unwrap();
        shows_no_more(&world, at, "chair", "").await;
    }
    let (first, second) =
        (order(&world.buy(0, "ann", "chair", 1).await), order(&world.buy(1, "bob", "chair", 1).await));
    assert_eq!(told(&world, 0, "ann", &first).await["backorder"], Value::Null);
    assert_eq!(told(&world, 1, "bob", &second).await["backorder"], true);
    let less = SaleFile::new(SALE).between(&starts_at, &ends_at).item("chair", 1, 1).budget(1);
    let less = less.write(&world.path().join("less")).unwrap();
    let refused = world.fleet.publish(&less).await.unwrap();
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(!refused.status.success() && said.contains("items.lamp: expected the item, which is on sale"), "{said}");
    assert_eq!(world.settle().await.sold(), 2);
}

/// An order as its shopper's API shows it; and the page tells the same.
async fn told(world: &World, at: usize, name: &str, order: &str) -> Value {
    let shop = world.shop(at);
    let login = world.web.post(&format!("{shop}/api/login"), &[], &json!({ "name": name })).await.unwrap();
    let bearer = format!("Bearer {}", login.json()["token"].as_str().unwrap());
    let headers = [("authorization", bearer.as_str())];
    let get = async |url: String| world.web.send(http::Method::GET, &url, &headers, bytes::Bytes::new()).await.unwrap();
    let shown = get(format!("{shop}/api/orders/{order}")).await;
    assert_eq!(shown.status, 200, "{}", shown.text());
    let page = get(format!("{shop}/orders/{order}")).await;
    let is_told = page.text().contains("on backorder");
    assert_eq!(is_told, shown.json()["backorder"] == true, "{}", page.text());
    shown.json()
}
