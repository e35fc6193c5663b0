//! An edge whose allocator and whose shoppers the test plays.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use doorbuster_proto::{
    AllocatorBody, Availability, Commit, DownBatch, DownEntry, DownTotal, EdgeAddress, EdgeBody, EdgeStock, Epoch,
    FromAllocator, Instance, ItemRules, Published, SaleRules, Seq, SiteVersion, Sku, SkuGuidance, Term, Timestamp,
    Units, Welcome, Word,
};
use prometheus_client::registry::Registry;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, duplex};

use crate::access::AccessLog;
use crate::config::Config;
use crate::gate::Gate;
use crate::http::service::Peer;
use crate::http::{Counts, Current, Front, Live, Shop};
use crate::origin::Meters;
use crate::pages::Pages;
use crate::stock::{self, LinkEnds, LinkInput, Outbox, OutboxReader, OwnerHandle, Stock, StockOptions};

pub(super) const PEER: Peer =
    Peer { address: std::net::IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 7)), secure: false };
/// {"sub":"ann","iat":1,"exp":9999999999}, signed by nobody.
pub(super) const TOKEN_OF_A_STRANGER: &str =
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhbm4iLCJpYXQiOjEsImV4cCI6OTk5OTk5OTk5OX0.c2lnbmVk";
/// No setting of the listener's.
pub(super) const PLAIN: &str = "";
const CONFIG: &str = r#"
    edge = "edge-1"
    environment = "demo"
    data = "data"
    [link]
    allocator = "http://127.0.0.1:1"
    [login]
    demo = true
    token_key_file = "key"
    [[site]]
    host = ["site.example"]
    root = "site"
    [http]
"#;

/// A running edge that sells kettles and has sold out of others; a sale of lamps is over, and one of mugs has not begun.
pub(super) struct Edge {
    pub(super) front: Arc<Front>,
    /// A shopper's.
    pub(super) token: String,
    figures: Registry,
    config: Config,
    owner: OwnerHandle,
    _reader: OutboxReader,
    _ends: LinkEnds,
    _folder: TempDir,
}

impl Edge {
    /// Starts with these lines in the listener's section.
    pub(super) async fn start(http: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("site")).unwrap();
        std::fs::write(folder.path().join("site/index.html"), "a site").unwrap();
        std::fs::write(folder.path().join("key"), "k".repeat(64)).unwrap();
        let config = Config::parse(&format!("{CONFIG}{http}"), folder.path()).unwrap();
        let live = Live::build(&config.live, &config.http, &Meters::default(), SystemTime::now(), None).unwrap();
        let options = StockOptions {
            path: config.data.join("stock"),
            edge: config.edge.clone(),
            reserve_bytes: 0,
            park_ms_max: 250,
        };
        std::fs::create_dir_all(&config.data).unwrap();
        let (stock, owner, ends) = stock::start(options).unwrap();
        let reader = play_allocator(&ends, &stock).await;
        let gate = Gate::open(&config.login).unwrap();
        let token = gate.admit("ann".parse().unwrap(), doorbuster_config::clock::now()).text;
        let mut figures = Registry::default();
        let counts = Counts::register(&mut figures);
        let shop = Shop::new(stock, Pages::open(&config.data.join("pages")).unwrap(), gate, counts);
        let front = Arc::new(Front::new(shop, Current::new(live), AccessLog::off()));
        Self { front, token, figures, config, owner, _reader: reader, _ends: ends, _folder: folder }
    }

    pub(super) async fn stop(self) {
        self.owner.stop().await;
    }

    /// What a figure counts, such as `doorbuster_answers_total{kind="over"}`.
    pub(super) fn figure(&self, name: &str) -> u64 {
        let mut text = String::new();
        prometheus_client::encoding::text::encode(&mut text, &self.figures).unwrap();
        let value = text.lines().find_map(|line| line.strip_prefix(name)).expect("there is such a figure");
        value.trim().parse().unwrap()
    }

    /// The answer, without what differs from one request to the next.
    pub(super) async fn answer(&self, head: &str, body: &str, at_once: bool) -> String {
        let answer = self.answer_with_id(head, body, at_once).await;
        let id = answer.lines().find_map(|line| line.strip_prefix("x-request-id: "));
        assert!(id.is_none_or(|id| id.len() == 32 && id != "not-believed"), "{answer}");
        answer.split_inclusive("\r\n").map(without_id).collect()
    }

    /// The answer, without its date. The body comes with the head, or after it.
    pub(super) async fn answer_with_id(&self, head: &str, body: &str, at_once: bool) -> String {
        // A pipe that the head fills: what reads the head cannot have read more.
        let (mut ours, theirs) = duplex(if at_once { 64 << 10 } else { head.len() });
        let (front, http) = (Arc::clone(&self.front), self.config.http.clone());
        let served = tokio::spawn(async move { front.serve_pipe(theirs, PEER.address, &http).await });
        ours.write_all(format!("{head}{body}").as_bytes()).await.unwrap();
        ours.shutdown().await.unwrap();
        let mut answer = String::new();
        ours.read_to_string(&mut answer).await.unwrap();
        drop(served.await.unwrap());
        answer.split_inclusive("\r\n").filter(|line| !line.starts_with("date: ")).collect()
    }
}

fn without_id(line: &str) -> &str {
    if line.starts_with("x-request-id: ") { "x-request-id: " } else { line }
}

fn units(number: u64) -> Units {
    Units::new(number).unwrap()
}

fn sku(sale: &str, code: &str) -> Sku {
    Sku { sale: sale.parse().unwrap(), code: code.parse().unwrap() }
}

fn sale(name: &str, (starts_at, ends_at): (u64, u64), codes: &[&str]) -> SaleRules {
    let item = ItemRules { limit: units(2), few_left: units(3) };
    SaleRules {
        sale: name.parse().unwrap(),
        title: name.into(),
        starts_at: Timestamp(starts_at),
        ends_at: Timestamp(ends_at),
        limit: units(2),
        credit: units(100),
        items: codes.iter().map(|code| (code.parse().unwrap(), item.clone())).collect::<BTreeMap<_, _>>(),
    }
}

fn at(edge: &str) -> EdgeAddress {
    EdgeAddress { edge: edge.parse().unwrap(), shop: format!("https://shop.example/{edge}") }
}

/// Most of it here, much on an edge without an address, and the rest on two others.
fn guidance(code: &str) -> SkuGuidance {
    let stock = [("edge-1", 60), ("edge-3", 30), ("edge-2", 9), ("edge-4", 1)];
    let stock = stock.map(|(edge, number)| EdgeStock { edge: edge.parse().unwrap(), units: units(number) });
    let (left, waiting) = (units(100), units(300));
    SkuGuidance { sku: sku("sells", code), low_water: units(0), left, waiting, stock: stock.to_vec() }
}

async fn play_allocator(ends: &LinkEnds, stock: &Stock) -> OutboxReader {
    let (outbox, mut reader) = Outbox::new();
    ends.tell(LinkInput::Connected(outbox)).unwrap();
    let session = reader.messages.recv().await.unwrap().session;
    let say = |body| {
        let epoch = Some(Epoch(1));
        let message = FromAllocator { session, epoch, term: Term(1), instance: Instance(1), commit: Commit(1), body };
        ends.tell(LinkInput::Message(message)).unwrap();
    };
    let sales = vec![
        sale("sells", (0, u64::MAX), &["kettle", "none", "empty", "away", "back"]),
        sale("over", (0, 1), &["lamp"]),
        sale("not-started", (u64::MAX - 1, u64::MAX), &["mug"]),
    ];
    say(AllocatorBody::Welcome(Welcome::Begin { epoch: Epoch(1) }));
    say(AllocatorBody::Published(Published {
        site: SiteVersion(3),
        sales,
        edges: vec![at("edge-1"), at("edge-2"), at("edge-4")],
    }));
    // A new epoch is granted to once it is stored.
    while !matches!(reader.messages.recv().await.unwrap().body, EdgeBody::EpochStored { .. }) {}
    let (granted, kettle) = (units(50), sku("sells", "kettle"));
    let entries = vec![DownEntry::Grant { sku: kettle.clone(), units: granted }];
    let totals = vec![DownTotal { sku: kettle.clone(), granted }];
    say(AllocatorBody::Down(DownBatch { first: Seq(1), entries, totals }));
    let sold_out = |code| Word { sku: sku("sells", code), sold_out: true, halted: false };
    say(AllocatorBody::Words(vec![sold_out("none"), sold_out("back")]));
    // News of what was sold out: units came back. The edge itself is told of too, and one without an address.
    say(AllocatorBody::Guidance(["kettle", "away", "back"].map(guidance).to_vec()));
    let shows = |sku: Sku, word| stock.board().availability(&sku, Timestamp(5)) == Some(word);
    let has_come = async {
        while !shows(kettle.clone(), Availability::Available)
            || !shows(sku("sells", "none"), Availability::SoldOut)
            || stock.guidance().of(&sku("sells", "back")).is_none()
        {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), has_come).await.expect("the stock comes");
    reader
}
