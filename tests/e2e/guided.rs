//! A shopper at an edge without stock is told which edge has some, and buys there: once.

use doorbuster_tests::sale_file::SaleFile;
use doorbuster_tests::shoppers::Patience;
use doorbuster_tests::until;
use doorbuster_tests::web::Answer;
use http::Method;
use serde_json::{Value, json};
use toml::toml;

use crate::world::{SALE, SOON, World, intent, order};

/// All lamps on the first edge, none on the second, and nothing moves; the third does not sell them. Mugs are everywhere.
async fn one_sided() -> World {
    let sale = SaleFile::new(SALE).item("mug", 30, 1).item("lamp", 5, 1).placed(toml! { tags = ["lamps"] });
    let configure = |process: &str, config: &mut toml::Table| {
        if process != "allocator" {
            return;
        }
        config.insert("policy".into(), "static".into());
        let edges = config["edge"].as_array_mut().unwrap().iter_mut().map(|edge| edge.as_table_mut().unwrap());
        for (edge, (weight, tags)) in edges.zip([(1, vec!["lamps", "old"]), (0, vec!["lamps"]), (0, vec!["old"])]) {
            edge.insert("weight".into(), weight.into());
            edge.insert("tags".into(), tags.into());
        }
    };
    World::selling_with(3, sale, &configure).await
}

impl World {
    async fn route(&self, at: usize) -> Value {
        let answer = self.web.get(&format!("{}/api/sales/{SALE}/route?sku=lamp", self.shop(at))).await.unwrap();
        answer.json()["items"][0].clone()
    }

    async fn token(&self, at: usize, name: &str) -> String {
        let answer =
            self.web.post(&format!("{}/api/login", self.shop(at)), &[], &json!({ "name": name })).await.unwrap();
        answer.json()["token"].as_str().unwrap().to_owned()
    }

    async fn posted(&self, at: usize, token: &str, form: &str) -> Answer {
        let cookie = format!("doorbuster_token={token}");
        let fields = [("cookie", cookie.as_str()), ("content-type", "application/x-www-form-urlencoded")];
        let url = format!("{}/p/lamp/order", self.shop(at));
        self.web.send(Method::POST, &url, &fields, form.to_owned().into()).await.unwrap()
    }

    async fn page(&self, url: &str, token: &str) -> Answer {
        let cookie = format!("doorbuster_token={token}");
        self.web.send(Method::GET, url, &[("cookie", cookie.as_str())], bytes::Bytes::new()).await.unwrap()
    }

    /// Expects a line among an edge's figures.
    async fn counts(&self, at: usize, line: &str) {
        let url = format!("{}/metrics", self.fleet.addresses().edges[at].admin);
        let text = self.web.get(&url).await.unwrap().text();
        assert!(text.lines().any(|found| found == line), "{line} in\n{text}");
    }

    /// Until the second edge has heard where lamps are.
    async fn is_guided(&self) -> Value {
        let guided = || async { Some(self.route(1).await).filter(|item| item.get("elsewhere").is_some()) };
        until::found("the empty edge knows where lamps are", SOON, guided).await.unwrap()
    }
}

#[tokio::test]
async fn a_shopper_at_an_empty_edge_is_guided_and_buys_once() {
    let world = one_sided().await;
    let item = world.is_guided().await;
    let elsewhere =
        json!({"edge": "edge-1", "shop": world.shop(0), "page": format!("{}/p/lamp?from=edge-2", world.shop(0))});
    assert_eq!((&item["elsewhere"], &item["here"], &item["left"]), (&elsewhere, &json!(false), &json!(5)));
    for _ in 0..5 {
        assert_eq!(world.route(1).await["elsewhere"], elsewhere);
    }
    assert_eq!(world.route(0).await["here"], true);
    // By its tags the item is not on the third edge.
    let url = format!("{}/api/sales/{SALE}/route?sku=lamp", world.shop(2));
    assert_eq!(world.web.get(&url).await.unwrap().problem().as_deref(), Some("unknown-sku"));

    let token = format!("Bearer {}", world.token(1, "ann").await);
    let fields = [("authorization", token.as_str()), ("idempotency-key", "key-of-ann")];
    let buy = async |at: usize| {
        let url = format!("{}/api/sales/{SALE}/orders", world.shop(at));
        world.web.post(&url, &fields, &json!({"sku": "lamp"})).await.unwrap()
    };
    let queueing = buy(1).await;
    assert_eq!((queueing.status, &queueing.json()["status"]), (202, &json!("queueing")));
    assert_eq!(queueing.json()["chance_percent"], 100);
    assert_eq!(queueing.json()["elsewhere"]["shop"], world.shop(0));
    let bought = order(&world.buy_as(0, intent("ann", "key-of-ann", "lamp", 1), Patience::default()).await);
    // Whoever goes back with the key and forth again hears of the one order.
    assert_eq!(buy(1).await.json()["elsewhere"]["edge"], "edge-1");
    let again = buy(0).await;
    assert_eq!((again.status, again.json()["order"]["id"].as_str()), (201, Some(bought.as_str())));
    let report = world.settle().await;
    assert_eq!(report.sku("lamp").map(|row| (row.pool, row.sold)), Some((4, 1)));
}

#[tokio::test]
async fn a_form_goes_on_at_the_other_edge_and_buys_once() {
    let world = one_sided().await;
    world.is_guided().await;
    let token = world.token(1, "bob").await;
    let led = world.posted(1, &token, "units=1&key=key-of-bob").await;
    assert_eq!(led.status, 202, "{}", led.text());
    let begins = format!("{}/p/lamp/order?", world.shop(0));
    let text = led.text().replace("&amp;", "&").replace("&#x2f;", "/");
    let (_, rest) = text.split_once("0; url=").expect("the page leads on");
    let page = rest.split_once('"').unwrap().0.to_owned();
    assert!(page.starts_with(&begins), "{page}");

    let arrived = world.page(&page, &token).await;
    assert_eq!(arrived.status, 200);
    assert!(
        arrived.text().contains("data-go-on") && arrived.text().contains("value=\"key-of-bob\""),
        "{}",
        arrived.text()
    );
    // Whoever is not signed in there does that first; nobody else's link goes on by itself.
    let stranger = world.web.get(&page).await.unwrap();
    assert_eq!(stranger.status, 303);
    assert!(stranger.headers["location"].to_str().unwrap().starts_with("../../login?next=/p/lamp/order%3Funits"));
    for forged in
        [page.replace("units=1", "units=2"), page.replace("key-of-bob", "another"), format!("{begins}units=1&key=x")]
    {
        let shown = world.page(&forged, &token).await;
        assert!(shown.status == 200 && !shown.text().contains("data-go-on"), "{forged}");
    }
    let other = world.token(0, "eve").await;
    assert!(!world.page(&page, &other).await.text().contains("data-go-on"));

    // An edge that has none keeps whoever was sent there.
    let kept = world.posted(1, &token, "units=1&key=key-of-bob&from=edge-1").await;
    assert!(
        kept.status == 202 && kept.text().contains("data-resubmit") && !kept.text().contains("url="),
        "{}",
        kept.text()
    );
    assert!(kept.text().contains("name=\"from\" value=\"edge-1\""), "{}", kept.text());

    // The form that goes on carries the ticket, by which the edge counts whom another one sent.
    let (_, ticket) = page.split_once("ticket=").unwrap();
    assert!(arrived.text().contains(&format!("name=\"ticket\" value=\"{ticket}\"")), "{}", arrived.text());
    let bought = world.posted(0, &token, &format!("units=1&key=key-of-bob&from=edge-2&ticket={ticket}")).await;
    world.counts(0, "doorbuster_guided_answers_total{kind=\"reserved\"} 1").await;
    world.counts(1, "doorbuster_guided_away_total{way=\"form\"} 1").await;
    assert_eq!(bought.status, 303);
    let id = order(&world.buy_as(0, intent("bob", "key-of-bob", "lamp", 1), Patience::default()).await);
    assert_eq!(bought.headers["location"].to_str().unwrap(), format!("../../orders/{id}"));
    let report = world.settle().await;
    assert_eq!(report.sku("lamp").map(|row| (row.pool, row.sold)), Some((4, 1)));
}
