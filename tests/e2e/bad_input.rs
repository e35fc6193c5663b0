//! Whatever comes in, a 4xx problem goes out, and the edge goes on.

use bytes::Bytes;
use doorbuster_tests::sale_file::SaleFile;
use doorbuster_tests::web::{Answer, Web};
use http::Method;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::world::{SALE, SOON, World};

const ORDERS: &str = "/api/sales/e2e/orders";
const JSON: (&str, &str) = ("content-type", "application/json");
const KEY: (&str, &str) = ("idempotency-key", "k");
const GOOD: &str = r#"{"sku":"lamp","units":1}"#;

struct Case {
    what: &'static str,
    method: Method,
    path: String,
    headers: Vec<(&'static str, &'static str)>,
    body: Bytes,
    logged_in: bool,
    statuses: &'static [u16],
}

fn order(what: &'static str, body: impl Into<Bytes>, statuses: &'static [u16]) -> Case {
    let (path, headers, body) = (ORDERS.to_owned(), vec![JSON, KEY], body.into());
    Case { what, method: Method::POST, path, headers, body, logged_in: true, statuses }
}

fn login(what: &'static str, body: impl Into<Bytes>) -> Case {
    let case = order(what, body, &[400]);
    Case { path: "/api/login".into(), headers: vec![JSON], logged_in: false, ..case }
}

fn get(what: &'static str, path: impl Into<String>, statuses: &'static [u16]) -> Case {
    let (path, body) = (path.into(), Bytes::new());
    Case { what, method: Method::GET, path, headers: vec![], body, logged_in: true, statuses }
}

fn orders() -> Vec<Case> {
    vec![
        Case { logged_in: false, ..order("no token", GOOD, &[401]) },
        Case {
            logged_in: false,
            headers: vec![JSON, KEY, ("authorization", "Bearer x.y.z")],
            ..order("a forged token", GOOD, &[401])
        },
        Case { headers: vec![JSON], ..order("no key", GOOD, &[400]) },
        Case { headers: vec![JSON, ("idempotency-key", "")], ..order("an empty key", GOOD, &[400]) },
        Case { headers: vec![JSON, ("idempotency-key", "a b")], ..order("a key with a space", GOOD, &[400]) },
        Case { headers: vec![JSON, ("idempotency-key", LONG)], ..order("a key too long", GOOD, &[400]) },
        Case { headers: vec![JSON, KEY, KEY], ..order("two keys", GOOD, &[400]) },
        Case { headers: vec![KEY, ("content-type", "text/plain")], ..order("another type", GOOD, &[415]) },
        Case { headers: vec![KEY], ..order("no type", GOOD, &[400, 415]) },
        order("no body", "", &[400]),
        order("no JSON", "sku=lamp", &[400]),
        order("JSON that ends early", r#"{"sku":"lamp""#, &[400]),
        order("a list", "[]", &[400]),
        order("deep lists", "[".repeat(10_000), &[400]),
        order("bytes that are no text", &b"{\"sku\":\"\xff\xfe\",\"units\":1}"[..], &[400]),
        order("no SKU", r#"{"units":1}"#, &[400]),
        order("no such SKU", r#"{"sku":"other","units":1}"#, &[404]),
        order("a SKU that is a path", r#"{"sku":"../lamp","units":1}"#, &[400, 404]),
        order("a SKU that is a number", r#"{"sku":1,"units":1}"#, &[400]),
        order("zero units", r#"{"sku":"lamp","units":0}"#, &[400]),
        order("less than zero units", r#"{"sku":"lamp","units":-1}"#, &[400]),
        order("one and a half units", r#"{"sku":"lamp","units":1.5}"#, &[400]),
        order("units as text", r#"{"sku":"lamp","units":"1"}"#, &[400]),
        order("units past any number", r#"{"sku":"lamp","units":1e30}"#, &[400]),
        order("units past the most", r#"{"sku":"lamp","units":18446744073709551615}"#, &[400]),
        order("more than the limit", r#"{"sku":"lamp","units":3}"#, &[409]),
        order("a body too large", vec![b' '; 1 << 20], &[413]),
        Case { path: "/api/sales/other/orders".into(), ..order("no such sale", GOOD, &[404]) },
        Case { path: "/api/sales/%ff%00/orders".into(), ..order("a sale that is no text", GOOD, &[400, 404]) },
        Case { method: Method::PUT, ..order("another method", GOOD, &[405]) },
        Case { method: Method::from_bytes(b"BREW").unwrap(), ..order("an odd method", GOOD, &[405]) },
    ]
}

const LONG: &str = "kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk";

fn others() -> Vec<Case> {
    vec![
        login("a log-in without a body", ""),
        login("a log-in without a name", "{}"),
        login("an empty name", r#"{"name":""}"#),
        login("a name of a line break", r#"{"name":"a\nb"}"#),
        login("a name too long", format!(r#"{{"name":"{}"}}"#, "n".repeat(65))),
        login("a name that is a number", r#"{"name":7}"#),
        Case { logged_in: false, ..get("orders of nobody", "/api/orders", &[401]) },
        get("no such order", "/api/orders/00000000000000000000000000000000", &[404]),
        get("an order that is no id", "/api/orders/x", &[400, 404]),
        get("no such page", "/p/other", &[404]),
        get("a page that is no text", "/p/%ff", &[400, 404]),
        get("a way out", "/assets/../../etc/passwd", &[400, 404]),
        get("a hidden way out", "/assets/%2e%2e%2f%2e%2e%2fetc%2fpasswd", &[400, 404]),
        get("no such sale", "/api/sales/other", &[404]),
        get("nothing here", "/nothing", &[404]),
        get("a long address", format!("/p/{}", "x".repeat(5_000)), &[400, 404, 414]),
        Case { method: Method::DELETE, ..get("a method that is not there", "/", &[405]) },
    ]
}

#[tokio::test]
async fn bad_input_is_answered_with_a_problem_and_the_edge_goes_on() {
    let world = World::selling(1, SaleFile::new(SALE).item("lamp", 9, 2).limit(2)).await;
    let token = token(&world).await;
    for case in orders().into_iter().chain(others()) {
        let answer = send(&world, &case, &token).await;
        let (what, text) = (case.what, answer.text());
        assert!(case.statuses.contains(&answer.status), "{what}: {} {text}", answer.status);
        assert!(answer.problem().is_some(), "{what}: no problem document: {text}");
        goes_on(&world.web, &world.shop(0), what).await;
    }
    for (what, request) in malformed() {
        let head = raw(&world.shop(0), &request).await;
        let status = head.strip_prefix("HTTP/1.1 ").unwrap_or_default();
        assert!(status.starts_with('4'), "{what}: {head:?}");
        goes_on(&world.web, &world.shop(0), what).await;
    }
    assert_eq!(world.settle().await.sold(), 0);
}

async fn token(world: &World) -> String {
    let url = format!("{}/api/login", world.shop(0));
    let answer = world.web.post(&url, &[], &serde_json::json!({ "name": "ann" })).await.unwrap();
    answer.json()["token"].as_str().expect("a log-in answers a token").to_owned()
}

async fn send(world: &World, case: &Case, token: &str) -> Answer {
    let bearer = format!("Bearer {token}");
    let mut headers = case.headers.clone();
    if case.logged_in {
        headers.push(("authorization", &bearer));
    }
    let url = format!("{}{}", world.shop(0), case.path);
    let answer = world.web.send(case.method.clone(), &url, &headers, case.body.clone()).await;
    answer.unwrap_or_else(|error| panic!("{}: {error:#}", case.what))
}

async fn goes_on(web: &Web, shop: &str, what: &str) {
    let answer = web.get(&format!("{shop}/api/sales/{SALE}")).await;
    assert!(answer.is_ok_and(|answer| answer.status == 200), "the edge is gone after {what}");
}

/// What is no HTTP at all, or hides a second request.
fn malformed() -> Vec<(&'static str, Vec<u8>)> {
    let text = |text: &str| text.as_bytes().to_vec();
    vec![
        ("noise", text("\x01\x02\x03 noise\r\n\r\n")),
        ("no version", text("GET /\r\n\r\n")),
        ("a header without a colon", text("GET / HTTP/1.1\r\nHost: x\r\nodd\r\n\r\n")),
        ("a header too large", text(&format!("GET / HTTP/1.1\r\nHost: x\r\nA: {}\r\n\r\n", "a".repeat(1 << 20)))),
        ("an address too large", text(&format!("GET /{} HTTP/1.1\r\nHost: x\r\n\r\n", "a".repeat(1 << 20)))),
        ("a length that is no number", text("POST /api/login HTTP/1.1\r\nHost: x\r\nContent-Length: abc\r\n\r\n")),
        (
            "two lengths",
            text("POST /api/login HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n{}"),
        ),
    ]
}

/// The status line of the answer.
async fn raw(shop: &str, request: &[u8]) -> String {
    let address = shop.strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(address).await.unwrap();
    // The edge may answer and hang up before it has read everything.
    let _ = stream.write_all(request).await;
    let mut answer = vec![0; 1_024];
    let read = timeout(SOON, stream.read(&mut answer)).await.expect("an answer in time").unwrap_or(0);
    String::from_utf8_lossy(&answer[..read]).lines().next().unwrap_or_default().to_owned()
}
