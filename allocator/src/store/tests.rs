//! What was written is read back, whatever it was.

mod backups;
mod damage;

use std::path::Path;

use doorbuster_allocator_core::{
    Account, CancelReason, EpochHead, Image, ItemDefinition, JournalRecord, Judged, LedgerOrder, OrdersTaken, Phase,
    Sale, SaleDefinition, SaleStage, Total, Transfer, Write,
};
use doorbuster_proto::{
    Commit, DiskId, DownEntry, EdgeId, Epoch, LogDigest, OrderId, OrderState, Seq, SiteVersion, Sku, Term, Timestamp,
    Units, Verdict,
};

use super::*;
use crate::publish::Presentation;

fn units(n: u64) -> Units {
    Units::new(n).unwrap()
}

fn sku() -> Sku {
    Sku { sale: "first-light".parse().unwrap(), code: "kettle".parse().unwrap() }
}

fn edge() -> EdgeId {
    "edge-1".parse().unwrap()
}

fn sale() -> Sale {
    let item = ItemDefinition {
        sku: sku().code,
        name: "Kettle".into(),
        supply: units(100),
        budget: units(5),
        limit: units(2),
        few_left: units(5),
        edges: Some(vec![edge()]),
        weights: Some([(edge(), 300), ("edge-2".parse().unwrap(), 1)].into_iter().collect()),
    };
    let definition = SaleDefinition {
        id: sku().sale,
        title: "First Light".into(),
        starts_at: Timestamp(1_000),
        ends_at: Timestamp(2_000),
        limit: units(4),
        credit: units(1),
        by_page_views: true,
        items: vec![item],
    };
    Sale { definition, stage: SaleStage::Closed, ends_at: Timestamp(1_500), site: SiteVersion(3) }
}

fn order(n: u8, state: Option<OrderState>, reason: Option<CancelReason>) -> LedgerOrder {
    LedgerOrder {
        id: OrderId([n; 16]),
        sku: sku(),
        shopper: "小明".parse().unwrap(),
        key: "key".parse().unwrap(),
        units: units(2),
        at: Timestamp(1_500),
        edge: edge(),
        epoch: Epoch(1),
        seq: Seq(n.into()),
        state,
        reason,
        backorder: n == 1,
    }
}

fn journal() -> JournalRecord {
    let escrow = Account::Escrow(edge(), Epoch(1));
    let transfer = Transfer { sku: sku(), from: Account::Supply, to: escrow, units: units(300) };
    JournalRecord {
        commit: Commit(9),
        index: 1,
        at: Timestamp(1_500),
        who: "policy".into(),
        why: "grant".into(),
        transfers: vec![transfer],
    }
}

fn down(seq: u64, entry: DownEntry) -> Write {
    Write::Down { edge: edge(), epoch: Epoch(1), seq: Seq(seq), entry }
}

fn verdicts(last: u64) -> Write {
    let judged = |seq, verdict| Judged { seq: Seq(seq), order: OrderId([1; 16]), verdict, backorder: seq == last };
    let verdicts = vec![
        judged(last - 2, Verdict::KeyReused),
        judged(last - 1, Verdict::Repeat(OrderState::Paid)),
        judged(last, Verdict::Valid),
    ];
    Write::Verdicts { edge: edge(), epoch: Epoch(1), last: Seq(last), verdicts }
}

fn taken(last: u64, orders: Vec<LedgerOrder>) -> Write {
    Write::OrdersTaken(OrdersTaken { edge: edge(), epoch: Epoch(1), last: Seq(last), orders })
}

fn writes() -> Vec<Write> {
    let head = EpochHead {
        disk: DiskId(7),
        phase: Phase::Fenced,
        confirmed: true,
        written_off: true,
        up_taken: Seq(300),
        up_digest: LogDigest(u64::MAX),
        verdicts_taken: Seq(2),
        down_tail: Seq(3),
        down_taken: Seq(1),
    };
    let account = |account, n| Write::Account { sku: sku(), account, units: units(n) };
    let total = Total { granted: units(300), last_grant: units(4), sold: units(2), returned: units(1) };
    vec![
        Write::Term(Term(3)),
        Write::Commit(Commit(9)),
        Write::Sale(sale()),
        Write::Epoch { edge: edge(), epoch: Epoch(1), head },
        account(Account::Pool, 80),
        account(Account::Sold, 20),
        account(Account::Quarantine(edge(), Epoch(1)), 5),
        account(Account::Sold, 0),
        account(Account::WrittenOff(edge(), Epoch(1)), 23),
        Write::Debt { sku: sku(), units: units(3) },
        Write::Halted { sku: sku(), reason: "totals differ".into() },
        Write::Total { edge: edge(), epoch: Epoch(1), sku: sku(), total },
        down(1, DownEntry::Grant { sku: sku(), units: units(3) }),
        down(2, DownEntry::OrderState { order: OrderId([9; 16]), state: OrderState::Cancelled, backorder: false }),
        down(3, DownEntry::OrderState { order: OrderId([8; 16]), state: OrderState::Reserved, backorder: true }),
        down(4, DownEntry::SaleClosed { sale: sku().sale }),
        Write::DownTrimmed { edge: edge(), epoch: Epoch(1), first: Seq(1), through: Seq(1) },
        verdicts(2),
        verdicts(300),
        Write::VerdictsTrimmed { edge: edge(), epoch: Epoch(1), first: Seq(2), through: Seq(2) },
        taken(1, vec![order(1, Some(OrderState::Reserved), None), order(4, Some(OrderState::Reserved), None)]),
        taken(300, vec![order(5, None, None)]),
        Write::Order(order(4, Some(OrderState::Cancelled), Some(CancelReason::Operator))),
        Write::Order(order(2, Some(OrderState::Cancelled), Some(CancelReason::OverLimit))),
        Write::Order(order(3, None, None)),
        Write::Journal(journal()),
    ]
}

fn presentation(id: &str) -> Presentation {
    let (starts_at, ends_at) = (Timestamp(1_000), Timestamp(2_000));
    let (title, tagline, currency) = ("First Light".into(), "Good things".into(), "EUR".into());
    Presentation { id: id.parse().unwrap(), title, tagline, starts_at, ends_at, limit: 4, currency, items: Vec::new() }
}

fn written(folder: &Path) -> RocksStore {
    let mut store = RocksStore::open(folder).unwrap();
    store.commit(&writes(), true).unwrap();
    store
}

#[test]
fn the_ledger_reads_back_what_was_written() {
    let folder = tempfile::tempdir().unwrap();
    let mut image = Image::default();
    for write in writes() {
        image.apply(&write);
    }
    drop(written(folder.path()));
    let store = RocksStore::open(folder.path()).unwrap();
    assert_eq!(store.load().unwrap(), image);
    assert_eq!(store.journal().collect::<Result<Vec<_>, _>>().unwrap(), [journal()]);
}

#[test]
fn a_debt_that_is_paid_is_gone() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = written(folder.path());
    assert_eq!(store.load().unwrap().stock[&sku()].debt, units(3));
    store.commit(&[Write::Debt { sku: sku(), units: Units::ZERO }], true).unwrap();
    assert_eq!(store.load().unwrap().stock[&sku()].debt, Units::ZERO);
    assert_eq!(store.rows("debts", |_, _| Ok(())).count(), 0);
}

#[test]
fn a_ledger_can_be_looked_at_while_it_is_used() {
    let folder = tempfile::tempdir().unwrap();
    let store = written(folder.path());
    let looked_at = RocksStore::open_read_only(folder.path()).unwrap();
    assert_eq!(looked_at.load().unwrap(), store.load().unwrap());
    assert!(RocksStore::open(folder.path()).is_err());
}

#[test]
fn a_presentation_without_its_sale_is_dropped() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = written(folder.path());
    for id in ["first-light", "never-published"] {
        store.put_presentation(&presentation(id)).unwrap();
    }
    let image = store.load().unwrap();
    assert_eq!(settle_presentations(&mut store, &image).unwrap(), [presentation("first-light")]);
    assert_eq!(store.presentations().unwrap(), [presentation("first-light")]);
}
