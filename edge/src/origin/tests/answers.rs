//! What comes back.

use super::*;
use http_body_util::BodyExt as _;
use std::sync::Mutex;
use tokio::sync::Notify;

#[tokio::test]
async fn an_answer_streams_while_the_origin_still_writes_it() {
    let seen = Arc::new(Notify::new());
    let was_seen = Arc::clone(&seen);
    let server = Scripted::new(move |mut stream| {
        let was_seen = Arc::clone(&was_seen);
        async move {
            read_head(&mut stream).await.unwrap();
            let head = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nfirst\r\n";
            stream.write_all(head.as_bytes()).await.unwrap();
            was_seen.notified().await;
            stream.write_all(b"4\r\nlast\r\n0\r\n\r\n").await.unwrap();
        }
    })
    .await;
    let mut body = ask(&origin_of(&[&server.url], ""), "GET", "").await.unwrap().into_body();
    assert_eq!(body.size_hint().exact(), None);
    assert_eq!(body.frame().await.unwrap().unwrap().into_data().unwrap(), "first");
    seen.notify_one();
    assert_eq!(body.collect().await.unwrap().to_bytes(), "last");
}

#[tokio::test]
async fn fields_for_one_connection_stay_on_it() {
    let server = Scripted::answering(
        "HTTP/1.1 404 Not Here\r\nconnection: keep-alive, x-hop\r\nx-hop: 1\r\nkeep-alive: timeout=5\r\n\
         date: Thu, 01 Jan 1970 00:00:00 GMT\r\nx-end: 1\r\nset-cookie: a=1\r\nset-cookie: b=2\r\n\
         content-length: 4\r\n\r\nnone",
    )
    .await;
    let reply = ask(&origin_of(&[&server.url], ""), "GET", "").await.unwrap();
    let fields: Vec<_> = reply.headers().iter().map(|(name, value)| (name.as_str(), value.to_str().unwrap())).collect();
    assert_eq!(fields, [("x-end", "1"), ("set-cookie", "a=1"), ("set-cookie", "b=2"), ("via", "1.1 doorbuster")]);
    assert_eq!((reply.status().as_u16(), reply.body().size_hint().exact()), (404, Some(4)));
    assert_eq!(text(reply).await, "none");
}

#[tokio::test]
async fn answers_without_a_body_have_the_length_that_they_are_about() {
    let server = Scripted::answering("HTTP/1.1 200 OK\r\ncontent-length: 1234\r\n\r\n").await;
    let reply = ask(&origin_of(&[&server.url], ""), "HEAD", "").await.unwrap();
    assert_eq!((reply.body().size_hint().exact(), text(reply).await.as_str()), (Some(1234), ""));
    let server = Scripted::answering("HTTP/1.1 304 Not Modified\r\ncontent-length: 1234\r\n\r\n").await;
    let reply = ask(&origin_of(&[&server.url], ""), "GET", "").await.unwrap();
    assert_eq!(reply.headers()["content-length"], "1234");
    assert_eq!(text(reply).await, "");
    let server = Scripted::answering("HTTP/1.1 204 No Content\r\n\r\n").await;
    let reply = ask(&origin_of(&[&server.url], ""), "DELETE", "").await.unwrap();
    assert_eq!((reply.status().as_u16(), text(reply).await.as_str()), (204, ""));
}

#[tokio::test]
async fn a_connection_serves_one_request_after_another() {
    let server = Scripted::answering(OK).await;
    let origin = origin_of(&[&server.url], "");
    for method in ["GET", "POST", "GET"] {
        let reply = ask(&origin, method, "").await.unwrap();
        assert_eq!(text(reply).await, "ok");
        // The connection's own task has to see the end of the answer first.
        tokio::task::yield_now().await;
    }
    assert_eq!(server.accepted(), 1);
}

#[tokio::test]
async fn an_unread_answer_closes_its_connection() {
    let server = Scripted::answering("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nok").await;
    let origin = origin_of(&[&server.url], "connections_max = 1");
    for asked in 1..=2 {
        drop(ask(&origin, "GET", "").await.unwrap());
        assert_eq!(server.accepted(), asked);
    }
}

#[tokio::test]
async fn an_origin_is_told_the_host_that_its_policy_says() {
    let heads = Arc::new(Mutex::new(Vec::new()));
    let noted = Arc::clone(&heads);
    let server = Scripted::new(move |mut stream| {
        let noted = Arc::clone(&noted);
        async move {
            let head = read_head(&mut stream).await.unwrap();
            noted.lock().unwrap().push(head);
            stream.write_all(OK.as_bytes()).await.unwrap();
        }
    })
    .await;
    for policy in ["shopper", "origin"] {
        ask(&origin_of(&[&server.url], &format!("host = {policy:?}")), "POST", "").await.unwrap();
    }
    let heads = heads.lock().unwrap();
    assert!(
        heads[0].starts_with("POST /x?y=1 HTTP/1.1\r\n") && heads[0].contains("host: shop.example\r\n"),
        "{heads:?}"
    );
    let authority = server.url.strip_prefix("http://").unwrap();
    assert!(heads[1].contains(&format!("host: {authority}\r\n")), "{heads:?}");
    assert!(heads.iter().all(|head| head.contains("x-forwarded-host: shop.example\r\n")), "{heads:?}");
    assert!(heads.iter().all(|head| head.contains("content-length: 0\r\n")), "{heads:?}");
}

#[tokio::test]
async fn the_last_forward_is_answered_here() {
    let origin = origin_of(&[&refusing().await], "");
    let reply = origin.forward(head("OPTIONS", &[("max-forwards", "0")]), Incoming::empty(), &CLIENT).await.unwrap();
    assert_eq!(reply.status().as_u16(), 204);
}
