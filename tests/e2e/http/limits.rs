//! What an address may have: requests, connections; and connections in total.

use std::net::Ipv4Addr;

use doorbuster_tests::until;

use super::setting::{BESIDE_THE_SHOP, Files, INSTEAD_OF_THE_SHOP, field, told};
use super::wire::Wire;
use crate::world::{SOON, World};

#[tokio::test]
async fn who_asks_too_often_hears_when_to_come_again() {
    let files = Files::new(&[("index.html", "hello")]);
    let limits = "[limits]\nrequests_per_s = 1\nrequests_burst = 3\npurchases_per_s = 1\npurchases_burst = 1\n\
                  ratelimit_headers = true";
    let site = files.site(&BESIDE_THE_SHOP, "");
    let world = World::empty_with(1, &told(format!("{limits}\n{site}"))).await;
    let mut wire = Wire::to(&world.shop(0)).await;
    let answer = wire.get("http://files.test/", "").await;
    assert_eq!((answer.status, field(&answer, "ratelimit-policy")), (200, "\"requests\";q=3;w=3"));
    assert_eq!(field(&answer, "ratelimit"), "\"requests\";r=2;t=1");
    let mut refused = wire.get("http://files.test/", "").await;
    for _ in 0..2 {
        refused = wire.get("http://files.test/", "").await;
    }
    assert_eq!((refused.status, refused.problem().as_deref()), (429, Some("too-many-requests")));
    let seconds: u64 = field(&refused, "retry-after").parse().unwrap();
    assert!((1..=10).contains(&seconds), "{seconds} s");
    assert_eq!(field(&refused, "ratelimit"), "\"requests\";r=0;t=3");
    assert_eq!(field(&refused, "cache-control"), "no-store");
    assert_eq!(field(&refused, "connection"), "", "the connection is of use still");

    // Another shopper has asked nothing yet; of purchases, only one is allowed.
    let mut other = Wire::from(Ipv4Addr::new(127, 0, 0, 2), &world.shop(0)).await;
    let purchase = "POST /api/sales/e2e/orders HTTP/1.1\r\nHost: shop.test\r\nContent-Length: 2\r\n\r\n{}";
    other.say(purchase).await;
    let first = other.answer().await;
    assert_ne!(first.status, 429, "{}", first.text());
    other.say(purchase).await;
    let second = other.answer().await;
    assert_eq!((second.status, second.problem().as_deref()), (429, Some("too-many-requests")));
    let standings: Vec<_> = second.headers.get_all("ratelimit").iter().map(|value| value.to_str().unwrap()).collect();
    assert_eq!(standings.len(), 2, "{standings:?}");
}

#[tokio::test]
async fn one_connection_too_many_is_told_that_it_is_too_busy() {
    let files = Files::new(&[("index.html", "hello")]);
    let limits = "[http]\nconnections_max = 5\n[limits]\nconnections_per_address = 3";
    let world = World::empty_with(1, &told(format!("{limits}\n{}", files.site(&INSTEAD_OF_THE_SHOP, "")))).await;
    let shop = world.shop(0);
    let (one, two) = (Ipv4Addr::new(127, 0, 0, 2), Ipv4Addr::new(127, 0, 0, 3));
    let mut kept = Vec::new();
    for from in [one, one, one] {
        kept.push(served(from, &shop).await.expect("within the address's number"));
    }
    assert!(served(one, &shop).await.is_none(), "a fourth connection of one address");
    for from in [two, two] {
        kept.push(served(from, &shop).await.expect("within both numbers"));
    }
    assert!(served(two, &shop).await.is_none(), "a sixth connection in total");
    kept.pop();
    let freed = async || served(two, &shop).await.is_some();
    until::holds("a connection that ended makes room", SOON, freed).await.unwrap();
    for wire in &mut kept {
        assert_eq!(wire.get("/", "").await.status, 200);
    }
}

/// The connection, or nothing where it was turned away as it should be.
async fn served(from: Ipv4Addr, shop: &str) -> Option<Wire> {
    let mut wire = Wire::from(from, shop).await;
    let answer = wire.get("/", "").await;
    if answer.status == 200 {
        return Some(wire);
    }
    assert_eq!((answer.status, answer.problem().as_deref()), (503, Some("too-busy")), "{}", answer.text());
    assert_eq!(field(&answer, "connection"), "close");
    assert!(field(&answer, "retry-after").parse::<u64>().is_ok_and(|seconds| (1..=10).contains(&seconds)));
    assert_eq!(wire.rest().await, b"");
    None
}
