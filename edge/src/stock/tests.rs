//! The owner with a real disk and a link that the test plays.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use doorbuster_edge_core::OrderStatus;
use doorbuster_proto::{
    AllocatorBody, Availability, Commit, DownBatch, DownEntry, DownTotal, EdgeBody, Epoch, FromAllocator, FromEdge,
    Instance, ItemRules, LogMark, OrderId, OrderVerdict, Published, SaleRules, Seq, SiteVersion, Sku, Term, Timestamp,
    Units, UpTaken, Verdict, Welcome,
};

use super::*;

/// One connection, played from the allocator's side.
struct Allocator {
    ends: LinkEnds,
    reader: OutboxReader,
    hello: FromEdge,
}

impl Allocator {
    async fn connect(ends: LinkEnds) -> Self {
        let (outbox, mut reader) = Outbox::new();
        ends.tell(LinkInput::Connected(outbox)).unwrap();
        let hello = reader.messages.recv().await.unwrap();
        Self { ends, reader, hello }
    }

    fn say(&self, body: AllocatorBody) {
        let message = FromAllocator {
            session: self.hello.session,
            epoch: Some(Epoch(1)),
            term: Term(1),
            instance: Instance(1),
            commit: Commit(1),
            body,
        };
        self.ends.tell(LinkInput::Message(message)).unwrap();
    }

    /// The next message that is not the levels.
    async fn hear(&mut self) -> EdgeBody {
        loop {
            match self.reader.messages.recv().await.expect("the owner speaks on").body {
                EdgeBody::Levels(_) | EdgeBody::LevelsChanged(_) => {}
                body => return body,
            }
        }
    }

    async fn open_with(ends: LinkEnds, kettles: u64, credit: u64) -> Self {
        let mut allocator = Self::connect(ends).await;
        allocator.say(AllocatorBody::Welcome(Welcome::Begin { epoch: Epoch(1) }));
        allocator.say(AllocatorBody::Published(Published {
            site: SiteVersion(3),
            sales: vec![rules(credit)],
            edges: vec![],
        }));
        assert_eq!(allocator.hear().await, EdgeBody::EpochStored { epoch: Epoch(1) });
        let granted = units(kettles);
        let entries = vec![DownEntry::Grant { sku: sku(), units: granted }];
        let totals = vec![DownTotal { sku: sku(), granted }];
        allocator.say(AllocatorBody::Down(DownBatch { first: Seq(1), entries, totals }));
        assert_eq!(allocator.hear().await, EdgeBody::DownTaken { watermark: Seq(1) });
        allocator
    }

    /// Takes in what is sent, to this number.
    async fn take_through(&mut self, last: u64) {
        loop {
            let EdgeBody::Up(batch) = self.hear().await else { continue };
            let end = batch.first.0 + batch.entries.len() as u64 - 1;
            let verdicts = (batch.first.0..=end).map(|seq| OrderVerdict {
                seq: Seq(seq),
                verdict: Verdict::Valid,
                backorder: false,
            });
            let taken = UpTaken { watermark: Seq(end), verdicts: verdicts.collect(), tail: false };
            self.say(AllocatorBody::UpTaken(taken));
            if end >= last {
                return;
            }
        }
    }
}

fn units(n: u64) -> Units {
    Units::new(n).unwrap()
}

fn sku() -> Sku {
    Sku { sale: "first-light".parse().unwrap(), code: "kettle".parse().unwrap() }
}

fn rules(credit: u64) -> SaleRules {
    let item = ItemRules { limit: units(2), few_left: units(3) };
    SaleRules {
        sale: sku().sale,
        title: "First Light".into(),
        starts_at: Timestamp(0),
        ends_at: Timestamp(u64::MAX),
        limit: units(2),
        credit: units(credit),
        items: BTreeMap::from([(sku().code, item)]),
    }
}

fn purchase(shopper: &str) -> Purchase {
    let (shopper, key) = (shopper.parse().unwrap(), "k".parse().unwrap());
    Purchase { sale: sku().sale, sku: sku().code, units: units(1), shopper, key }
}

fn order(shopper: &str) -> OrderId {
    purchase(shopper).order()
}

fn open(path: &Path) -> (Stock, OwnerHandle, LinkEnds) {
    start(StockOptions { path: path.to_owned(), edge: "edge-1".parse().unwrap(), reserve_bytes: 0, park_ms_max: 250 })
        .unwrap()
}

fn is_reserved(answer: &Answer) -> bool {
    matches!(answer, Answer::Reserved(view) if view.status == OrderStatus::Reserved)
}

async fn until(what: impl Fn() -> bool) {
    tokio::time::timeout(Duration::from_secs(10), async {
        while !what() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    })
    .await
    .expect("it comes true");
}

#[tokio::test]
async fn a_purchase_is_answered_when_the_ledger_has_it() {
    let folder = tempfile::tempdir().unwrap();
    let (stock, owner, ends) = open(folder.path());
    let mut allocator = Allocator::open_with(ends, 10, 0).await;
    assert_eq!(stock.board().find(&sku().code).map(|(_, sku)| sku), Some(sku()));
    assert_eq!(stock.board().availability(&sku(), Timestamp(5)), Some(Availability::Available));
    assert!(!stock.may_know(&order("ann")));
    let (answer, ()) = tokio::join!(stock.purchase(purchase("ann")), allocator.take_through(1));
    assert!(is_reserved(&answer.unwrap()));
    assert!(stock.may_know(&order("ann")));
    let shopper = purchase("ann").shopper;
    assert_eq!(stock.orders(shopper.clone()).await.unwrap().len(), 1);
    assert!(stock.order(shopper, order("ann")).await.unwrap().is_some());
    until(|| stock.figures().balances.get(&sku()).is_some_and(|shelf| shelf.on_hand == units(9))).await;
    assert_eq!(allocator.reader.sites.recv().await, Some(SiteVersion(3)));
    owner.stop().await;
    assert_eq!(stock.purchase(purchase("bob")).await, Err(Busy));
}

#[tokio::test]
async fn many_purchases_at_once_are_all_answered_and_the_shelf_is_never_below_zero() {
    let folder = tempfile::tempdir().unwrap();
    let (stock, owner, ends) = open(folder.path());
    let mut allocator = Allocator::open_with(ends, 300, 0).await;
    let shoppers = (0..500).map(|shopper| {
        let stock = stock.clone();
        tokio::spawn(async move { stock.purchase(purchase(&format!("shopper-{shopper}"))).await.unwrap() })
    });
    let shoppers: Vec<_> = shoppers.collect();
    allocator.take_through(300).await;
    let mut reserved = 0;
    for shopper in shoppers {
        let answer = shopper.await.unwrap();
        assert!(is_reserved(&answer) || matches!(answer, Answer::Queueing { .. }), "{answer:?}");
        reserved += usize::from(is_reserved(&answer));
    }
    assert_eq!(reserved, 300);
    owner.drain().await;
    owner.stop().await;
    let image = Store::open(folder.path()).unwrap().load().unwrap();
    assert_eq!((image.shelves[&sku()].on_hand, image.orders().len(), image.up().count()), (units(0), 300, 0));
}

#[tokio::test]
async fn an_acknowledged_order_is_there_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let (stock, owner, ends) = open(folder.path());
    let allocator = Allocator::open_with(ends, 10, 5).await;
    assert!(is_reserved(&stock.purchase(purchase("ann")).await.unwrap()));
    owner.stop().await;
    drop((stock, allocator));
    let (stock, owner, ends) = open(folder.path());
    assert!(stock.may_know(&order("ann")));
    assert_eq!(stock.board().sales().count(), 1, "the sales are there before the first connection");
    assert!(is_reserved(&stock.purchase(purchase("ann")).await.unwrap()));
    assert!(matches!(stock.purchase(purchase("bob")).await, Ok(Answer::Queueing { .. })), "not welcomed yet");
    let hello = Allocator::connect(ends).await.hello;
    let EdgeBody::Hello(hello) = hello.body else { panic!("{hello:?}") };
    assert_eq!((hello.up_tail, hello.down_taken), (Seq(1), Seq(1)));
    owner.stop().await;
}

#[tokio::test]
async fn a_drain_waits_for_the_ledger() {
    let folder = tempfile::tempdir().unwrap();
    let (stock, owner, ends) = open(folder.path());
    let mut allocator = Allocator::open_with(ends, 10, 5).await;
    assert!(is_reserved(&stock.purchase(purchase("ann")).await.unwrap()));
    let ((), ()) = tokio::join!(owner.drain(), allocator.take_through(1));
    assert_eq!(stock.purchase(purchase("bob")).await, Err(Busy));
    owner.stop().await;
    assert_eq!(Store::open(folder.path()).unwrap().load().unwrap().meta.up_taken, Seq(1));
}

#[tokio::test]
async fn a_breach_of_the_contract_hangs_up_and_the_next_connection_resumes() {
    let folder = tempfile::tempdir().unwrap();
    let (stock, owner, ends) = open(folder.path());
    let mut allocator = Allocator::open_with(ends, 10, 0).await;
    allocator.say(AllocatorBody::Down(DownBatch { first: Seq(7), entries: vec![], totals: vec![] }));
    while allocator.reader.messages.recv().await.is_some() {}
    until(|| allocator.reader.sites.is_closed()).await;
    let allocator = Allocator::connect(allocator.ends).await;
    assert_eq!(allocator.hello.session.counter, 2);
    allocator.say(AllocatorBody::Welcome(Welcome::Resume { up_taken: LogMark::default() }));
    until(|| stock.figures().session == SessionState::Live).await;
    owner.stop().await;
}
