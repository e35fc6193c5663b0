//! The engine over a pipe, with a service that says what it was asked.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use doorbuster_http_core::Head;
use http_body_util::{BodyExt as _, StreamBody};
use hyper::body::Frame;
use hyper::{Request, Response, StatusCode};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream, duplex};

use super::{Sheet, Stopper, Timeouts, serve};
use crate::http::message::{Incoming, Outgoing, Reply, Tunnel};
use crate::http::service::{AtHand, BodyBound, Peer, Posted, Refused, Service, WriteAnswer};

const TIMEOUTS: Timeouts = Timeouts {
    idle: Duration::from_secs(60),
    head: Duration::from_secs(15),
    body: Duration::from_secs(10),
    write: Duration::from_secs(30),
};
/// For tests of what comes to pass when they are over.
const SHORT: Timeouts = Timeouts {
    idle: Duration::from_millis(50),
    head: Duration::from_millis(50),
    body: Duration::from_millis(50),
    write: Duration::from_millis(50),
};

struct Echo;

/// What the last part of a path says.
struct Spoken(String);

impl WriteAnswer for Spoken {
    fn write(&self, mut sheet: Sheet<'_>) {
        sheet.lines(b"HTTP/1.1 200 OK\r\nshort: 1\r\n");
        sheet.finish(self.0.as_bytes());
    }
}

impl Service for Echo {
    type Errand = String;
    type Answer = Spoken;

    fn page<B>(&self, _request: &Request<B>, _host: &str, _peer: Peer) -> Option<Reply> {
        None
    }

    fn posted(&self, head: &Head<'_>, body: &[u8], _peer: Peer) -> Option<Posted<Spoken, String>> {
        let body = String::from_utf8(body.to_vec()).unwrap();
        match head.target {
            "/now" => Some(Posted::Answered(Spoken(format!("now {body}")))),
            "/later" => Some(Posted::Begun(body)),
            _ => None,
        }
    }

    async fn finish(&self, errand: String) -> Spoken {
        tokio::task::yield_now().await;
        Spoken(format!("later {errand}"))
    }

    fn at_hand(&self, head: &Head<'_>, _peer: Peer) -> Option<AtHand> {
        let head =
            (head.target == "/at-hand").then(|| Bytes::from_static(b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\n"))?;
        Some(AtHand { head, more: None, body: Bytes::from_static(b"here") })
    }

    fn body_bound(&self, _method: &str, _host: &str, target: &str) -> BodyBound {
        if target.starts_with("/stream") { BodyBound::Stream } else { BodyBound::Whole(8) }
    }

    async fn answer(&self, request: Request<Incoming>, _peer: Peer) -> Reply {
        match request.uri().path() {
            "/stream" => Response::new(Outgoing::stream(request.into_body().map_err(std::io::Error::other))),
            "/stream/unread" => Response::new(Outgoing::whole("no")),
            "/pieces" => {
                let pieces = ["one", "", "two"].map(|piece| Ok(Frame::data(Bytes::from(piece))));
                Response::new(Outgoing::stream(StreamBody::new(futures_util::stream::iter(pieces))))
            }
            "/nothing" => status(StatusCode::NO_CONTENT),
            "/switch" => switch(),
            path => {
                let said = format!("{} {path}", request.method());
                let body = request.into_body().into_whole().unwrap();
                Response::new(Outgoing::whole([said.as_bytes(), b":", &body].concat()))
            }
        }
    }

    fn refuse(&self, refused: Refused, _peer: Peer) -> Reply {
        match refused {
            Refused::Malformed(refusal) => status(refusal.status()),
            Refused::TimedOut => status(StatusCode::REQUEST_TIMEOUT),
            Refused::BodyTooLarge => status(StatusCode::PAYLOAD_TOO_LARGE),
        }
    }
}

fn status(status: StatusCode) -> Reply {
    let mut reply = Response::new(Outgoing::empty());
    *reply.status_mut() = status;
    reply
}

fn switch() -> Reply {
    let mut reply = status(StatusCode::SWITCHING_PROTOCOLS);
    reply.headers_mut().insert("connection", "upgrade".parse().unwrap());
    reply.extensions_mut().insert(Tunnel::new(|mut io| async move {
        let mut said = [0; 4];
        io.read_exact(&mut said).await.unwrap();
        io.write_all(&said).await.unwrap();
    }));
    reply
}

/// A client's end of a connection that is being served.
fn connect(stopper: &Stopper) -> DuplexStream {
    connect_with(stopper, TIMEOUTS)
}

fn connect_with(stopper: &Stopper, timeouts: Timeouts) -> DuplexStream {
    let (client, server) = duplex(64 << 10);
    let peer = Peer { address: [127, 0, 0, 1].into(), secure: false };
    tokio::spawn(serve(server, peer, Arc::new(Echo), timeouts, stopper.listener(), false));
    client
}

/// All that comes back until the connection ends, without what changes from second to second.
async fn all(mut client: DuplexStream) -> String {
    let mut said = Vec::new();
    client.read_to_end(&mut said).await.unwrap();
    let said = String::from_utf8(said).unwrap();
    said.split_inclusive("\r\n").filter(|line| !line.starts_with("date: ")).collect()
}

async fn says(request: &str) -> String {
    let mut client = connect(&Stopper::default());
    client.write_all(request.as_bytes()).await.unwrap();
    all(client).await
}

const GET: &str = "GET /a HTTP/1.1\r\nHost: h\r\n\r\n";
const LAST: &str = "GET /z HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n";
const LAST_SAID: &str = "HTTP/1.1 200 OK\r\ncontent-length: 7\r\nconnection: close\r\n\r\nGET /z:";

#[tokio::test]
async fn requests_are_answered_in_order_however_they_arrive() {
    let expected = format!(
        "HTTP/1.1 200 OK\r\ncontent-length: 7\r\n\r\nGET /a:HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nhere{LAST_SAID}"
    );
    let request = format!("{GET}GET /at-hand HTTP/1.1\r\nHost: h\r\n\r\n{LAST}");
    assert_eq!(says(&request).await, expected);
    let mut client = connect(&Stopper::default());
    for byte in request.bytes() {
        client.write_all(&[byte]).await.unwrap();
        tokio::task::yield_now().await;
    }
    assert_eq!(all(client).await, expected);
}

#[tokio::test]
async fn a_body_is_read_however_it_is_delimited() {
    let by_length = format!("PUT /b HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc{LAST}");
    let by_chunks =
        format!("PUT /b HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n2\r\nbc\r\n0\r\n\r\n{LAST}");
    for request in [by_length, by_chunks] {
        let expected = format!("HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nPUT /b:abc{LAST_SAID}");
        assert_eq!(says(&request).await, expected);
    }
}

#[tokio::test]
async fn a_request_that_came_whole_is_answered_shortly_and_in_order() {
    let post = |target, body: &str| {
        format!("POST {target} HTTP/1.1\r\nHost: h\r\nContent-Length: {}\r\n\r\n{body}", body.len())
    };
    let short = |body: &str| format!("HTTP/1.1 200 OK\r\nshort: 1\r\ncontent-length: {}\r\n\r\n{body}", body.len());
    let said = says(&[post("/now", "a"), post("/later", "bc"), post("/now", "d"), LAST.to_owned()].concat()).await;
    assert_eq!(said, [short("now a"), short("later bc"), short("now d"), LAST_SAID.to_owned()].concat());
    for (target, said) in [("/now", "now a"), ("/later", "later a")] {
        let last = post(target, "a").replacen("Host", "Connection: close\r\nHost", 1);
        let expected = short(said).replacen("\r\n\r\n", "\r\nconnection: close\r\n\r\n", 1);
        assert_eq!(says(&format!("{last}{GET}")).await, expected);
        let old = post(target, "a").replacen("HTTP/1.1", "HTTP/1.0", 1);
        assert_eq!(says(&format!("{old}{GET}")).await, expected);
        let kept = old.replacen("Host", "Connection: keep-alive\r\nHost", 1);
        let expected = short(said).replacen("\r\n\r\n", "\r\nconnection: keep-alive\r\n\r\n", 1);
        assert_eq!(says(&format!("{kept}{LAST}")).await, format!("{expected}{LAST_SAID}"));
    }
}

#[tokio::test]
async fn a_body_that_is_still_to_come_goes_the_long_way() {
    let mut client = connect(&Stopper::default());
    client.write_all(b"POST /now HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\na").await.unwrap();
    for _ in 0..9 {
        tokio::task::yield_now().await;
    }
    client.write_all(format!("b{LAST}").as_bytes()).await.unwrap();
    assert_eq!(all(client).await, format!("HTTP/1.1 200 OK\r\ncontent-length: 12\r\n\r\nPOST /now:ab{LAST_SAID}"));
    let awaited = "POST /now HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nExpect: 100-continue\r\n\r\nx";
    assert!(says(&format!("{awaited}{LAST}")).await.contains("POST /now:x"));
}

#[tokio::test]
async fn a_body_that_is_too_large_ends_the_connection() {
    for framing in
        ["Content-Length: 9\r\n\r\n123456789", "Transfer-Encoding: chunked\r\n\r\n9\r\n123456789\r\n0\r\n\r\n"]
    {
        let said = says(&format!("PUT /b HTTP/1.1\r\nHost: h\r\n{framing}{GET}")).await;
        assert_eq!(said, "HTTP/1.1 413 Payload Too Large\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
    }
}

#[tokio::test]
async fn a_client_that_waits_for_a_word_before_its_body_gets_it() {
    let request = format!("PUT /b HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nExpect: 100-continue\r\n\r\nx{LAST}");
    assert!(says(&request).await.starts_with("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n"));
    let too_large = "PUT /b HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\nExpect: 100-continue\r\n\r\n";
    assert!(says(too_large).await.starts_with("HTTP/1.1 413 "));
}

#[tokio::test]
async fn a_body_is_handed_on_as_it_arrives_and_the_connection_lives_on() {
    let request = format!("PUT /stream HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc{LAST}");
    assert_eq!(says(&request).await, format!("HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nabc{LAST_SAID}"));
    let chunked = "PUT /stream HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n";
    let said = says(&format!("{chunked}{LAST}")).await;
    let expected = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n";
    assert_eq!(said, format!("{expected}{LAST_SAID}"));
}

#[tokio::test]
async fn a_connection_whose_body_nobody_read_ends() {
    let mut client = connect(&Stopper::default());
    client.write_all(b"PUT /stream/unread HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\nabc").await.unwrap();
    assert_eq!(all(client).await, "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nno");
}

#[tokio::test]
async fn an_answer_of_unknown_length_comes_in_chunks_or_ends_the_connection() {
    let chunked = says(&format!("GET /pieces HTTP/1.1\r\nHost: h\r\n\r\n{LAST}")).await;
    let expected = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\none\r\n3\r\ntwo\r\n0\r\n\r\n";
    assert_eq!(chunked, format!("{expected}{LAST_SAID}"));
    let until_the_end = says("GET /pieces HTTP/1.0\r\nConnection: keep-alive\r\n\r\n").await;
    assert_eq!(until_the_end, "HTTP/1.1 200 OK\r\nconnection: close\r\n\r\nonetwo");
}

#[tokio::test]
async fn what_has_no_body_sends_none() {
    let head = says("HEAD /at-hand HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n").await;
    assert_eq!(head, "HTTP/1.1 200 OK\r\ncontent-length: 4\r\nconnection: close\r\n\r\n");
    let head = says("HEAD /a HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n").await;
    assert_eq!(head, "HTTP/1.1 200 OK\r\ncontent-length: 8\r\nconnection: close\r\n\r\n");
    let nothing = says("GET /nothing HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n").await;
    assert_eq!(nothing, "HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n");
}

#[tokio::test]
async fn a_malformed_request_is_refused_and_nothing_after_it_is_read() {
    let said = says(&format!("GET /a HTTP/1.1\r\n\r\n{GET}")).await;
    assert_eq!(said, "HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
    let body = "PUT /b HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n1;x\r\na\r\n0\r\n\r\n";
    assert!(says(&format!("{body}{GET}")).await.starts_with("HTTP/1.1 400 "));
}

#[tokio::test]
async fn a_connection_can_become_another() {
    let mut client = connect(&Stopper::default());
    client.write_all(b"GET /switch HTTP/1.1\r\nHost: h\r\n\r\nping").await.unwrap();
    assert_eq!(all(client).await, "HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\n\r\nping");
}

#[tokio::test]
async fn a_slow_head_and_a_slow_body_are_told_so() {
    let mut client = connect_with(&Stopper::default(), SHORT);
    client.write_all(b"GET /a HTTP/1.1\r\nHo").await.unwrap();
    assert!(all(client).await.starts_with("HTTP/1.1 408 "));
    let mut client = connect_with(&Stopper::default(), SHORT);
    client.write_all(b"PUT /a HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\na").await.unwrap();
    assert!(all(client).await.starts_with("HTTP/1.1 408 "));
}

#[tokio::test]
async fn a_trickle_does_not_keep_a_head_alive() {
    let mut client = connect_with(&Stopper::default(), SHORT);
    let (mut read, mut write) = tokio::io::split(&mut client);
    let mut said = Vec::new();
    let trickle = async {
        let mut ticks = tokio::time::interval(SHORT.head / 5);
        while write.write_all(b"a").await.is_ok() {
            ticks.tick().await;
        }
        std::future::pending::<()>().await;
    };
    tokio::select! {
        _ = read.read_to_end(&mut said) => {}
        () = trickle => {}
    }
    assert!(said.starts_with(b"HTTP/1.1 408 "));
}

#[tokio::test]
async fn an_idle_connection_is_closed_without_a_word() {
    let mut client = connect_with(&Stopper::default(), SHORT);
    client.write_all(b"GET /at-hand HTTP/1.1\r\nHost: h\r\n\r\n").await.unwrap();
    assert_eq!(all(client).await, "HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nhere");
}

#[tokio::test]
async fn a_server_that_stops_ends_idle_connections_and_says_so_on_the_others() {
    let stopper = Stopper::default();
    let idle = connect(&stopper);
    let mut busy = connect(&stopper);
    busy.write_all(b"PUT /b HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\n\r\n").await.unwrap();
    for _ in 0..9 {
        tokio::task::yield_now().await;
    }
    stopper.stop();
    assert_eq!(all(idle).await, "");
    busy.write_all(b"x").await.unwrap();
    let said = all(busy).await;
    assert_eq!(said, "HTTP/1.1 200 OK\r\ncontent-length: 8\r\nconnection: close\r\n\r\nPUT /b:x");
}
