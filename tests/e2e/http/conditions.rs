//! Conditional and range requests (RFC 9110, 13 and 14) over a page, an asset, and a file of a site.

use doorbuster_tests::sale_file::SaleFile;
use doorbuster_tests::web::Answer;

use super::setting::{BESIDE_THE_SHOP, Files, field, told};
use super::wire::Wire;
use crate::world::{SALE, World};

const TEXT: &str = "0123456789abcdefghijklmnopqrstuvwxyz";
const LONG_AGO: &str = "Thu, 01 Jan 1970 00:00:01 GMT";

/// What is asked of one thing, and what must come.
struct Row {
    fields: String,
    status: u16,
    /// The body, where it is not empty.
    body: Vec<u8>,
}

fn row(fields: impl Into<String>, status: u16, body: &[u8]) -> Row {
    Row { fields: fields.into(), status, body: body.to_vec() }
}

/// What holds of everything that was made beforehand.
fn conditions(whole: &Answer) -> Vec<Row> {
    let (tag, body) = (field(whole, "etag"), &whole.body[..]);
    let last = body.len() - 1;
    vec![
        row(format!("If-None-Match: {tag}\r\n"), 304, b""),
        row(format!("If-None-Match: \"other\", W/{tag}\r\n"), 304, b""),
        row("If-None-Match: *\r\n", 304, b""),
        row("If-None-Match: \"other\"\r\n", 200, body),
        row(format!("If-Match: {tag}\r\n"), 200, body),
        row("If-Match: *\r\n", 200, body),
        row("If-Match: \"other\"\r\n", 412, b"?"),
        row(format!("If-Match: W/{tag}\r\n"), 412, b"?"),
        row("Range: bytes=0-9\r\n", 206, &body[..10]),
        row("Range: bytes=-5\r\n", 206, &body[body.len() - 5..]),
        row(format!("Range: bytes={last}-\r\n"), 206, &body[last..]),
        row(format!("Range: bytes=3-{}\r\n", body.len() + 9), 206, &body[3..]),
        row(format!("Range: bytes={}-\r\n", body.len()), 416, b"?"),
        row("Range: bytes=9-0\r\n", 200, body),
        row("Range: lines=0-9\r\n", 200, body),
        row(format!("Range: bytes=0-9\r\nIf-Range: {tag}\r\n"), 206, &body[..10]),
        row(format!("Range: bytes=0-9\r\nIf-Range: W/{tag}\r\n"), 200, body),
        row("Range: bytes=0-9\r\nIf-Range: \"other\"\r\n", 200, body),
        row(format!("Range: bytes=0-9\r\nIf-None-Match: {tag}\r\n"), 304, b""),
    ]
}

/// What holds of what has a time besides.
fn times(whole: &Answer) -> Vec<Row> {
    let (tag, at, body) = (field(whole, "etag"), field(whole, "last-modified"), &whole.body[..]);
    vec![
        row(format!("If-Modified-Since: {at}\r\n"), 304, b""),
        row(format!("If-Modified-Since: {LONG_AGO}\r\n"), 200, body),
        row("If-Modified-Since: yesterday\r\n", 200, body),
        row(format!("If-None-Match: \"other\"\r\nIf-Modified-Since: {at}\r\n"), 200, body),
        row(format!("If-Unmodified-Since: {at}\r\n"), 200, body),
        row(format!("If-Unmodified-Since: {LONG_AGO}\r\n"), 412, b"?"),
        row(format!("If-Match: {tag}\r\nIf-Unmodified-Since: {LONG_AGO}\r\n"), 200, body),
    ]
}

async fn holds(wire: &mut Wire, path: &str, rows: Vec<Row>, whole: &Answer) {
    for Row { fields, status, body } in rows {
        let answer = wire.get(path, &fields).await;
        assert_eq!(answer.status, status, "{path} {fields:?}: {}", answer.text());
        assert_eq!(field(&answer, "etag"), if status < 400 { field(whole, "etag") } else { "" }, "{path} {fields:?}");
        match status {
            206 => assert!(field(&answer, "content-range").ends_with(&format!("/{}", whole.body.len())), "{fields:?}"),
            416 => assert_eq!(field(&answer, "content-range"), format!("bytes */{}", whole.body.len())),
            304 => assert_eq!(field(&answer, "cache-control"), field(whole, "cache-control"), "{path}"),
            _ => {}
        }
        if body != b"?" {
            assert_eq!(answer.body, body, "{path} {fields:?}");
        }
    }
}

/// The path of an asset that a product's page names.
fn asset_of(page: &Answer, end: &str) -> String {
    let text = page.text().replace("&#x2f;", "/");
    let found = text.split('"').find(|part| part.starts_with("../assets/") && part.ends_with(end));
    found.unwrap_or_else(|| panic!("no asset {end} in {text}")).trim_start_matches("..").to_owned()
}

async fn world(files: &Files) -> World {
    let site = files.site(&BESIDE_THE_SHOP, "");
    let world = World::selling_with(1, SaleFile::new(SALE).item("lamp", 9, 1), &told(site)).await;
    files.write("ignored.txt", "written after the start");
    world
}

#[tokio::test]
async fn conditions_and_ranges_hold_for_pages_assets_and_files() {
    let files = Files::new(&[("data.txt", TEXT)]);
    let world = world(&files).await;
    let mut wire = Wire::to(&world.shop(0)).await;
    let page = wire.get("/p/lamp", "").await;
    let path = asset_of(&page, ".css");
    let asset = wire.get(&path, "").await;
    assert_eq!((page.status, asset.status), (200, 200));
    holds(&mut wire, "/p/lamp", conditions(&page), &page).await;
    holds(&mut wire, &path, conditions(&asset), &asset).await;

    let file = wire.get("http://files.test/data.txt", "").await;
    assert_eq!((file.status, file.text().as_str()), (200, TEXT));
    holds(&mut wire, "http://files.test/data.txt", conditions(&file), &file).await;
    holds(&mut wire, "http://files.test/data.txt", times(&file), &file).await;
    several_ranges_come_in_parts(&mut wire).await;
    a_coding_has_a_tag_of_its_own(&mut wire, "/p/lamp", &page).await;
    head_says_what_get_says(&mut wire, &["/p/lamp", &path, "http://files.test/data.txt", "/nothing"]).await;
}

async fn several_ranges_come_in_parts(wire: &mut Wire) {
    let answer = wire.get("http://files.test/data.txt", "Range: bytes=0-1,-2\r\n").await;
    assert_eq!(answer.status, 206);
    let boundary = field(&answer, "content-type").strip_prefix("multipart/byteranges; boundary=").unwrap().to_owned();
    let text = answer.text();
    let parts: Vec<_> = text.split(&format!("--{}", boundary.trim_matches('"'))).collect();
    assert!(parts[1].contains("bytes 0-1/36") && parts[1].ends_with("\r\n\r\n01\r\n"), "{text}");
    assert!(parts[2].contains("bytes 34-35/36") && parts[2].ends_with("\r\n\r\nyz\r\n"), "{text}");
    assert!(parts[3].starts_with("--"), "{text}");
}

async fn a_coding_has_a_tag_of_its_own(wire: &mut Wire, path: &str, whole: &Answer) {
    for (accepted, coding) in [("br, gzip;q=0.5", "br"), ("br;q=0, gzip", "gzip"), ("zstd", "zstd"), ("identity", "")] {
        let answer = wire.get(path, &format!("Accept-Encoding: {accepted}\r\n")).await;
        assert_eq!(field(&answer, "content-encoding"), coding, "{accepted}");
        assert_eq!(field(&answer, "etag") == field(whole, "etag"), coding.is_empty(), "{accepted}");
        assert!(field(&answer, "vary").to_ascii_lowercase().contains("accept-encoding"), "{accepted}");
    }
}

async fn head_says_what_get_says(wire: &mut Wire, paths: &[&str]) {
    for path in paths {
        let get = wire.get(path, "").await;
        wire.say(format!("HEAD {path} HTTP/1.1\r\nHost: shop.test\r\n\r\n")).await;
        let head = wire.answer_without_body().await;
        assert_eq!(head.status, get.status, "{path}");
        let of_moment = ["date", "x-request-id"];
        let fields = |answer: &Answer| {
            let mut fields: Vec<_> = answer.headers.iter().map(|(name, value)| (name.clone(), value.clone())).collect();
            fields.retain(|(name, _)| !of_moment.contains(&name.as_str()));
            fields
        };
        assert_eq!(fields(&head), fields(&get), "{path}");
    }
}
