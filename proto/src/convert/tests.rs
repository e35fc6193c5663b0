//! Every message survives the wire; what the contract does not allow is named.

use std::collections::BTreeMap;

use prost::Message;

use super::Malformed;
use crate::*;

const SESSION: Session = Session { boot: BootId(7), counter: 2 };

fn sku() -> Sku {
    Sku { sale: "first-light".parse().unwrap(), code: "kettle".parse().unwrap() }
}

fn two() -> Units {
    Units::new(2).unwrap()
}

fn order() -> OrderPlaced {
    let (shopper, key) = ("小明".parse().unwrap(), "key-1".parse().unwrap());
    let order = OrderId::of(&sku().sale, &shopper, &key);
    OrderPlaced { order, key, sku: sku(), shopper, units: two(), at: Timestamp(5) }
}

fn from_edge(body: EdgeBody) -> FromEdge {
    FromEdge { session: SESSION, epoch: Some(Epoch(3)), body }
}

fn from_allocator(body: AllocatorBody) -> FromAllocator {
    FromAllocator { session: SESSION, epoch: None, term: Term(4), instance: Instance(9), commit: Commit(12), body }
}

fn edge_bodies() -> Vec<EdgeBody> {
    let hello = |led_by| Hello {
        edge: "edge-1".parse().unwrap(),
        disk: DiskId(1 << 100),
        up_tail: Seq(9),
        verdicts_taken: Seq(7),
        down_taken: Seq(3),
        led_by,
        site: SiteVersion(2),
        closing: true,
    };
    vec![
        EdgeBody::Hello(hello(None)),
        EdgeBody::Hello(hello(Some((Term(4), Instance(1))))),
        EdgeBody::EpochStored { epoch: Epoch(3) },
        EdgeBody::Up(UpBatch {
            first: Seq(8),
            entries: vec![
                UpEntry::OrderPlaced(order()),
                UpEntry::StockReturned { sku: sku(), units: Units::ONE },
                UpEntry::EpochClosed,
            ],
            totals: vec![UpTotal { sku: sku(), sold: two(), returned: Units::ONE }],
            verdicts_taken: Seq(7),
            tail: true,
        }),
        EdgeBody::DownTaken { watermark: Seq(4) },
        EdgeBody::Levels(vec![Level {
            sku: sku(),
            shelf: two(),
            waiting: Units::ZERO,
            books: LevelBooks { granted: Units::new(7).unwrap(), sold: two(), returned: Units::new(3).unwrap() },
            views: 12,
        }]),
        EdgeBody::LevelsChanged(vec![]),
        EdgeBody::ChallengeAnswered(5),
        EdgeBody::LogDiffers,
        EdgeBody::LedgerIsBehind { held: Seq(9) },
    ]
}

fn allocator_bodies() -> Vec<AllocatorBody> {
    let verdicts = [
        Verdict::Valid,
        Verdict::OverLimit,
        Verdict::Repeat(OrderState::Reserved),
        Verdict::Repeat(OrderState::Expired),
        Verdict::NoUnit,
        Verdict::UnknownSku,
        Verdict::KeyReused,
    ];
    let verdicts = verdicts.into_iter().zip(1..);
    let verdicts =
        verdicts.map(|(verdict, seq)| OrderVerdict { seq: Seq(seq), verdict, backorder: verdict == Verdict::Valid });
    let refused = Refused { reason: RefusedReason::DiskRolledBack, detail: "tail 3, watermark 5".into() };
    vec![
        AllocatorBody::Welcome(Welcome::Resume { up_taken: LogMark { seq: Seq(9), digest: LogDigest(7) } }),
        AllocatorBody::Welcome(Welcome::Begin { epoch: Epoch(4) }),
        AllocatorBody::Welcome(Welcome::Fenced { up_taken: LogMark { seq: Seq(9), digest: LogDigest(8) } }),
        AllocatorBody::Welcome(Welcome::Refused(refused)),
        AllocatorBody::Down(DownBatch {
            first: Seq(1),
            entries: vec![
                DownEntry::Grant { sku: sku(), units: two() },
                DownEntry::OrderState { order: order().order, state: OrderState::Cancelled, backorder: false },
                DownEntry::OrderState { order: order().order, state: OrderState::Reserved, backorder: true },
                DownEntry::SaleClosed { sale: sku().sale },
            ],
            totals: vec![DownTotal { sku: sku(), granted: two() }],
        }),
        AllocatorBody::UpTaken(UpTaken { watermark: Seq(9), verdicts: verdicts.collect(), tail: false }),
        AllocatorBody::Words(vec![Word { sku: sku(), sold_out: true, halted: true }]),
        AllocatorBody::Challenge(5),
        AllocatorBody::Guidance(vec![SkuGuidance {
            sku: sku(),
            low_water: Units::ONE,
            left: two(),
            waiting: Units::ZERO,
            stock: vec![EdgeStock { edge: "edge-2".parse().unwrap(), units: two() }],
        }]),
        AllocatorBody::Recall { sku: sku(), keep: Units::ZERO },
        AllocatorBody::Published(Published {
            site: SiteVersion(12),
            sales: vec![SaleRules {
                sale: sku().sale,
                title: "First Light".into(),
                starts_at: Timestamp(1),
                ends_at: Timestamp(2),
                limit: two(),
                credit: Units::ZERO,
                items: BTreeMap::from([(sku().code, ItemRules { limit: Units::ONE, few_left: two() })]),
            }],
            edges: vec![EdgeAddress { edge: "edge-1".parse().unwrap(), shop: "https://one.example/shop".into() }],
        }),
    ]
}

#[test]
fn every_message_of_an_edge_survives_the_wire() {
    for body in edge_bodies() {
        let message = from_edge(body);
        let bytes = wire::FromEdge::from(message.clone()).encode_to_vec();
        assert_eq!(FromEdge::try_from(wire::FromEdge::decode(&*bytes).unwrap()), Ok(message));
    }
}

#[test]
fn every_message_of_the_allocator_survives_the_wire() {
    for body in allocator_bodies() {
        let message = from_allocator(body);
        let bytes = wire::FromAllocator::from(message.clone()).encode_to_vec();
        assert_eq!(FromAllocator::try_from(wire::FromAllocator::decode(&*bytes).unwrap()), Ok(message));
    }
}

#[test]
fn a_message_without_a_body_says_what_is_missing() {
    let empty = wire::FromEdge { session: Some(SESSION.into()), ..Default::default() };
    assert_eq!(FromEdge::try_from(empty), Err(Malformed::Missing("from_edge.body")));
    assert_eq!(
        FromEdge::try_from(wire::FromEdge::from(from_edge(EdgeBody::Levels(vec![]))).without_session()),
        Err(Malformed::Missing("session"))
    );
}

#[test]
fn an_order_of_no_units_is_malformed() {
    let entry = UpEntry::OrderPlaced(order());
    let mut entry = wire::UpEntry::from(entry);
    if let Some(wire::up_entry::Entry::OrderPlaced(order)) = &mut entry.entry {
        order.units = 0;
    }
    let found = UpEntry::try_from(entry).unwrap_err().to_string();
    assert_eq!(found, "order_placed.units: expected 1 to 281474976710656 units, found 0");
}

#[test]
fn a_batch_past_its_bound_is_malformed() {
    let batch =
        wire::UpBatch { entries: vec![UpEntry::EpochClosed.into(); BATCH_ENTRIES_MAX + 1], ..Default::default() };
    let found = UpBatch::try_from(batch).unwrap_err();
    assert_eq!(found, Malformed::TooMany("up.entries", BATCH_ENTRIES_MAX, BATCH_ENTRIES_MAX + 1));
}

#[test]
fn an_id_of_the_wrong_size_is_malformed() {
    let mut hello = wire::Hello::from(match edge_bodies().swap_remove(0) {
        EdgeBody::Hello(hello) => hello,
        other => panic!("expected a hello, found {other:?}"),
    });
    hello.disk.pop();
    assert_eq!(Hello::try_from(hello), Err(Malformed::Size("hello.disk", 16, 15)));
}

impl wire::FromEdge {
    fn without_session(mut self) -> Self {
        self.session = None;
        self
    }
}
