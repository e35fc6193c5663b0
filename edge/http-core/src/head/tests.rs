use super::*;

fn read(text: &str) -> Result<Option<(Framing, bool, usize)>, Refusal> {
    let mut slots = Slots::default();
    let head = Head::parse(text.as_bytes(), &mut slots)?;
    Ok(head.map(|head| (head.framing, head.keeps_alive, head.bytes)))
}

fn refused(text: &str) -> Refusal {
    read(text).expect_err(text)
}

#[test]
fn a_head_is_read() {
    let text = "POST /a?b=c HTTP/1.1\r\nHost: Shop.example:8080\r\nContent-Length: 12\r\nX: 1\r\nx: 2\r\n\r\nrest";
    let mut slots = Slots::default();
    let head = Head::parse(text.as_bytes(), &mut slots).unwrap().unwrap();
    assert_eq!((head.method, head.target, head.host), ("POST", "/a?b=c", "Shop.example:8080"));
    assert_eq!((head.framing, head.keeps_alive, head.expects_continue), (Framing::Length(12), true, false));
    assert_eq!(head.bytes, text.len() - "rest".len());
    assert_eq!(head.values("x").collect::<Vec<_>>(), [b"1", b"2"]);
}

#[test]
fn a_head_that_is_not_whole_is_waited_for() {
    let whole = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    for end in 0..whole.len() {
        assert_eq!(read(&whole[..end]), Ok(None), "{end} bytes");
    }
    assert!(read(whole).unwrap().is_some());
}

#[test]
fn an_empty_line_before_the_request_is_ignored() {
    assert!(read("\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n").unwrap().is_some());
}

#[test]
fn what_could_be_understood_in_two_ways_is_refused() {
    let with = |fields: &str| refused(&format!("POST / HTTP/1.1\r\nHost: a\r\n{fields}\r\n"));
    assert_eq!(with("Content-Length: 3\r\nTransfer-Encoding: chunked\r\n"), Refusal::LengthAndCoding);
    assert_eq!(with("Transfer-Encoding: chunked\r\nContent-Length: 3\r\n"), Refusal::LengthAndCoding);
    assert_eq!(with("Content-Length: 3\r\nContent-Length: 4\r\n"), Refusal::LengthTwice);
    assert_eq!(with("Content-Length: 3\r\nContent-Length: 3\r\n"), Refusal::LengthTwice);
    for length in ["3, 3", "+3", "-3", "0x3", "3 3", "", "99999999999999999999", "3;"] {
        assert_eq!(with(&format!("Content-Length: {length}\r\n")), Refusal::LengthMalformed, "{length:?}");
    }
    for coding in ["gzip", "chunked, gzip", "gzip, chunked", "chunked, chunked", "xchunked", "chunked;q=1", ""] {
        assert_eq!(with(&format!("Transfer-Encoding: {coding}\r\n")), Refusal::TransferCoding, "{coding:?}");
    }
    assert_eq!(with("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"), Refusal::TransferCoding);
    assert_eq!(with("Transfer-Encoding : chunked\r\n"), Refusal::HeaderField);
    assert_eq!(with("X: a\r\n folded\r\n"), Refusal::HeaderField);
    assert_eq!(with("X\r\n"), Refusal::HeaderField);
    assert_eq!(with("X: a\u{0}b\r\n"), Refusal::HeaderField);
    assert_eq!(with("X: a\rb\r\n"), Refusal::HeaderField);
    assert_eq!(with("X: a\nY: b\r\n"), Refusal::BareLineFeed);
}

#[test]
fn a_request_names_one_host() {
    assert_eq!(refused("GET / HTTP/1.1\r\n\r\n"), Refusal::HostMissing);
    assert_eq!(refused("GET / HTTP/1.1\r\nHost: a\r\nhost: a\r\n\r\n"), Refusal::HostTwice);
    for host in ["a b", "a/b", "user@a", "a,b/", "ä", "a\"b"] {
        assert_eq!(refused(&format!("GET / HTTP/1.1\r\nHost: {host}\r\n\r\n")), Refusal::HostMalformed, "{host}");
    }
    assert!(read("GET / HTTP/1.0\r\n\r\n").unwrap().is_some());
    assert!(read("GET / HTTP/1.1\r\nHost:\r\n\r\n").unwrap().is_some());
}

#[test]
fn a_target_in_absolute_form_brings_the_host() {
    let text = "GET http://b.example:1/x HTTP/1.1\r\nHost: a\r\n\r\n";
    let mut slots = Slots::default();
    assert_eq!(Head::parse(text.as_bytes(), &mut slots).unwrap().unwrap().host, "b.example:1");
    assert_eq!(refused("GET http:///x HTTP/1.1\r\nHost: a\r\n\r\n"), Refusal::RequestLine);
    assert_eq!(refused("GET http://u@b/x HTTP/1.1\r\nHost: a\r\n\r\n"), Refusal::RequestLine);
}

#[test]
fn a_malformed_line_is_refused() {
    for line in ["GET /", "GET  / HTTP/1.1", "G ET / HTTP/1.1", "GET / http/1.1", "GET /\u{1} HTTP/1.1"] {
        let refusal = refused(&format!("{line}\r\nHost: a\r\n\r\n"));
        assert_eq!(refusal, Refusal::RequestLine, "{line}");
    }
    assert_eq!(refused("GET / HTTP/1.1 x\r\nHost: a\r\n\r\n").status(), 400);
    assert_eq!(refused("GET / HTTP/2.0\r\nHost: a\r\n\r\n"), Refusal::Version);
    assert_eq!(refused("GET / HTTP/0.9\r\nHost: a\r\n\r\n"), Refusal::Version);
}

#[test]
fn what_is_too_large_is_refused_before_it_is_whole() {
    assert_eq!(refused(&format!("GET /{}", "a".repeat(TARGET_BYTES_MAX))), Refusal::TargetTooLong);
    let long = format!("GET /{} HTTP/1.1\r\nHost: a\r\n\r\n", "a".repeat(TARGET_BYTES_MAX));
    assert_eq!(refused(&long), Refusal::TargetTooLong);
    let fields = format!("GET / HTTP/1.1\r\nHost: a\r\nX: {}", "a".repeat(HEAD_BYTES_MAX));
    assert_eq!(refused(&fields), Refusal::HeadTooLarge);
    let many = "X: 1\r\n".repeat(HEADERS_MAX + 1);
    assert_eq!(refused(&format!("GET / HTTP/1.1\r\nHost: a\r\n{many}\r\n")), Refusal::TooManyHeaders);
}

#[test]
fn a_connection_lives_on_unless_somebody_says_otherwise() {
    let keeps = |version: &str, field: &str| {
        read(&format!("GET / HTTP/{version}\r\nHost: a\r\n{field}\r\n")).unwrap().unwrap().1
    };
    assert!(keeps("1.1", ""));
    assert!(!keeps("1.1", "Connection: x, Close\r\n"));
    assert!(!keeps("1.0", ""));
    assert!(keeps("1.0", "Connection: Keep-Alive\r\n"));
}

#[test]
fn only_one_expectation_is_understood() {
    let text = "PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nExpect: 100-Continue\r\n\r\n";
    let mut slots = Slots::default();
    assert!(Head::parse(text.as_bytes(), &mut slots).unwrap().unwrap().expects_continue);
    assert_eq!(refused("GET / HTTP/1.1\r\nHost: a\r\nExpect: tea\r\n\r\n"), Refusal::Expectation);
    assert!(read("GET / HTTP/1.0\r\nExpect: tea\r\n\r\n").unwrap().is_some());
}

#[test]
fn an_http2_connection_is_known_by_its_first_bytes() {
    for end in 0..HTTP2_PREFACE.len() {
        assert_eq!(is_http2_preface(&HTTP2_PREFACE[..end]), None, "{end} bytes");
    }
    assert_eq!(is_http2_preface(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\nmore"), Some(true));
    assert_eq!(is_http2_preface(b"PUT / HTTP/1.1"), Some(false));
}
