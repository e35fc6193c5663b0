//! What goes out.

use super::*;
use crate::origin::breaker::State;
use tokio::sync::Notify;

#[tokio::test]
async fn a_request_streams_while_the_shopper_still_sends_it() {
    let seen = Arc::new(Notify::new());
    let is_seen = Arc::clone(&seen);
    let server = Scripted::new(move |mut stream| {
        let is_seen = Arc::clone(&is_seen);
        async move {
            let head = read_head(&mut stream).await.unwrap();
            assert!(head.contains("transfer-encoding: chunked\r\n") && !head.contains("expect"), "{head}");
            let mut first = [0; 10];
            stream.read_exact(&mut first).await.unwrap();
            assert_eq!(&first, b"5\r\nfirst\r\n");
            is_seen.notify_one();
            let mut last = [0; 14];
            stream.read_exact(&mut last).await.unwrap();
            assert_eq!(&last, b"4\r\nlast\r\n0\r\n\r\n");
            stream.write_all(OK.as_bytes()).await.unwrap();
        }
    })
    .await;
    let (sender, body) = Pieces::new();
    let send = async {
        sender.send(Ok("first".into())).await.unwrap();
        seen.notified().await;
        sender.send(Ok("last".into())).await.unwrap();
        drop(sender);
    };
    let origin = origin_of(&[&server.url], "");
    let fields = [("expect", "100-continue"), ("transfer-encoding", "chunked")];
    let (reply, ()) = tokio::join!(origin.forward(head("PUT", &fields), body, &CLIENT), send);
    assert_eq!(text(reply.unwrap()).await, "ok");
}

#[tokio::test]
async fn a_body_of_known_length_goes_out_with_it() {
    let server = Scripted::new(|mut stream| async move {
        let head = read_head(&mut stream).await.unwrap();
        assert!(head.contains("content-length: 5\r\n") && !head.contains("transfer-encoding"), "{head}");
        let mut body = [0; 5];
        stream.read_exact(&mut body).await.unwrap();
        stream
            .write_all(format!("HTTP/1.1 200 OK\r\n\r\n{}", String::from_utf8_lossy(&body)).as_bytes())
            .await
            .unwrap();
    })
    .await;
    let reply = ask(&origin_of(&[&server.url], ""), "POST", "hello").await.unwrap();
    assert_eq!(text(reply).await, "hello");
}

#[tokio::test]
async fn an_origin_that_does_not_read_is_not_sent_everything() {
    let server = Scripted::new(|mut stream| async move {
        read_head(&mut stream).await;
        std::future::pending::<()>().await;
    })
    .await;
    let (sender, body) = Pieces::new();
    let origin = origin_of(&[&server.url], "response_timeout_ms = 100\nbody_bytes_max = 1000000000");
    let send = async {
        let piece = Bytes::from(vec![0; 1 << 20]);
        let mut sent = 0;
        while sent < 256 && sender.send(Ok(piece.clone())).await.is_ok() {
            sent += 1;
        }
        sent
    };
    let (reply, sent) = tokio::join!(origin.forward(head("POST", &[]), body, &CLIENT), send);
    assert!(matches!(reply, Err(OriginError::TimedOut(Stage::Answer))), "{reply:?}");
    // The sockets' buffers take some.
    assert!(sent < 64, "{sent} MiB");
}

#[tokio::test]
async fn a_body_beyond_the_bound_is_refused() {
    let server = Scripted::answering(OK).await;
    let origin = origin_of(&[&server.url], "body_bytes_max = 4");
    let error = ask(&origin, "POST", "12345").await.unwrap_err();
    assert!(matches!(error, OriginError::Body(BodyError::TooLarge)), "{error:?}");
    assert_eq!((error.status().as_u16(), server.accepted()), (413, 0));
    let (sender, body) = Pieces::new();
    let send = async {
        sender.send(Ok("123".into())).await.unwrap();
        let _ = sender.send(Ok("45".into())).await;
    };
    let origin = origin_of(&[&silent().await.url], "body_bytes_max = 4");
    let (reply, ()) = tokio::join!(origin.forward(head("POST", &[]), body, &CLIENT), send);
    assert!(matches!(reply, Err(OriginError::Body(BodyError::TooLarge))), "{reply:?}");
}

#[tokio::test]
async fn a_shopper_that_breaks_off_is_no_failure_of_the_origin() {
    let origin = origin_of(&[&silent().await.url], "circuit = { failures = 1 }");
    let (sender, body) = Pieces::new();
    let send = async {
        sender.send(Ok("1".into())).await.unwrap();
        sender.send(Err(BodyError::BrokenOff)).await.unwrap();
    };
    let (reply, ()) = tokio::join!(origin.forward(head("POST", &[]), body, &CLIENT), send);
    assert!(matches!(reply, Err(OriginError::Body(BodyError::BrokenOff))), "{reply:?}");
    assert_eq!(origin.servers[0].state(), State::Closed);
}

/// A server that reads all that comes, and says nothing.
async fn silent() -> Scripted {
    Scripted::new(|mut stream| async move {
        let mut scratch = [0; 1_024];
        while matches!(stream.read(&mut scratch).await, Ok(1..)) {}
    })
    .await
}
