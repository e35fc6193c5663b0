//! What two readers could understand in two ways is refused, and what comes behind it is answered by nobody.

use doorbuster_tests::sale_file::SaleFile;

use super::setting::field;
use super::wire::Wire;
use crate::world::{SALE, World};

/// Begins with what is refused; a second request would follow it.
struct Case {
    what: &'static str,
    status: u16,
    request: String,
}

fn head(what: &'static str, status: u16, fields: &str) -> Case {
    Case { what, status, request: format!("POST /api/login HTTP/1.1\r\nHost: shop.test\r\n{fields}\r\n") }
}

fn line(what: &'static str, status: u16, line: &str) -> Case {
    Case { what, status, request: format!("{line}\r\nHost: shop.test\r\n\r\n") }
}

fn chunks(what: &'static str, body: &str) -> Case {
    let fields = "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n";
    let mut case = head(what, 400, fields);
    case.request.push_str(body);
    case
}

fn hosts(what: &'static str, fields: &str) -> Case {
    Case { what, status: 400, request: format!("GET / HTTP/1.1\r\n{fields}\r\n") }
}

fn framings() -> Vec<Case> {
    vec![
        head("a length, then a coding", 400, "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n"),
        head("a coding, then a length", 400, "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n"),
        head("the same length twice", 400, "Content-Length: 3\r\nContent-Length: 3\r\n"),
        head("two lengths", 400, "Content-Length: 0\r\nContent-Length: 3\r\n"),
        head("a list of lengths", 400, "Content-Length: 3, 3\r\n"),
        head("a length with a sign", 400, "Content-Length: +3\r\n"),
        head("a length below nothing", 400, "Content-Length: -3\r\n"),
        head("a length in hexadecimal", 400, "Content-Length: 0x3\r\n"),
        head("an empty length", 400, "Content-Length:\r\n"),
        head("a length past any number", 400, "Content-Length: 18446744073709551617\r\n"),
        head("another coding", 501, "Transfer-Encoding: gzip\r\n"),
        head("two codings", 501, "Transfer-Encoding: gzip, chunked\r\n"),
        head("chunked twice", 501, "Transfer-Encoding: chunked, chunked\r\n"),
        head("chunked in two fields", 501, "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"),
        head("no coding by name", 501, "Transfer-Encoding: identity\r\n"),
        head("nearly chunked", 501, "Transfer-Encoding: xchunked\r\n"),
        head("chunked with a parameter", 501, "Transfer-Encoding: chunked;q=1\r\n"),
        head("a coding behind a vertical tab", 400, "Transfer-Encoding: \u{b}chunked\r\n"),
        Case {
            what: "chunks in HTTP/1.0",
            status: 501,
            request: "POST /api/login HTTP/1.0\r\nHost: shop.test\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
                .into(),
        },
    ]
}

fn fields() -> Vec<Case> {
    vec![
        head("a bare line feed after a field", 400, "A: b\nC: d\r\n"),
        Case { what: "bare line feeds only", status: 400, request: "GET / HTTP/1.1\nHost: shop.test\n\n".into() },
        head("a bare carriage return", 400, "A: b\rContent-Length: 3\r\n"),
        head("a folded line", 400, "A: b\r\n c\r\n"),
        head("a folded coding", 400, "Transfer-Encoding:\r\n chunked\r\n"),
        head("a space before the colon", 400, "Transfer-Encoding : chunked\r\n"),
        head("a tab before the colon", 400, "Content-Length\t: 3\r\n"),
        head("a space before the name", 400, " A: b\r\n"),
        head("no name", 400, ": b\r\n"),
        head("no colon", 400, "chunked\r\n"),
        head("a zero byte in a value", 400, "A: b\0c\r\n"),
        head("a zero byte in a name", 400, "A\0: b\r\n"),
    ]
}

fn chunked() -> Vec<Case> {
    vec![
        chunks("a chunk extension", "2;a=b\r\n{}\r\n0\r\n\r\n"),
        chunks("a space behind a size", "2 \r\n{}\r\n0\r\n\r\n"),
        chunks("a size with a sign", "+2\r\n{}\r\n0\r\n\r\n"),
        chunks("a size that says that it is hexadecimal", "0x2\r\n{}\r\n0\r\n\r\n"),
        chunks("a size past any number", "10000000000000002\r\n{}\r\n0\r\n\r\n"),
        chunks("no size", "\r\n{}\r\n0\r\n\r\n"),
        chunks("a size that ends with a line feed", "2\n{}\r\n0\r\n\r\n"),
        chunks("a chunk that goes on", "2\r\n{}}\r\n0\r\n\r\n"),
        chunks("a folded trailer", "2\r\n{}\r\n0\r\n a: b\r\n\r\n"),
    ]
}

fn hosts_and_lines() -> Vec<Case> {
    vec![
        hosts("no host", ""),
        hosts("two hosts", "Host: shop.test\r\nHost: other.test\r\n"),
        hosts("the same host twice", "Host: shop.test\r\nHost: shop.test\r\n"),
        hosts("a host with a path", "Host: shop.test/a\r\n"),
        hosts("a host with a user", "Host: a@shop.test\r\n"),
        hosts("two hosts in one", "Host: shop.test other.test\r\n"),
        line("no version", 400, "GET /"),
        line("two spaces", 400, "GET  / HTTP/1.1"),
        line("a zero byte in the path", 400, "GET /\0 HTTP/1.1"),
        line("a version in small letters", 400, "GET / http/1.1"),
        line("HTTP/1.2", 505, "GET / HTTP/1.2"),
        line("HTTP/2.0", 505, "GET / HTTP/2.0"),
        line("HTTP/0.9", 505, "GET / HTTP/0.9"),
        line("a method that is none", 400, "G(T / HTTP/1.1"),
    ]
}

#[tokio::test]
async fn what_could_be_understood_in_two_ways_is_refused_and_the_connection_closed() {
    let world = World::selling(1, SaleFile::new(SALE).item("lamp", 9, 1)).await;
    let second = format!("GET /api/sales/{SALE} HTTP/1.1\r\nHost: shop.test\r\n\r\n");
    for case in [framings(), fields(), chunked(), hosts_and_lines()].into_iter().flatten() {
        let mut wire = Wire::to(&world.shop(0)).await;
        wire.say(format!("{}{second}", case.request)).await;
        let answer = wire.answer().await;
        let what = case.what;
        assert_eq!(answer.status, case.status, "{what}: {}", answer.text());
        assert!(answer.problem().is_some(), "{what}: no problem document: {}", answer.text());
        assert_eq!(field(&answer, "connection"), "close", "{what}");
        let rest = wire.rest().await;
        assert!(rest.is_empty(), "{what}: something behind it was answered: {}", String::from_utf8_lossy(&rest));
    }
    // The same bytes behind a request that is right are answered: the table above can fail.
    let mut wire = Wire::to(&world.shop(0)).await;
    wire.say(format!("GET / HTTP/1.1\r\nHost: shop.test\r\n\r\n{second}")).await;
    assert_eq!((wire.answer().await.status, wire.answer().await.status), (200, 200));
}
