//! What an origin answers through the edge: both ways as it comes, and with the site's own page where it is dead.

use doorbuster_tests::fleet::Ports;

use super::origin_server::{ACCEPT, OriginServer};
use super::setting::{Files, INSTEAD_OF_THE_SHOP, field, told};
use super::wire::Wire;
use crate::world::World;

const SORRY: &str = "<!doctype html><title>sorry</title>";

async fn start() -> (World, OriginServer, Files) {
    let (server, files) = (OriginServer::start().await, Files::new(&[("sorry.html", SORRY)]));
    let dead = format!("http://127.0.0.1:{}", Ports::one().unwrap());
    let text = format!(
        "[[origin]]\nname = \"app\"\nurls = [\"{}\"]\n\
         [[origin]]\nname = \"dead\"\nurls = [\"{dead}\"]\nretries_max = 0\ncircuit = {{ failures = 2, open_ms = 60000 }}\n\
         [[site]]\nhost = \"app.test\"\norigin = \"app\"\n{}",
        server.url,
        files
            .site(&INSTEAD_OF_THE_SHOP, "origin = \"dead\"\nerrors = { 502 = \"/sorry.html\", 503 = \"/sorry.html\" }")
    );
    (World::empty_with(1, &told(text)).await, server, files)
}

#[tokio::test]
async fn bodies_go_both_ways_as_they_come() {
    let (world, server, _files) = start().await;
    let mut wire = Wire::to(&world.shop(0)).await;
    wire.say("POST /echo HTTP/1.1\r\nHost: app.test\r\nTransfer-Encoding: chunked\r\n\r\n").await;
    let answer = wire.answer_without_body().await;
    assert_eq!((answer.status, field(&answer, "transfer-encoding")), (200, "chunked"), "{:?}", answer.headers);
    // Each piece is back before the next one is sent: nothing waits for the whole. A chunk's end comes with what follows it.
    for (piece, back) in
        [("5\r\nhello\r\n", "5\r\nhello"), ("3\r\nyou\r\n", "\r\n3\r\nyou"), ("0\r\n\r\n", "\r\n0\r\n\r\n")]
    {
        wire.say(piece).await;
        assert_eq!(wire.bytes(back.len()).await, back.as_bytes());
    }

    // The connection lives on; what is malformed reaches the origin as no whole body, and ends it.
    wire.say("POST /count HTTP/1.1\r\nHost: app.test\r\nContent-Length: 3\r\n\r\nabc").await;
    assert_eq!((wire.answer().await.status, server.whole_bodies()), (200, 1));
    wire.say("POST /count HTTP/1.1\r\nHost: app.test\r\nTransfer-Encoding: chunked\r\n\r\n3;a=b\r\nabc\r\n0\r\n\r\n")
        .await;
    wire.say("POST /count HTTP/1.1\r\nHost: app.test\r\nContent-Length: 3\r\n\r\nabc").await;
    let answer = wire.answer().await;
    assert_eq!((answer.status, field(&answer, "connection")), (400, "close"), "{}", answer.text());
    assert_eq!((wire.rest().await, server.whole_bodies()), (vec![], 1));
}

#[tokio::test]
async fn a_dead_origin_is_answered_with_the_sites_own_page_and_then_left_alone() {
    let (world, _server, _files) = start().await;
    let mut wire = Wire::to(&world.shop(0)).await;
    for status in [502, 502, 503] {
        let answer = wire.get("/anything", "").await;
        assert_eq!((answer.status, answer.text().as_str()), (status, SORRY), "{:?}", answer.headers);
        assert_eq!(field(&answer, "content-type"), "text/html; charset=utf-8");
        assert_eq!(field(&answer, "retry-after").is_empty(), status == 502, "{:?}", answer.headers);
    }
    assert_eq!(wire.get("http://app.test/echo", "").await.status, 200, "another origin is asked as before");
}

#[tokio::test]
async fn a_websocket_is_carried_end_to_end() {
    let (world, _server, _files) = start().await;
    let mut wire = Wire::to(&world.shop(0)).await;
    wire.say(
        "GET /socket HTTP/1.1\r\nHost: app.test\r\nConnection: keep-alive, Upgrade\r\nUpgrade: websocket\r\n\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
    )
    .await;
    let answer = wire.answer_without_body().await;
    assert_eq!((answer.status, field(&answer, "upgrade")), (101, "websocket"), "{:?}", answer.headers);
    assert_eq!((field(&answer, "connection"), field(&answer, "sec-websocket-accept")), ("upgrade", ACCEPT));
    // A masked text frame, "Hello" (RFC 6455, 5.7), and bytes that no HTTP could be.
    for frame in [&b"\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58"[..], &[0, 255, 13, 10, 13, 10]] {
        wire.say(frame).await;
        assert_eq!(wire.bytes(frame.len()).await, frame);
    }
}
