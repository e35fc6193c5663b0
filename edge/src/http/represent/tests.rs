use super::*;
use crate::pages::{Draft, Plain, compress};
use doorbuster_http_core::head::Slots;
use http_body_util::BodyExt as _;
use hyper::body::Body as _;
use hyper::header::{ACCEPT_RANGES, CACHE_CONTROL, CONTENT_ENCODING, ETAG, HeaderName, LAST_MODIFIED, VARY};

const MODIFIED: &str = "Sun, 06 Nov 1994 08:49:37 GMT";
const BEFORE: &str = "Sun, 06 Nov 1994 08:49:36 GMT";

fn resource(body: &str) -> Resource {
    let content_type = "text/plain";
    let encoded = compress(&[Plain { body: body.as_bytes(), content_type }]).remove(0);
    let fields = HeaderMap::from_iter([(CACHE_CONTROL, HeaderValue::from_static("max-age=1"))]);
    let body = Bytes::copy_from_slice(body.as_bytes());
    Resource::new(Draft { body, encoded, content_type, last_modified_s: 784_111_777, fields }).unwrap()
}

/// Held in one encoding.
fn digits() -> Resource {
    resource("0123456789")
}

/// Held in all encodings.
fn long() -> Resource {
    resource(&"0123456789".repeat(100))
}

fn map(fields: &[(&str, &str)]) -> HeaderMap {
    let mut map = HeaderMap::new();
    for (name, value) in fields {
        map.append(name.parse::<HeaderName>().unwrap(), value.parse().unwrap());
    }
    map
}

fn get(resource: &Resource, fields: &[(&str, &str)]) -> Reply {
    reply(resource, &Method::GET, &map(fields))
}

fn status(resource: &Resource, fields: &[(&str, &str)]) -> u16 {
    get(resource, fields).status().as_u16()
}

fn body(reply: Reply) -> Bytes {
    let length = reply.body().size_hint().exact();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let bytes = runtime.block_on(reply.into_body().collect()).unwrap().to_bytes();
    assert_eq!(length, Some(bytes.len() as u64));
    bytes
}

fn field(reply: &Reply, name: HeaderName) -> &str {
    reply.headers()[name].to_str().unwrap()
}

fn etag(resource: &Resource, accepts: &str) -> String {
    field(&get(resource, &[("accept-encoding", accepts)]), ETAG).to_owned()
}

#[test]
fn a_client_gets_the_encoding_that_it_likes_best() {
    let resource = long();
    for (accepts, encoding) in
        [("gzip, br", Some("br")), ("zstd, gzip", Some("zstd")), ("gzip", Some("gzip")), ("x", None)]
    {
        let reply = get(&resource, &[("accept-encoding", accepts)]);
        assert_eq!(reply.headers().get(CONTENT_ENCODING).map(|value| value.to_str().unwrap()), encoding);
        assert_eq!(field(&reply, VARY), "accept-encoding");
    }
    assert_eq!(body(get(&resource, &[])).len(), 1_000);
    assert!(!get(&digits(), &[("accept-encoding", "br")]).headers().contains_key(CONTENT_ENCODING));
}

#[test]
fn a_tag_is_known_for_the_encoding_that_it_belongs_to() {
    let resource = long();
    let brotli = etag(&resource, "br");
    assert_eq!(status(&resource, &[("if-none-match", &brotli), ("accept-encoding", "br")]), 304);
    assert_eq!(status(&resource, &[("if-none-match", &brotli), ("accept-encoding", "gzip")]), 200);
    assert_eq!(status(&resource, &[("if-none-match", &brotli)]), 200);
    let both = format!("{brotli}, {}", etag(&resource, "gzip"));
    assert_eq!(status(&resource, &[("if-none-match", &both), ("accept-encoding", "gzip")]), 304);
}

#[test]
fn a_304_has_no_body_and_repeats_what_a_cache_needs() {
    let resource = digits();
    let reply = get(&resource, &[("if-none-match", "*")]);
    assert_eq!((reply.status().as_u16(), field(&reply, CACHE_CONTROL)), (304, "max-age=1"));
    assert_eq!(field(&reply, ETAG), etag(&resource, ""));
    assert!(!reply.headers().contains_key(CONTENT_TYPE));
    assert_eq!(body(reply), "");
    assert_eq!(status(&resource, &[("if-modified-since", MODIFIED)]), 304);
    assert_eq!(status(&resource, &[("if-modified-since", BEFORE)]), 200);
}

#[test]
fn what_a_client_insists_on_in_vain_is_a_412() {
    assert_eq!(status(&digits(), &[("if-match", "\"other\"")]), 412);
    assert_eq!(status(&digits(), &[("if-unmodified-since", BEFORE)]), 412);
    assert_eq!(status(&digits(), &[("if-match", "*")]), 200);
}

#[test]
fn one_range_is_a_206_with_all_the_headers_of_the_whole() {
    let reply = get(&digits(), &[("range", "bytes=2-4")]);
    assert_eq!((reply.status().as_u16(), field(&reply, CONTENT_RANGE)), (206, "bytes 2-4/10"));
    for name in [ACCEPT_RANGES, CACHE_CONTROL, CONTENT_TYPE, ETAG, LAST_MODIFIED] {
        assert_eq!(field(&reply, name.clone()), field(&get(&digits(), &[]), name));
    }
    assert_eq!(body(reply), "234");
    assert_eq!(body(get(&digits(), &[("range", "bytes=-3")])), "789");
}

#[test]
fn a_range_is_one_of_the_encoding_that_is_sent() {
    let resource = long();
    let whole = body(get(&resource, &[("accept-encoding", "gzip")]));
    let reply = get(&resource, &[("accept-encoding", "gzip"), ("range", "bytes=0-9")]);
    assert_eq!(field(&reply, CONTENT_RANGE), format!("bytes 0-9/{}", whole.len()));
    assert_eq!(field(&reply, CONTENT_ENCODING), "gzip");
    assert_eq!(body(reply), whole[..10]);
}

#[test]
fn several_ranges_come_as_parts() {
    let reply = get(&digits(), &[("range", "bytes=7-,0-1")]);
    let boundary = etag(&digits(), "").trim_matches('"').to_owned();
    assert_eq!(reply.status().as_u16(), 206);
    assert_eq!(field(&reply, CONTENT_TYPE), format!("multipart/byteranges; boundary={boundary}"));
    assert!(!reply.headers().contains_key(CONTENT_RANGE));
    let part = |range, bytes| {
        format!("--{boundary}\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Range: {range}\r\n\r\n{bytes}\r\n")
    };
    let expected = format!("{}{}--{boundary}--\r\n", part("bytes 7-9/10", "789"), part("bytes 0-1/10", "01"));
    assert_eq!(body(reply), expected);
}

#[test]
fn a_range_that_is_not_there_is_a_416() {
    let reply = get(&digits(), &[("range", "bytes=10-")]);
    assert_eq!((reply.status().as_u16(), field(&reply, CONTENT_RANGE)), (416, "bytes */10"));
    assert_eq!(body(reply), "");
}

#[test]
fn a_range_that_does_not_apply_is_ignored() {
    let tag = etag(&digits(), "");
    assert_eq!(status(&digits(), &[("range", "bytes=0-1"), ("if-range", &tag)]), 206);
    assert_eq!(status(&digits(), &[("range", "bytes=0-1"), ("if-range", MODIFIED)]), 206);
    assert_eq!(status(&digits(), &[("range", "bytes=0-1"), ("if-range", BEFORE)]), 200);
    assert_eq!(status(&digits(), &[("range", "bytes=99-"), ("if-range", "\"other\"")]), 200);
    assert_eq!(status(&digits(), &[("range", "bytes=0-1"), ("range", "bytes=2-3")]), 200);
    assert_eq!(status(&digits(), &[("range", "lines=0-1")]), 200);
    assert_eq!(reply(&digits(), &Method::HEAD, &map(&[("range", "bytes=0-1")])).status().as_u16(), 200);
    // A date that several encodings share tells them not apart.
    assert_eq!(status(&long(), &[("range", "bytes=0-1"), ("if-range", MODIFIED)]), 200);
}

#[test]
fn a_condition_goes_before_a_range() {
    let tag = etag(&digits(), "");
    assert_eq!(status(&digits(), &[("range", "bytes=99-"), ("if-none-match", &tag)]), 304);
    assert_eq!(status(&digits(), &[("range", "bytes=0-1"), ("if-match", "\"other\"")]), 412);
}

#[test]
fn what_is_at_hand_is_what_would_be_answered_the_long_way() {
    for resource in [digits(), long()] {
        let tag = etag(&resource, "");
        for (fields, is_at_hand) in [
            (&[][..], true),
            (&[("accept-encoding", "gzip;q=0.5, zstd")][..], true),
            (&[("accept-encoding", "br"), ("if-none-match", "\"other\"")], true),
            (&[("if-none-match", &tag)], true),
            (&[("if-modified-since", MODIFIED)], true),
            (&[("range", "lines=1")], true),
            (&[("range", "bytes=0-1")], false),
            (&[("if-match", "\"other\"")], false),
        ] {
            check(&resource, "GET", fields, is_at_hand);
            check(&resource, "HEAD", fields, is_at_hand || fields[0].0 == "range");
        }
    }
}

fn check(resource: &Resource, method: &str, fields: &[(&str, &str)], is_at_hand: bool) {
    let lines: String = fields.iter().fold(String::new(), |lines, (name, value)| lines + name + ": " + value + "\r\n");
    let text = format!("{method} / HTTP/1.1\r\nHost: h\r\n{lines}\r\n");
    let mut slots = Slots::default();
    let head = Head::parse(text.as_bytes(), &mut slots).unwrap().unwrap();
    let found = at_hand(resource, &head);
    assert_eq!(found.is_some(), is_at_hand, "{text}");
    let Some((head, bytes)) = found else { return };

    let reply = reply(resource, &method.parse().unwrap(), &map(fields));
    let mut expected: Vec<_> =
        reply.headers().iter().map(|(name, value)| format!("{name}: {}", value.to_str().unwrap())).collect();
    if reply.status() == StatusCode::OK {
        expected.push(format!("content-length: {}", bytes.len()));
    }
    let head = String::from_utf8(head.to_vec()).unwrap();
    let mut lines = head.strip_suffix("\r\n").unwrap().split("\r\n");
    assert_eq!(lines.next().unwrap(), format!("HTTP/1.1 {}", reply.status()));
    let mut lines: Vec<_> = lines.collect();
    lines.sort_unstable();
    expected.sort_unstable();
    assert_eq!(lines, expected, "{text}");
    assert_eq!(bytes, body(reply), "{text}");
}
