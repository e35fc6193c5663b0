//! The whole service on ports of its own, with an edge that is played by the test.

use std::path::Path;
use std::time::Duration;

use doorbuster_allocator_core::Operator;
use doorbuster_proto::wire::from_allocator::Body;
use doorbuster_proto::wire::link_client::LinkClient;
use doorbuster_proto::wire::{self, from_edge, welcome};
use doorbuster_proto::{Sku, Units};
use tokio::sync::{mpsc, oneshot};
use tokio_stream::wrappers::ReceiverStream;
use tonic::transport::Channel;
use tonic::{Code, Status, Streaming};

use super::*;
use crate::publish::publish;

/// Far more than anything here takes; only a failure waits so long.
const PATIENCE: Duration = Duration::from_secs(20);

struct Running {
    at: Addresses,
    ledger: Ledger,
    stop: oneshot::Sender<()>,
    ended: tokio::task::JoinHandle<Result<(), Error>>,
}

impl Running {
    async fn start(data: &Path) -> Self {
        let shipped = include_str!("../../../config/allocator.toml");
        let text = shipped.replace(":7000\"", ":0\"").replace(":7001\"", ":0\"").replace(":7002\"", ":0\"");
        let text = text.replace("\"../data/allocator\"", &format!("{data:?}"));
        let service = Service::open(Config::parse(&text, data).unwrap()).await.unwrap();
        let (at, ledger) = (service.addresses().unwrap(), service.ledger.clone());
        let (stop, stopped) = oneshot::channel::<()>();
        let ended = tokio::spawn(service.run(async {
            stopped.await.ok();
        }));
        Self { at, ledger, stop, ended }
    }

    async fn client(&self) -> LinkClient<Channel> {
        LinkClient::connect(format!("http://{}", self.at.grpc)).await.unwrap()
    }

    async fn publish(&self, folder: &Path) -> Result<String, crate::publish::PublishError> {
        let sale = include_str!("../../../config/sample/sale.toml");
        std::fs::create_dir_all(folder.join("pictures")).unwrap();
        for name in sale.lines().filter_map(|line| line.strip_prefix("picture = \"")) {
            std::fs::write(folder.join(name.trim_end_matches('"')), "<svg/>").unwrap();
        }
        std::fs::write(folder.join("sale.toml"), sale).unwrap();
        let console = format!("http://{}", self.at.console).parse().unwrap();
        publish(&folder.join("sale.toml"), Some(&console)).await
    }

    async fn stop(self) {
        self.stop.send(()).unwrap();
        tokio::time::timeout(PATIENCE, self.ended).await.unwrap().unwrap().unwrap();
    }
}

struct Edge {
    to: mpsc::Sender<wire::FromEdge>,
    from: Streaming<wire::FromAllocator>,
}

impl Edge {
    async fn open(client: &mut LinkClient<Channel>) -> Self {
        let (to, messages) = mpsc::channel(16);
        let from = client.session(ReceiverStream::new(messages)).await.unwrap().into_inner();
        Self { to, from }
    }

    async fn say(&self, epoch: u64, body: from_edge::Body) {
        let session = Some(wire::Session { boot: 7, counter: 1 });
        self.to.send(wire::FromEdge { session, epoch, body: Some(body) }).await.unwrap();
    }

    async fn hello(&self, edge: &str, epoch: u64) {
        let hello = wire::Hello { edge: edge.into(), disk: vec![7; 16], ..wire::Hello::default() };
        self.say(epoch, from_edge::Body::Hello(hello)).await;
    }

    async fn hear(&mut self) -> Result<Option<wire::FromAllocator>, Status> {
        tokio::time::timeout(PATIENCE, self.from.message()).await.unwrap()
    }

    /// Passes over what is not wanted.
    async fn hear_of<T>(&mut self, wanted: impl Fn(Body) -> Option<T>) -> T {
        loop {
            let message = self.hear().await.unwrap().expect("the session goes on");
            if let Some(found) = wanted(message.body.unwrap()) {
                return found;
            }
        }
    }

    async fn begin(&mut self) -> u64 {
        self.hello("edge-1", 0).await;
        let begun = self.hear_of(|body| match body {
            Body::Welcome(wire::Welcome { verdict: Some(welcome::Verdict::Begin(begin)) }) => Some(begin.epoch),
            _ => None,
        });
        let epoch = begun.await;
        self.say(epoch, from_edge::Body::EpochStored(wire::EpochStored { epoch })).await;
        epoch
    }
}

#[tokio::test]
async fn a_published_sale_reaches_an_edge_as_grants_and_as_a_site() {
    let folder = tempfile::tempdir().unwrap();
    let running = Running::start(&folder.path().join("data")).await;
    let mut client = running.client().await;
    let mut edge = Edge::open(&mut client).await;
    edge.begin().await;
    assert_eq!(running.publish(folder.path()).await.unwrap(), "published \"first-light\" with 12 items");

    let published = |body| if let Body::Published(published) = body { Some(published) } else { None };
    let published = edge.hear_of(|body| published(body).filter(|published: &wire::Published| published.site > 0)).await;
    assert_eq!(published.sales[0].items.len(), 12);
    let granted = edge.hear_of(|body| if let Body::Down(down) = body { Some(down) } else { None }).await;
    assert_eq!(granted.first, 1);

    let request = wire::SiteRequest { edge: "edge-1".into() };
    let mut files = client.site(request).await.unwrap().into_inner();
    let mut count = 0;
    while let Some(file) = files.message().await.unwrap() {
        assert_eq!(file.site, published.site);
        count += 1;
        assert!(count <= file.files);
    }
    assert!(count > 12 * 6);
    running.stop().await;
}

#[tokio::test]
async fn a_session_begins_with_a_hello_and_keeps_to_the_contract() {
    let folder = tempfile::tempdir().unwrap();
    let running = Running::start(folder.path()).await;
    let mut client = running.client().await;

    let mut other = Edge::open(&mut client).await;
    other.say(1, from_edge::Body::DownTaken(wire::DownTaken { watermark: 1 })).await;
    assert_eq!(other.hear().await.unwrap_err().code(), Code::InvalidArgument);

    let mut unknown = Edge::open(&mut client).await;
    unknown.hello("edge-9", 0).await;
    let refused = |body| matches!(body, Body::Welcome(wire::Welcome { verdict: Some(welcome::Verdict::Refused(_)) }));
    unknown.hear_of(|body| refused(body).then_some(())).await;

    let mut malformed = Edge::open(&mut client).await;
    let epoch = malformed.begin().await;
    let nameless = wire::Level { sku: None, shelf: 1, ..wire::Level::default() };
    malformed.say(epoch, from_edge::Body::Levels(wire::Levels { levels: vec![nameless] })).await;
    let status = loop {
        match malformed.hear().await {
            Ok(Some(_)) => {}
            Ok(None) => panic!("the session ended without a reason"),
            Err(status) => break status,
        }
    };
    assert_eq!(
        (status.code(), status.message()),
        (Code::InvalidArgument, "malformed message: sku: expected a value, found none")
    );
    running.stop().await;
}

#[tokio::test]
async fn an_edge_at_rest_is_heard_though_it_wakes_nobody() {
    let folder = tempfile::tempdir().unwrap();
    let running = Running::start(folder.path()).await;
    let mut edge = Edge::open(&mut running.client().await).await;
    let epoch = edge.begin().await;
    let heard_ms_ago = || running.ledger.figures().snapshot.edges[0].last_heard_ms_ago;
    let until = async |is_so: fn(u64) -> bool, says: bool| {
        let told = async {
            while !heard_ms_ago().is_some_and(is_so) {
                if says {
                    edge.say(epoch, from_edge::Body::LevelsChanged(wire::Levels { levels: Vec::new() })).await;
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        tokio::time::timeout(PATIENCE, told).await.expect("the ledger's figures say so");
    };
    until(|ms| ms >= 800, false).await;
    until(|ms| ms < 800, true).await;
    running.stop().await;
}

#[tokio::test]
async fn what_a_file_sets_back_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let running = Running::start(&folder.path().join("data")).await;
    running.publish(folder.path()).await.unwrap();
    let sku = Sku { sale: "first-light".parse().unwrap(), code: "copper-kettle".parse().unwrap() };
    let (supply, budget) = (Some(Units::new(300).unwrap()), Some(Units::new(5).unwrap()));
    running.ledger.operate(Operator::SetSupply { sku, supply, budget }).await.unwrap();
    let told = running.publish(folder.path()).await.unwrap();
    let lines: Vec<_> = told.lines().collect();
    assert_eq!(
        lines,
        [
            "published \"first-light\" with 12 items",
            "  copper-kettle: supply 300 → 240",
            "  copper-kettle: budget 5 → 0",
        ]
    );
    running.stop().await;
}

#[tokio::test]
async fn a_restart_keeps_the_sale_and_takes_a_new_term() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let running = Running::start(&data).await;
    running.publish(folder.path()).await.unwrap();
    let again = running.publish(folder.path()).await.unwrap();
    assert_eq!(again, "\"first-light\" is published already, with 12 items: nothing changed");
    let term = running.ledger.figures().snapshot.term;
    running.stop().await;

    let running = Running::start(&data).await;
    let figures = running.ledger.figures();
    assert_eq!(figures.snapshot.term, term + 1);
    assert_eq!(figures.snapshot.sales.len(), 1);
    let mut client = running.client().await;
    let mut files = client.site(wire::SiteRequest { edge: "edge-1".into() }).await.unwrap().into_inner();
    assert!(files.message().await.unwrap().unwrap().site > 0);
    running.stop().await;
}
