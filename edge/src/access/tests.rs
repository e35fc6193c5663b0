//! The access log as a whole: requests leave lines, a press prints them into a file.

use std::fs;
use std::net::IpAddr;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use doorbuster_http_core::trace::TraceId;
use doorbuster_proto::Timestamp;
use http::{HeaderValue, Request, StatusCode, Version, header};
use serde_json::Value;
use tempfile::TempDir;

use super::lanes::{Lanes, Pushed};
use super::*;
use crate::ids::RequestId;

struct Log {
    folder: TempDir,
    lanes: Lanes,
    press: Press,
    written: Counter,
    dropped: Counter,
}

impl Log {
    fn open(format: Format) -> Self {
        let folder = TempDir::new().unwrap();
        let target = Target::File(folder.path().join("access.log"));
        let (written, dropped) = (Counter::default(), Counter::default());
        let press = Press::new(format, Output::open(&target).unwrap(), written.clone(), dropped.clone());
        Self { folder, lanes: Lanes::default(), press, written, dropped }
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("access.log")
    }

    fn print(&mut self, asked: &Asked, at: u64) {
        assert_ne!(self.lanes.push(asked, &answered(at)), Pushed::Dropped);
        self.press.print(&self.lanes, Instant::now());
    }

    fn text(&self) -> String {
        fs::read_to_string(self.path()).unwrap()
    }

    fn counted(&self) -> (u64, u64) {
        (self.written.get(), self.dropped.get())
    }
}

fn answered(at: u64) -> Answered {
    Answered { at: Timestamp(at), status: StatusCode::OK, bytes: 1_234, took: Duration::from_micros(56) }
}

fn asked(target: &str, fields: &[(header::HeaderName, &[u8])]) -> Asked {
    let mut request = Request::get(target).version(Version::HTTP_11);
    for (name, value) in fields {
        request = request.header(name, HeaderValue::from_bytes(value).unwrap());
    }
    let parts = request.body(()).unwrap().into_parts().0;
    Asked::of(&parts, address(), true, RequestId::new(1), TraceId::new(2))
}

fn address() -> IpAddr {
    [192, 0, 2, 7].into()
}

#[test]
fn a_json_line_tells_everything_and_no_secret() {
    let mut log = Log::open(Format::Json);
    let fields: [(_, &[u8]); 5] = [
        (header::HOST, b"shop.example"),
        (header::REFERER, b"https://shop.example/?code=5"),
        (header::USER_AGENT, b"a \"b\"\\ \xff\xc2\x9b"),
        (header::COOKIE, b"login=hidden"),
        (header::AUTHORIZATION, b"Bearer hidden"),
    ];
    log.print(&asked("/p/1?token=hidden&x=y", &fields), 1_795_329_000_007);
    let line: Value = serde_json::from_str(&log.text()).unwrap();
    assert_eq!(
        line,
        serde_json::json!({
            "time": "2026-11-22T06:30:00.007Z", "client": "192.0.2.7", "scheme": "https", "host": "shop.example",
            "method": "GET", "target": "/p/1?token=***&x=y", "version": "HTTP/1.1", "status": 200, "bytes": 1_234,
            "duration_us": 56, "referer": "https://shop.example/?code=***", "user_agent": "a \"b\"\\ \u{fffd}\u{fffd}",
            "request_id": "00000000000000000000000000000001", "trace_id": "00000000000000000000000000000002",
        })
    );
    assert!(log.text().ends_with("}\n") && !log.text().contains("hidden"));
}

#[test]
fn a_combined_line_looks_as_nginx_writes_it() {
    let mut log = Log::open(Format::Combined);
    log.print(&asked("/p/1?x=y", &[(header::USER_AGENT, b"curl/8")]), 1_795_329_000_007);
    let expected = "192.0.2.7 - - [22/Nov/2026:06:30:00 +0000] \"GET /p/1?x=y HTTP/1.1\" 200 1234 \"-\" \"curl/8\"\n";
    assert_eq!(log.text(), expected);
}

#[test]
fn a_field_cannot_forge_a_combined_line() {
    let mut log = Log::open(Format::Combined);
    let agent = b"a\" 200 \\ \t\xe9\x80\xff~";
    log.print(&asked("/", &[(header::USER_AGENT, agent), (header::REFERER, b"\"")]), 0);
    assert!(log.text().ends_with(" \"\\x22\" \"a\\x22 200 \\x5C \\x09\\xE9\\x80\\xFF~\"\n"), "{}", log.text());
}

#[test]
fn a_request_that_could_not_be_read_has_a_line_too() {
    let unreadable = Asked::unreadable(address(), false, RequestId::new(1), TraceId::new(2));
    let mut log = Log::open(Format::Combined);
    log.print(&unreadable, 0);
    assert!(log.text().contains("] \"-\" 200 1234 \"-\" \"-\"\n"), "{}", log.text());
    let mut log = Log::open(Format::Json);
    log.print(&unreadable, 0);
    let line: Value = serde_json::from_str(&log.text()).unwrap();
    assert!(line.get("method").is_none() && line.get("target").is_none());
    assert_eq!(line["scheme"], "http");
}

#[test]
fn lines_of_many_threads_are_in_the_order_of_their_times() {
    let mut log = Log::open(Format::Combined);
    std::thread::scope(|scope| {
        for thread in 0..4 {
            let lanes = &log.lanes;
            scope.spawn(move || {
                for n in 0..50 {
                    let at = (n * 4 + thread) * 1_000;
                    lanes.push(&asked(&format!("/{at}"), &[]), &answered(at));
                }
            });
        }
    });
    log.press.print(&log.lanes, Instant::now());
    let text = log.text();
    let targets: Vec<u64> =
        text.lines().map(|line| line.split('/').nth(3).unwrap().split(' ').next().unwrap().parse().unwrap()).collect();
    assert_eq!(targets, (0..200).map(|n| n * 1_000).collect::<Vec<u64>>());
}

#[test]
fn a_full_lane_drops_lines_and_wakes_the_writer_once() {
    let lanes = Lanes::default();
    let asked = asked("/", &[]);
    let pushed: Vec<Pushed> = (0..=LINES_WAITING_MAX).map(|_| lanes.push(&asked, &answered(0))).collect();
    assert_eq!(pushed.iter().filter(|pushed| **pushed == Pushed::FillsUp).count(), 1);
    assert_eq!(pushed.iter().position(|pushed| *pushed == Pushed::Dropped), Some(LINES_WAITING_MAX));
}

#[test]
fn long_texts_are_cut_and_fill_a_lane_by_their_bytes() {
    let mut log = Log::open(Format::Combined);
    let asked = asked("/", &[(header::USER_AGENT, &vec![b'x'; 2 * FIELD_BYTES_MAX])]);
    let held = (0..LINES_WAITING_MAX).take_while(|_| log.lanes.push(&asked, &answered(0)) != Pushed::Dropped).count();
    assert!(held < LINES_WAITING_MAX && held * FIELD_BYTES_MAX <= TEXT_WAITING_BYTES_MAX);
    log.press.print(&log.lanes, Instant::now());
    assert_eq!(log.counted(), (held as u64, 0));
    assert_eq!(log.text().lines().next().unwrap().matches('x').count(), FIELD_BYTES_MAX);
}

#[test]
fn a_moved_log_goes_on_in_its_old_file_until_it_is_opened_again() {
    let mut log = Log::open(Format::Combined);
    let moved = log.folder.path().join("access.log.1");
    fs::rename(log.path(), &moved).unwrap();
    log.print(&asked("/before", &[]), 0);
    log.press.reopen();
    log.print(&asked("/after", &[]), 0);
    assert!(fs::read_to_string(moved).unwrap().contains("/before"));
    assert!(log.text().contains("/after") && !log.text().contains("/before"));
}

#[test]
fn a_log_that_vanished_is_made_anew() {
    let mut log = Log::open(Format::Combined);
    fs::remove_file(log.path()).unwrap();
    log.print(&asked("/a", &[]), 0);
    assert!(log.text().contains("/a"));
}

#[test]
fn what_cannot_be_written_is_counted_and_the_log_goes_on_when_it_can() {
    let mut log = Log::open(Format::Combined);
    fs::remove_file(log.path()).unwrap();
    fs::create_dir(log.path()).unwrap();
    log.print(&asked("/lost", &[]), 0);
    assert_eq!(log.counted(), (0, 1));
    fs::remove_dir(log.path()).unwrap();
    log.print(&asked("/kept", &[]), 0);
    assert_eq!(log.counted(), (1, 1));
    assert!(log.text().contains("/kept"));
}

#[test]
fn a_full_disk_costs_lines_and_nothing_else() {
    let full = Target::File("/dev/full".into());
    let dropped = Counter::default();
    let mut press = Press::new(Format::Json, Output::open(&full).unwrap(), Counter::default(), dropped.clone());
    let lanes = Lanes::default();
    for _ in 0..3 {
        lanes.push(&asked("/", &[]), &answered(0));
    }
    press.print(&lanes, Instant::now());
    press.print(&lanes, Instant::now());
    assert_eq!(dropped.get(), 3);
}

#[test]
fn the_end_of_the_log_writes_what_waits() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("access.log");
    let config = Config { format: Format::Json, target: Target::File(path.clone()) };
    let (log, writer) = AccessLog::start(&config, &mut Registry::default()).unwrap();
    assert!(log.is_on() && !AccessLog::off().is_on());
    log.line(&asked("/last", &[]), &answered(0));
    writer.finish();
    assert!(fs::read_to_string(path).unwrap().contains("/last"));
}

#[test]
fn a_file_that_cannot_be_opened_is_told_by_name() {
    let config = Config { format: Format::Json, target: Target::File("/no/such/access.log".into()) };
    let error = AccessLog::start(&config, &mut Registry::default()).unwrap_err();
    assert_eq!(error.to_string(), "cannot open the access log /no/such/access.log");
}
