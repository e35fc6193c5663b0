//! Connections that are handed over.

use super::*;
use crate::http::Tunnel;
use crate::origin::tunnel::serve;
use std::time::Duration;
use tokio::io::duplex;

const ASKS: [(&str, &str); 3] = [("connection", "Upgrade"), ("upgrade", "websocket"), ("sec-websocket-key", "x")];

/// A server that switches, sends a first word in the same packet, and then repeats what it hears.
async fn echoing() -> Scripted {
    Scripted::new(|mut stream| async move {
        let head = read_head(&mut stream).await.unwrap();
        assert!(head.contains("connection: upgrade\r\n") && head.contains("upgrade: websocket\r\n"), "{head}");
        let head =
            "HTTP/1.1 101 Switching\r\nconnection: Upgrade\r\nupgrade: WebSocket\r\nsec-websocket-accept: y\r\n\r\n";
        stream.write_all(format!("{head}hello").as_bytes()).await.unwrap();
        let mut heard = [0; 4];
        while stream.read_exact(&mut heard).await.is_ok() {
            stream.write_all(&heard).await.unwrap();
        }
    })
    .await
}

#[tokio::test]
async fn a_websocket_is_answered_with_a_tunnel() {
    let server = echoing().await;
    let origin = origin_of(&[&server.url], "");
    let reply = origin.forward(head("GET", &ASKS), Incoming::empty(), &CLIENT).await.unwrap();
    let field = |name: &str| reply.headers()[name].to_str().unwrap();
    assert_eq!(reply.status().as_u16(), 101);
    assert_eq!((field("connection"), field("upgrade"), field("sec-websocket-accept")), ("upgrade", "websocket", "y"));
    assert!(reply.extensions().get::<Tunnel>().is_some());
}

#[tokio::test]
async fn a_tunnel_carries_what_both_sides_say_and_holds_its_place_as_long() {
    let server = echoing().await;
    let origin = origin_of(&[&server.url], "connections_max = 1\nwait_timeout_ms = 0");
    let asked = request::outbound(head("GET", &ASKS), &CLIENT).unwrap();
    let (mut response, lease) = origin.ask(asked.head, upload::Upload::none()).await.unwrap();
    let switched = hyper::upgrade::on(&mut response);
    let (mut shopper, shopper_end) = duplex(64);
    let tunnel = tokio::spawn(serve(shopper_end, switched, lease.detach(), Duration::from_secs(60)));
    let mut heard = [0; 5];
    shopper.read_exact(&mut heard).await.unwrap();
    assert_eq!(&heard, b"hello");
    shopper.write_all(b"ping").await.unwrap();
    shopper.read_exact(&mut heard[..4]).await.unwrap();
    assert_eq!(&heard[..4], b"ping");
    assert!(matches!(origin.pool.slot().await, Err(OriginError::Full)));
    drop(shopper);
    tunnel.await.unwrap();
    assert!(origin.pool.slot().await.is_ok());
}

#[tokio::test]
async fn a_websocket_that_the_origin_refuses_is_an_answer_as_any() {
    let server = Scripted::answering("HTTP/1.1 403 Forbidden\r\ncontent-length: 2\r\n\r\nno").await;
    let origin = origin_of(&[&server.url], "");
    let reply = origin.forward(head("GET", &ASKS), Incoming::empty(), &CLIENT).await.unwrap();
    assert_eq!((reply.status().as_u16(), text(reply).await.as_str()), (403, "no"));
}
