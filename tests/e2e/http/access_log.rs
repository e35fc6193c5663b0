//! The access log: a line for every request, and never a secret.

use std::fmt::Write as _;

use doorbuster_tests::sale_file::SaleFile;
use serde_json::Value;
use tempfile::TempDir;
use toml::Table;

use super::setting::lines;
use super::wire::Wire;
use crate::world::{SALE, World};

/// What is asked of each edge: the request, and what its line must have.
fn asks(token: &str) -> Vec<(String, &'static str, u16)> {
    let get = |target: &str, more: &str| format!("GET {target} HTTP/1.1\r\nHost: shop.test\r\n{more}\r\n");
    let order = r#"{"sku":"lamp","units":1}"#;
    vec![
        (get("/", "User-Agent: a \"browser\"\r\nReferer: https://a.test/?token=xyz\r\n"), "GET / HTTP/1.1", 200),
        (get("/", "If-None-Match: *\r\n"), "GET / HTTP/1.1", 304),
        (get(&format!("/orders?token={token}&a=b"), ""), "GET /orders?token=***&a=b HTTP/1.1", 303),
        (get("/nothing", ""), "GET /nothing HTTP/1.1", 404),
        (get("/api/orders", &format!("Authorization: Bearer {token}\r\n")), "GET /api/orders HTTP/1.1", 200),
        (
            format!(
                "POST /api/sales/{SALE}/orders HTTP/1.1\r\nHost: shop.test\r\nAuthorization: Bearer {token}\r\n\
                 Content-Type: application/json\r\nIdempotency-Key: k\r\nContent-Length: {}\r\n\r\n{order}",
                order.len()
            ),
            "POST /api/sales/e2e/orders HTTP/1.1",
            201,
        ),
        // The last: its connection is closed.
        ("GET / HTTP/1.1\r\n\r\n".to_owned(), "", 400),
    ]
}

async fn run(world: &World, at: usize) -> (String, Vec<(&'static str, u16)>) {
    let login = format!("{}/api/login", world.shop(at));
    let answer = world.web.post(&login, &[], &serde_json::json!({ "name": format!("ann-{at}") })).await.unwrap();
    let token = answer.json()["token"].as_str().unwrap().to_owned();
    let mut wire = Wire::to(&world.shop(at)).await;
    let mut expected = Vec::new();
    for (request, line, status) in asks(&token) {
        wire.say(&request).await;
        let answer = wire.answer().await;
        assert_eq!(answer.status, status, "{request}: {}", answer.text());
        expected.push((line, status));
    }
    (token, expected)
}

#[tokio::test]
async fn every_request_has_its_line_and_no_line_has_a_token() {
    let folder = TempDir::new().unwrap();
    let log = |format: &str| folder.path().join(format);
    let change = |process: &str, config: &mut Table| {
        let format = match process {
            "edge-1" => "json",
            "edge-2" => "combined",
            _ => return,
        };
        let text = format!("[access_log]\nformat = \"{format}\"\nfile = \"{}\"", log(format).display());
        config.extend(text.parse::<Table>().unwrap());
    };
    let world = World::selling_with(2, SaleFile::new(SALE).item("lamp", 9, 1), &change).await;

    let (token, expected) = run(&world, 0).await;
    let rows = of_the_run(lines(&log("json"), expected.len() + 2).await, &expected);
    assert!(rows.iter().all(|row| !row.contains(&token) && !row.contains("xyz")), "{rows:#?}");
    let mut ids = Vec::new();
    for (row, (line, status)) in rows.iter().zip(&expected) {
        let row: Value = serde_json::from_str(row).unwrap_or_else(|error| panic!("{row}: {error}"));
        assert_eq!((request_line(&row).as_str(), row["status"].as_u64()), (*line, Some(u64::from(*status))), "{row}");
        assert_eq!((row["client"].as_str(), row["scheme"].as_str()), (Some("127.0.0.1"), Some("http")), "{row}");
        ids.push(row["request_id"].as_str().unwrap().to_owned());
    }
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), expected.len(), "each request has an id of its own");

    let (token, expected) = run(&world, 1).await;
    let rows = of_the_run(lines(&log("combined"), expected.len() + 2).await, &expected);
    for (row, (line, status)) in rows.iter().zip(&expected) {
        assert!(!row.contains(&token) && !row.contains("xyz"), "{row}");
        let row = Combined::read(row);
        assert_eq!((row.line, row.status), (if line.is_empty() { "-" } else { *line }, *status), "{}", row.line);
    }
    let first = Combined::read(&rows[0]);
    assert_eq!((first.referer, first.agent), ("https://a.test/?token=***", "a \\x22browser\\x22"));
}

/// The lines of the run itself: before it, the world looked whether the edge sells, and a shopper logged in.
fn of_the_run(mut rows: Vec<String>, expected: &[(&str, u16)]) -> Vec<String> {
    let rows = rows.split_off(rows.len() - expected.len());
    assert_eq!(rows.len(), expected.len());
    rows
}

fn request_line(row: &Value) -> String {
    let mut line = String::new();
    if let (Some(method), Some(target), Some(version)) =
        (row["method"].as_str(), row["target"].as_str(), row["version"].as_str())
    {
        write!(line, "{method} {target} {version}").unwrap();
    }
    line
}

/// A line as nginx writes it: `address - user [time] "request" status bytes "referer" "agent"`.
struct Combined<'a> {
    line: &'a str,
    status: u16,
    referer: &'a str,
    agent: &'a str,
}

impl<'a> Combined<'a> {
    fn read(row: &'a str) -> Self {
        let parts: Vec<_> = row.split('"').collect();
        let [before, line, numbers, referer, " ", agent, ""] = parts[..] else {
            panic!("expected three texts in quotes, found {row}");
        };
        let before = before.strip_prefix("127.0.0.1 - - [").and_then(|rest| rest.strip_suffix("] "));
        let time = before.unwrap_or_else(|| panic!("expected an address and a time, found {row}"));
        // 22/Nov/2026:07:28:56 +0000
        assert!(time.len() == 26 && time.as_bytes()[11] == b':' && time.ends_with(" +0000"), "{time}");
        let numbers: Vec<_> = numbers.split_ascii_whitespace().collect();
        let [status, bytes] = numbers[..] else { panic!("expected status and bytes, found {row}") };
        bytes.parse::<u64>().unwrap();
        Self { line, status: status.parse().unwrap(), referer, agent }
    }
}
