//! Other words while the edge serves: taken over whole, or not at all; and whoever is being answered notices nothing.

use rustix::process::Signal;

use super::setting::{BESIDE_THE_SHOP, EDGE, Files, INSTEAD_OF_THE_SHOP, field, logs, signal, tell, told};
use super::wire::Wire;
use crate::world::World;

const LIMITED: &str = "[limits]\nrequests_per_s = 1\nrequests_burst = 2\nratelimit_headers = true";

#[tokio::test]
async fn a_bad_file_is_refused_with_its_reason_and_a_good_one_taken_over_whole() {
    let files = Files::new(&[("index.html", "old")]);
    let world = World::empty_with(1, &told(files.site(&INSTEAD_OF_THE_SHOP, ""))).await;
    let mut wire = Wire::to(&world.shop(0)).await;
    assert_eq!(wire.get("/", "").await.text(), "old");
    let good = std::fs::read_to_string(world.fleet.folder().config(EDGE)).unwrap();

    tell(&world, "[limits]\nrequests_per_s = 0\n[http]\ncolour = 1");
    files.write("index.html", "new");
    signal(&world, Signal::HUP);
    logs(&world, "reload refused", 1).await;
    logs(&world, "limits.requests_per_s: expected a whole number", 1).await;
    logs(&world, "http.colour: expected no such field", 1).await;
    let answer = wire.get("/", "").await;
    assert_eq!((answer.text().as_str(), field(&answer, "ratelimit")), ("old", ""));

    std::fs::write(world.fleet.folder().config(EDGE), good).unwrap();
    tell(&world, LIMITED);
    signal(&world, Signal::HUP);
    logs(&world, "configuration reloaded", 1).await;
    let answer = wire.get("/", "").await;
    assert_eq!(answer.text(), "new");
    assert!(field(&answer, "ratelimit").starts_with("\"requests\";r=1"), "{:?}", answer.headers);
}

#[tokio::test]
async fn a_request_whose_body_is_half_sent_is_answered_after_the_reload() {
    let files = Files::new(&[("index.html", "old")]);
    let site = files.site(&BESIDE_THE_SHOP, "");
    let world = World::empty_with(1, &told(site)).await;
    let body = r#"{"name":"ann"}"#;
    let mut wire = Wire::to(&world.shop(0)).await;
    wire.say(format!(
        "POST /api/login HTTP/1.1\r\nHost: shop.test\r\nContent-Type: application/json\r\nExpect: 100-continue\r\n\
         Content-Length: {}\r\n\r\n",
        body.len()
    ))
    .await;
    assert_eq!(wire.answer().await.status, 100);
    wire.say(&body[..5]).await;
    tell(&world, LIMITED);
    signal(&world, Signal::HUP);
    logs(&world, "configuration reloaded", 1).await;
    wire.say(&body[5..]).await;
    let answer = wire.answer().await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(wire.get("http://files.test/", "").await.text(), "old");
}
