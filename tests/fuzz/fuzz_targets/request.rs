//! From a connection's bytes to its answers, through the engine, the sites and the shop of a whole edge: every answer is one, and
//! none is an internal error.

#![no_main]

use std::net::{IpAddr, Ipv4Addr};
use std::path::Path;
use std::sync::{Arc, OnceLock};
use std::time::SystemTime;
use std::{cell::RefCell, fs};

use doorbuster_edge::access::AccessLog;
use doorbuster_edge::admin::Metrics;
use doorbuster_edge::config::Config;
use doorbuster_edge::gate::Gate;
use doorbuster_edge::http::{Counts, Current, Front, Live, Shop};
use doorbuster_edge::origin::Meters;
use doorbuster_edge::pages::Pages;
use doorbuster_edge::stock::{self, StockOptions};
use libfuzzer_sys::fuzz_target;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, duplex};
use tokio::runtime::{Builder, Runtime};

/// Room in the pipe for any input and for its answers.
const PIPE_BYTES: usize = 1 << 20;
const CLIENT: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 7));
const CONFIG: &str = r#"
    edge = "edge-1"
    environment = "demo"
    data = "data"
    [http]
    h2c = true
    [link]
    allocator = "http://127.0.0.1:1"
    [login]
    demo = true
    token_key_file = "key"
    [[site]]
    host = ["site.example", "*.site.example"]
    root = "site"
    errors = { 404 = "/a/index.html" }
    redirects = [{ from = "/old/*", to = "/new/*" }]
    cache = [{ path = "*.css", cache_control = "max-age=60" }]
"#;

/// An edge without an allocator.
struct Edge {
    front: Arc<Front>,
    config: Config,
}

thread_local! {
    static RUNTIME: RefCell<Runtime> =
        RefCell::new(Builder::new_current_thread().enable_time().build().expect("a runtime"));
}

fuzz_target!(|data: &[u8]| {
    static EDGE: OnceLock<Edge> = OnceLock::new();
    let edge = EDGE.get_or_init(Edge::start);
    let answers = RUNTIME.with_borrow_mut(|runtime| runtime.block_on(edge.answers(data)));
    if answers.starts_with(b"HTTP/1.1 ") && !data.windows(5).any(|bytes| bytes == b"HEAD ") {
        check(&answers);
    }
});

impl Edge {
    /// Its files stay in the temporary folder: libFuzzer ends without cleaning up.
    fn start() -> Self {
        let folder = tempfile::Builder::new().prefix("doorbuster-fuzz-").tempdir().expect("a folder").keep();
        fs::create_dir_all(folder.join("site/a")).expect("a folder");
        let write = |path: &str, text: &str| fs::write(folder.join(path), text).expect("a file");
        write("key", &"k".repeat(64));
        write("site/index.html", &"<!doctype html><title>A shop</title>".repeat(64));
        write("site/a/index.html", "not found");
        write("site/a b.css", "a { color: red }");
        Self::in_folder(&folder)
    }

    fn in_folder(folder: &Path) -> Self {
        let config = Config::parse(CONFIG, folder).expect("it is right");
        let live = Live::build(&config.live, &config.http, &Meters::default(), SystemTime::now(), None);
        let pages = Pages::open(&config.data.join("pages")).expect("a folder");
        let options = StockOptions { path: config.data.join("stock"), edge: config.edge.clone(), reserve_bytes: 0, park_ms_max: 250 };
        let (stock, owner, ends) = stock::start(options).expect("a store");
        // They live as long as the process.
        std::mem::forget((owner, ends));
        let counts = Metrics::default().register(Counts::register);
        let shop = Shop::new(stock, pages, Gate::open(&config.login).expect("a key"), counts);
        let front = Front::new(shop, Current::new(live.expect("sites are right")), AccessLog::off());
        Self { front: Arc::new(front), config }
    }

    async fn answers(&self, data: &[u8]) -> Vec<u8> {
        let (mut ours, theirs) = duplex(PIPE_BYTES);
        ours.write_all(data).await.expect("there is room");
        ours.shutdown().await.expect("a pipe shuts down");
        let mut answers = Vec::new();
        let served = self.front.serve_pipe(theirs, CLIENT, &self.config.http);
        let (_, read) = tokio::join!(served, ours.read_to_end(&mut answers));
        read.expect("the edge ends the connection");
        answers
    }
}

/// Each answer ends where it says, and the next begins there.
fn check(mut answers: &[u8]) {
    while !answers.is_empty() {
        let mut fields = [httparse::EMPTY_HEADER; 64];
        let mut answer = httparse::Response::new(&mut fields);
        let head = answer.parse(answers).expect("an answer is one");
        let httparse::Status::Complete(head) = head else { panic!("half an answer") };
        let status = answer.code.expect("it is whole");
        assert!(status != 500, "{}", String::from_utf8_lossy(answers));
        let length = answer.headers.iter().find(|field| field.name.eq_ignore_ascii_case("content-length"));
        let length = length.map(|field| std::str::from_utf8(field.value).expect("digits").parse().expect("digits"));
        let body = match status {
            100..200 | 204 | 304 => 0,
            _ => length.expect("nothing here is of unknown length"),
        };
        answers = answers.get(head + body..).expect("as many bytes as it says");
    }
}
