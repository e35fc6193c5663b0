//! A page that is answered from a map of fields at once, beside the same the long way.

use http_body_util::BodyExt as _;
use hyper::{HeaderMap, Request, StatusCode};

use super::edge::{Edge, PEER, PLAIN};
use crate::http::service::Service as _;
use crate::http::{Incoming, Reply};

type Line<'l> = (&'l str, &'l str);

fn request(method: &str, path: &str, fields: &[Line<'_>]) -> Request<Incoming> {
    let mut request = Request::builder().method(method).uri(path).header("host", "site.example");
    for (name, value) in fields {
        request = request.header(*name, *value);
    }
    request.body(Incoming::empty()).unwrap()
}

async fn parts(reply: Reply) -> (StatusCode, HeaderMap, Vec<u8>) {
    let (head, body) = reply.into_parts();
    (head.status, head.headers, body.collect().await.unwrap().to_bytes().to_vec())
}

#[tokio::test]
async fn a_page_is_the_same_at_once() {
    let edge = Edge::start(PLAIN).await;
    let page = |request: &Request<Incoming>| edge.front.page(request, "site.example", PEER);
    let first = page(&request("GET", "/", &[])).expect("it is there");
    let etag = first.headers()["etag"].to_str().unwrap().to_owned();
    for (method, fields, status) in [
        ("GET", vec![], 200),
        ("HEAD", vec![], 200),
        ("GET", vec![("accept-encoding", "br, gzip")], 200),
        ("GET", vec![("if-none-match", etag.as_str())], 304),
        ("GET", vec![("range", "bytes=0-1")], 206),
        ("GET", vec![("range", "bytes=0-0, 2-2")], 206),
    ] {
        let at_once = page(&request(method, "/", &fields)).expect("it is there");
        let at_length = edge.front.answer(request(method, "/", &fields), PEER).await;
        let at_once = parts(at_once).await;
        assert_eq!(at_once.0, status, "{method} {fields:?}");
        assert_eq!(at_once, parts(at_length).await, "{method} {fields:?}");
    }
    edge.stop().await;
}

#[tokio::test]
async fn what_carries_more_than_a_page_is_answered_at_length() {
    let edge = Edge::start(PLAIN).await;
    for (method, path, fields) in [
        ("GET", "/nothing", vec![]),
        ("POST", "/", vec![]),
        ("GET", "/", vec![("if-match", "\"other\"")]),
        ("GET", "/", vec![("range", "bytes=99-")]),
    ] {
        let request = request(method, path, &fields);
        assert!(edge.front.page(&request, "site.example", PEER).is_none(), "{method} {path} {fields:?}");
    }
    edge.stop().await;
    let edge = Edge::start("server_timing = true").await;
    assert!(edge.front.page(&request("GET", "/", &[]), "site.example", PEER).is_none());
    edge.stop().await;
}
