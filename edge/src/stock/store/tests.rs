//! What is written is what is read, after a reopen.

mod damage;

use std::collections::BTreeMap;

use doorbuster_edge_core::{CancelledBecause, Image, Meta, OrderStatus, Sale, Shelf, UpRecord, Write};
use doorbuster_proto::{
    Epoch, Instance, ItemRules, OrderId, OrderPlaced, SaleRules, Seq, Sku, Term, Timestamp, Units, UpEntry,
};

use super::codec::{BadRecord, Skus, Writer};
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

fn up(entry: UpEntry) -> UpRecord {
    UpRecord { entry, sold: units(1 << 40), returned: units(7) }
}

fn placed() -> UpEntry {
    let (sku, shopper, key) = (sku("kettle"), "小明".parse().unwrap(), "key-1".parse().unwrap());
    let order = OrderId::of(&sku.sale, &shopper, &key);
    UpEntry::OrderPlaced(OrderPlaced { order, key, sku, shopper, units: units(2), at: Timestamp(1_790_000_000_123) })
}

fn log(epoch: u64, seq: u64, entry: UpEntry) -> Write {
    Write::Log { epoch: Epoch(epoch), seq: Seq(seq), record: up(entry) }
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
    let status = |(status, n)| Write::Status { epoch: Epoch(3), seq: Seq(n), status, backorder: n % 2 == 0 };
    let returned = UpEntry::StockReturned { sku: sku("mug"), units: units(95) };
    vec![
        vec![meta(3), Write::Sale(sale()), Write::Shelf(sku("kettle"), shelf()), Write::Shelf(sku("mug"), shelf())],
        vec![log(3, 255, placed()), log(3, 256, returned), log(3, 257, placed()), log(3, 70_000, placed())],
        statuses().into_iter().zip(250..).map(status).collect(),
        vec![log(3, 258, UpEntry::EpochClosed)],
        vec![Write::Begin, Write::Shelf(sku("kettle"), Shelf::default()), log(4, 1, placed()), meta(4)],
        vec![Write::SaleGone(sku("kettle").sale)],
    ]
}

#[test]
fn an_image_is_the_same_after_every_batch_and_a_reopen() {
    let folder = tempfile::tempdir().unwrap();
    let disk = Store::open(folder.path()).unwrap().disk();
    let mut image = Image::default();
    for batch in batches() {
        let mut store = Store::open(folder.path()).unwrap();
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
    let read = |bytes: &[u8]| record::read_log(bytes, &mut Skus::default());
    let whole = record::write_log(Writer::new(), &up(placed()));
    for length in 0..whole.len() {
        assert!(read(&whole[..length]).is_err(), "{length}");
    }
    let longer = [&whole[..], &[0]].concat();
    assert_eq!(read(&longer), Err(BadRecord::Long(1)));
    let newer = [&[2], &whole[1..]].concat();
    assert_eq!(read(&newer), Err(BadRecord::Version(2)));
}

#[test]
fn a_store_of_another_version_is_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    drop(Store::open(folder.path()).unwrap());
    let mut db = rocksdb::DB::open_cf(&rocksdb::Options::default(), folder.path(), super::FAMILIES).unwrap();
    db.create_cf("up", &rocksdb::Options::default()).unwrap();
    drop(db);
    let refused = Store::open(folder.path()).unwrap_err().to_string();
    assert!(refused.contains("of this version of the edge, found records of kind up\n"), "{refused}");
}
