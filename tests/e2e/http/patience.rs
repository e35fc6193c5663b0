//! Whoever is slow is given up after a while, and holds nothing any more.

use std::net::Ipv4Addr;

use doorbuster_tests::until;
use socket2::SockRef;

use super::setting::{BESIDE_THE_SHOP, Files, LARGE_BYTES, field, held, told};
use super::wire::Wire;
use crate::world::{SOON, World};

const TIMEOUTS: &str = "[http]\nhead_timeout_ms = 300\nidle_timeout_ms = 300\nbody_timeout_ms = 300\n\
                        write_timeout_ms = 300\nhandshake_timeout_ms = 300";

#[tokio::test]
async fn the_slow_are_given_up_and_the_fast_notice_nothing() {
    let files = Files::new(&[("index.html", "hello"), ("large.bin", &"x".repeat(LARGE_BYTES))]);
    let site = files.site(&BESIDE_THE_SHOP, "");
    let world = World::empty_with(1, &told(format!("{TIMEOUTS}\n{site}"))).await;
    let shop = world.shop(0);
    let mut silent = Wire::to(&shop).await;
    silent.say("").await;
    let slow_reader = slow_reader(&shop).await;

    a_slow_request_is_told(&shop, "GET / HTTP/1.1\r\nHost: shop.te").await;
    let body = "Content-Type: application/json\r\nContent-Length: 14\r\n\r\n{\"name\"";
    a_slow_request_is_told(&shop, &format!("POST /api/login HTTP/1.1\r\nHost: shop.test\r\n{body}")).await;
    let chunk = "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n9\r\n{\"na";
    a_slow_request_is_told(&shop, &format!("POST /api/login HTTP/1.1\r\nHost: shop.test\r\n{chunk}")).await;
    assert_eq!(silent.rest().await, b"", "who says nothing hears nothing");

    assert_eq!(Wire::to(&shop).await.get("http://files.test/", "").await.text(), "hello");
    let given_up = async || held(&shop) == 0;
    until::holds("the edge has given everybody up", SOON, given_up).await.unwrap();
    let came = slow_reader.rest().await.len();
    assert!(came < 2 * LARGE_BYTES, "{came} bytes came to somebody who took none");
}

/// Half a request, and then nothing.
async fn a_slow_request_is_told(shop: &str, half: &str) {
    let mut wire = Wire::to(shop).await;
    wire.say(half).await;
    let answer = wire.answer().await;
    assert_eq!((answer.status, answer.problem().as_deref()), (408, Some("request-timeout")), "{half:?}");
    assert_eq!(field(&answer, "connection"), "close", "{half:?}");
    assert_eq!(wire.rest().await, b"", "{half:?}");
}

/// Asks for more than the kernel holds, and reads nothing of it.
async fn slow_reader(shop: &str) -> Wire {
    let mut wire = Wire::from_with(Ipv4Addr::LOCALHOST, shop, |socket| {
        SockRef::from(socket).set_recv_buffer_size(4 << 10).unwrap();
    })
    .await;
    for _ in 0..2 {
        wire.say("GET /large.bin HTTP/1.1\r\nHost: files.test\r\n\r\n").await;
    }
    wire
}
