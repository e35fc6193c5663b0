//! A sale that expects the demand of an earlier one, and then its own, or demand by page views: who begins with how much, and
//! who sells an item at all.

use doorbuster_tests::console::SnapshotSku;
use doorbuster_tests::sale_file::SaleFile;
use doorbuster_tests::shoppers::{Intent, Patience};
use doorbuster_tests::until;
use serde_json::json;
use time::format_description::well_known::Rfc3339;
use time::{Duration, OffsetDateTime};
use toml::toml;

use crate::world::{SALE, SOON, World, intent, order};

/// The sale before.
const SPRING: &str = "spring";

impl World {
    async fn put_on(&self, sale: SaleFile) -> String {
        let file = sale.write(&self.path().join("sales")).unwrap();
        let published = self.fleet.publish(&file).await.unwrap();
        String::from_utf8_lossy(&if published.status.success() { published.stdout } else { published.stderr }).into()
    }

    /// One shopper's units of the spring sale.
    async fn buy_in_spring(&self, at: usize, name: &str, sku: &str, units: u64) {
        let intent = Intent { sale: SPRING.into(), ..intent(name, &format!("spring-{name}"), sku, units) };
        order(&self.buy_as(at, intent, Patience::default()).await);
    }

    /// So many browsers say that they look at an item's page.
    async fn look(&self, at: usize, sku: &str, times: usize) {
        let url = format!("{}/api/sales/{SALE}/views", self.shop(at));
        for _ in 0..times {
            let answer = self.web.post(&url, &[], &json!({ "sku": sku })).await.unwrap();
            assert_eq!(answer.status, 204, "{}", answer.text());
        }
    }

    async fn item(&self, sku: &str) -> SnapshotSku {
        let snapshot = self.console.snapshot().await.unwrap();
        let sale = snapshot.sales.into_iter().find(|sale| sale.id == SALE).expect("the sale is on");
        sale.skus.into_iter().find(|item| item.sku == sku).expect("the sale has the item")
    }

    /// Waits until an edge's page of an item answers with this status.
    async fn page_is(&self, at: usize, sku: &str, status: u16) {
        let url = format!("{}/p/{sku}", self.shop(at));
        let looks = || async { self.web.get(&url).await.is_ok_and(|answer| answer.status == status) };
        until::holds(&format!("edge {at} answers {status} for {sku}"), SOON, looks).await.unwrap();
    }
}

/// What each edge holds of an item.
fn shelves(item: &SnapshotSku) -> [u64; 3] {
    let of = |n: usize| item.escrow.iter().filter(|at| at.edge == format!("edge-{n}")).map(|at| at.units).sum();
    [of(1), of(2), of(3)]
}

/// A fleet that has sold eight lamps at the first edge, two at the second, and none at the third.
async fn after_spring() -> World {
    let mut world = World::empty(3).await;
    let said = world.put_on(SaleFile::new(SPRING).item("lamp", 60, 4).item("vase", 60, 1).limit(4)).await;
    assert!(said.contains("published"), "{said}");
    world.fleet.all_ready().await.unwrap();
    for at in 0..3 {
        world.page_is(at, "lamp", 200).await;
    }
    for (at, name, units) in [(0, "ann", 4), (0, "bob", 4), (1, "cid", 2)] {
        world.buy_in_spring(at, name, "lamp", units).await;
    }
    world.console.close(SPRING).await.unwrap();
    world.console.settled(SPRING, SOON).await.unwrap();
    world
}

#[tokio::test]
async fn a_sale_is_split_and_placed_by_what_the_earlier_one_sold_and_moved_by_what_it_sells_itself() {
    let mut world = after_spring().await;
    let unknown = world.put_on(SaleFile::new(SALE).item("lamp", 110, 4).limit(4).expect_like("autumn")).await;
    let refused = "sale.expect_like: expected a sale that has sold something, found \"autumn\"";
    assert!(unknown.contains(refused), "{unknown}");

    let now = OffsetDateTime::now_utc();
    let at = |moment: OffsetDateTime| moment.format(&Rfc3339).unwrap();
    let (starts_at, ends_at) = (at(now), at(now + Duration::minutes(5)));
    let sale = || SaleFile::new(SALE).between(&starts_at, &ends_at).limit(4).item("lamp", 110, 4);
    let by_demand = || toml! { least_units = 15 };
    let mugs = sale().item("mug", 110, 1).placed(by_demand()).expect_like(SPRING);
    let said = world.put_on(mugs).await;
    assert!(said.contains("published"), "{said}");
    for (at, status) in [(0, 200), (1, 200), (2, 404)] {
        world.sells(at).await;
        world.page_is(at, "mug", status).await;
    }
    // By eight, two, and one for the edge that sold none; of mugs the third edge would have had ten units.
    let is_split = async || {
        let ([one, two, three], mugs) = (shelves(&world.item("lamp").await), shelves(&world.item("mug").await));
        let near = |part: u64, times: u64, other: u64| other > 0 && part.abs_diff(times * other) <= times + 1;
        near(one, 4, two) && near(two, 2, three) && near(mugs[0], 4, mugs[1]) && mugs[2] == 0
    };
    until::holds("stock lies where the spring sale sold", SOON, is_split).await.unwrap();

    // Now the third edge sells: published again by its own demand, lamps move there, pages and all.
    for (name, units) in [("dan", 4), ("eve", 4), ("fay", 1)] {
        order(&world.buy(2, name, "lamp", units).await);
    }
    world.has_shipped(2, "lamp", 9).await;
    let here = SaleFile::new(SALE).between(&starts_at, &ends_at).limit(4).item("lamp", 110, 4).placed(by_demand());
    let said = world.put_on(here.item("mug", 110, 1).expect_like(SALE)).await;
    assert!(said.contains("published"), "{said}");
    for (at, status) in [(0, 404), (1, 404), (2, 200)] {
        world.page_is(at, "lamp", status).await;
    }
    world.page_is(2, "mug", 200).await;
    let moved = async || {
        let lamps = world.item("lamp").await;
        let [one, two, three] = shelves(&lamps);
        one + two == 0 && lamps.pool + three == 101
    };
    until::holds("every lamp is at the third edge, or in the pool", SOON, moved).await.unwrap();
    for n in 0..25 {
        order(&world.buy(2, &format!("shopper-{n}"), "lamp", 4).await);
    }
    order(&world.buy(2, "last", "lamp", 1).await);
    world.console.close(SALE).await.unwrap();
    let report = world.judged().await;
    assert_eq!(report.sku("lamp").map(|row| (row.pool, row.sold)), Some((0, 110)));
}

#[tokio::test]
async fn stock_lies_where_pages_were_looked_at_when_the_sale_starts() {
    let mut world = World::empty(3).await;
    let sale = SaleFile::new(SALE).window_s(15, 300).item("lamp", 110, 4).item("vase", 50, 4).limit(4);
    let said = world.put_on(sale.expect_by_page_views()).await;
    assert!(said.contains("published"), "{said}");
    world.fleet.all_ready().await.unwrap();
    for at in 0..3 {
        world.page_is(at, "lamp", 200).await;
    }
    let even = async || shelves(&world.item("lamp").await).iter().all(|units| *units == 30);
    until::holds("the first split is even", SOON, even).await.unwrap();
    for (at, times) in [(0, 6), (1, 2), (2, 1)] {
        world.look(at, "lamp", times).await;
    }
    let url = format!("{}/api/sales/{SALE}/views", world.shop(0));
    for (body, status) in [(json!({ "sku": "sofa" }), 404), (json!({ "sku": 7 }), 400), (json!({}), 400)] {
        assert_eq!(world.web.post(&url, &[], &body).await.unwrap().status, status, "{body}");
    }
    // Of the units that are not kept back, by six, two and one, and a view for each edge besides. Nobody looked at the vase:
    // as the whole sale.
    let is_split = async || {
        let by_views =
            |units: [u64; 3], parts: [u64; 3]| units.iter().zip(parts).all(|(at, part)| at.abs_diff(part) <= 3);
        let (lamps, vases) = (shelves(&world.item("lamp").await), shelves(&world.item("vase").await));
        by_views(lamps, [53, 23, 15]) && by_views(vases, [24, 10, 7])
    };
    until::holds("stock lies where pages were looked at", SOON, is_split).await.unwrap();
    let is = async |state| world.console.snapshot().await.unwrap().sales.iter().any(|sale| sale.state == state);
    assert!(is("planned").await, "it has yet to start");
    until::holds("the sale is open", SOON, async || is("open").await).await.unwrap();
    order(&world.buy(2, "ann", "lamp", 4).await);
    world.look(0, "lamp", 1).await;
    let metrics = world.web.get(&format!("{}/metrics", world.fleet.addresses().edges[0].admin)).await.unwrap().text();
    let counted = format!("doorbuster_page_views_total{{sale=\"{SALE}\",sku=\"lamp\"}} 6");
    assert!(metrics.lines().any(|line| line == counted), "what comes after the start is not counted: {metrics}");
    world.console.close(SALE).await.unwrap();
    world.judged().await;
}
