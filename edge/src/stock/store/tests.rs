//! What is written is what is read, after a reopen.

use std::collections::BTreeMap;

use doorbuster_edge_core::{CancelledBecause, Image, Meta, Order, OrderStatus, Sale, Shelf, UpRecord, Write};
use doorbuster_proto::{
    Epoch, Instance, ItemRules, OrderId, OrderPlaced, SaleRules, Seq, Sku, Term, Timestamp, Units, UpEntry,
};

use super::codec::BadRecord;
use super::{Store, record};

fn units(n: u64) -> Units {
    Units::new(n).unwrap()
}

fn sku(code: &str) -> Sku {
    Sku { sale: "first-light".parse().unwrap(), code: code.parse().unwrap() }
}

fn shelf() -> Shelf {
    Shelf { on_hand: units(5), granted: units(300), sold: units(200), returned: units(95), ..Shelf::default() }
}

fn order(status: OrderStatus) -> Order {
    Order {
        key: "key-1".parse().unwrap(),
        sku: sku("kettle"),
        units: units(2),
        shopper: "小明".parse().unwrap(),
        at: Timestamp(1_790_000_000_123),
        status,
        epoch: Epoch(3),
        seq: Seq(70_000),
    }
}

fn up(entry: UpEntry) -> UpRecord {
    UpRecord { entry, sold: units(1 << 40), returned: units(7) }
}

fn placed() -> UpEntry {
    let order = order(OrderStatus::Pending);
    let id = OrderId::of(&order.sku.sale, &order.shopper, &order.key);
    let (key, sku, shopper, units, at) = (order.key, order.sku, order.shopper, order.units, order.at);
    UpEntry::OrderPlaced(OrderPlaced { order: id, key, sku, shopper, units, at })
}

fn sale() -> Sale {
    let item = ItemRules { limit: units(2), few_left: units(10) };
    let rules = SaleRules {
        sale: sku("kettle").sale,
        title: "First Light – 曙光".repeat(30),
        starts_at: Timestamp(1),
        ends_at: Timestamp(u64::MAX),
        limit: units(3),
        credit: units(4),
        items: BTreeMap::from([(sku("kettle").code, item.clone()), (sku("mug").code, item)]),
    };
    Sale { rules, closed: true }
}

fn meta(epoch: u64) -> Write {
    let led_by = Some((Term(9), Instance(u64::MAX)));
    let epoch = Some(Epoch(epoch));
    Write::Meta(Meta { led_by, epoch, closing: true, down_taken: Seq(12), up_taken: Seq(300) })
}

fn statuses() -> Vec<OrderStatus> {
    use CancelledBecause::{KeyReused, Ledger, NoUnit, OverLimit, UnknownSku};
    let cancelled = [OverLimit, NoUnit, UnknownSku, KeyReused, Ledger].map(OrderStatus::Cancelled);
    let others = [OrderStatus::Pending, OrderStatus::Reserved, OrderStatus::Paid, OrderStatus::Fulfilled];
    [&others[..], &[OrderStatus::Expired], &cancelled].concat()
}

fn batches() -> Vec<Vec<Write>> {
    let orders = statuses().into_iter().zip(0..).map(|(status, n)| Write::Order(OrderId([n; 16]), order(status)));
    let returned = UpEntry::StockReturned { sku: sku("mug"), units: units(95) };
    vec![
        vec![meta(3), Write::Sale(sale()), Write::Shelf(sku("kettle"), shelf()), Write::Shelf(sku("mug"), shelf())],
        orders.collect(),
        vec![Write::Up(Seq(255), up(placed())), Write::Up(Seq(256), up(returned)), Write::Up(Seq(257), up(placed()))],
        vec![Write::UpTrim { first: Seq(255), last: Seq(256) }, Write::Up(Seq(258), up(UpEntry::EpochClosed))],
        vec![Write::Begin, Write::Shelf(sku("kettle"), Shelf::default()), Write::Up(Seq(1), up(placed())), meta(4)],
        vec![Write::SaleGone(sku("kettle").sale)],
    ]
}

#[test]
fn an_image_is_the_same_after_every_batch_and_a_reopen() {
    let folder = tempfile::tempdir().unwrap();
    let disk = Store::open(folder.path()).unwrap().disk();
    let mut image = Image::default();
    for batch in batches() {
        let store = Store::open(folder.path()).unwrap();
        store.write(&batch, true).unwrap();
        drop(store);
        for write in &batch {
            image.apply(write);
        }
        let store = Store::open(folder.path()).unwrap();
        assert_eq!((store.load().unwrap(), store.disk()), (image.clone(), disk));
    }
    let looked_at = Store::open_read_only(folder.path()).unwrap().unwrap();
    assert_eq!(looked_at.load().unwrap(), image);
}

#[test]
fn two_fresh_stores_differ() {
    let (one, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    assert_ne!(Store::open(one.path()).unwrap().disk(), Store::open(other.path()).unwrap().disk());
}

#[test]
fn a_record_cut_or_of_another_version_is_refused() {
    let whole = record::write_order(&order(OrderStatus::Paid));
    for length in 0..whole.len() {
        assert!(record::read_order(&whole[..length]).is_err(), "{length}");
    }
    let longer = [&whole[..], &[0]].concat();
    assert_eq!(record::read_order(&longer), Err(BadRecord::Long(1)));
    let newer = [&[2], &whole[1..]].concat();
    assert_eq!(record::read_order(&newer), Err(BadRecord::Version(2)));
}
