//! The audit on the stores of a real sale: clean as they are, untouched by it, and not clean with one forged record.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use doorbuster_allocator::store::{LedgerStore as _, RocksStore};
use doorbuster_allocator_core::{Account, Image, LedgerOrder, Phase, Sale, SaleStage, Write};
use doorbuster_edge::stock::store::Store;
use doorbuster_edge_core::{Image as EdgeImage, OrderStatus, Write as EdgeWrite};
use doorbuster_proto::{EdgeId, Epoch, OrderId, OrderState, Units};
use doorbuster_tests::fleet::Member;
use doorbuster_tests::sale_file::SaleFile;
use serde_json::{Value, json};

use crate::world::{SALE, World, audit, audit_with, order};

/// Two edges of three sell; one order is cancelled, and one edge is evicted while it is down: its units wait in quarantine.
async fn stopped() -> (World, String) {
    let sale = SaleFile::new(SALE).item("lamp", 90, 1).item("mug", 30, 1).credit(4);
    let mut world = World::selling(3, sale).await;
    let mut orders = Vec::new();
    for n in 0..8 {
        orders.push(order(&world.buy(n % 2, &format!("shopper-{n}"), "lamp", 1).await));
    }
    world.has_shipped(0, "lamp", 4).await;
    world.has_shipped(1, "lamp", 4).await;
    let console = world.fleet.addresses().allocator.console.clone();
    world.fleet.kill(Member::Edge(2)).await.unwrap();
    for path in [format!("orders/{}/cancel", orders[1]), "edges/edge-3/evict".to_owned()] {
        let answer = world.web.post(&format!("{console}/api/{path}"), &[], &json!({})).await.unwrap();
        assert_eq!(answer.status, 200, "{path}: {}", answer.text());
    }
    world.fleet.stop().await.unwrap();
    (world, orders[1].clone())
}

fn edges(world: &World) -> Vec<PathBuf> {
    (0..3).map(|at| world.fleet.data(Member::Edge(at))).collect()
}

fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.insert(path.clone(), fs::read(path).unwrap());
        }
    }
    found
}

#[tokio::test]
async fn the_stores_of_a_real_sale_audit_clean_and_stay_as_they_are() {
    let (world, cancelled) = stopped().await;
    let (ledger, edges) = (world.fleet.data(Member::Allocator), edges(&world));
    let before = files(&world.path().join("data"));
    let (code, text) = audit(&ledger, &edges).await;
    assert_eq!(code, 0, "{text}");
    assert!(text.ends_with("clean: no violation\n") && text.contains("8. at rest: holds"), "{text}");

    let (code, text) = audit_with(&ledger, &edges, &["--json"]).await;
    let document: Value = serde_json::from_str(&text).unwrap();
    assert!(code == 0 && document["clean"] == true && document["disks"].as_array().unwrap().len() == 3, "{text}");

    let (_, text) = audit_with(&ledger, &edges, &["--order", &cancelled]).await;
    for words in [
        "placed as entry",
        "grant ",
        "→ sold",
        "sold → pool",
        "ledger: cancelled (operator)",
        "edge-2: cancelled (ledger)",
    ] {
        assert!(text.contains(words), "{words} in {text}");
    }
    let (_, text) = audit_with(&ledger, &edges, &["--grant", "edge-1/1/1"]).await;
    assert!(text.contains("pool → escrow(edge-1, 1)") && text.contains("on the shelf"), "{text}");
    let (_, text) = audit_with(&ledger, &edges, &["--units", "e2e/lamp"]).await;
    assert!(text.contains("escrow(edge-3, 1) → quarantine(edge-3, 1): 4 units"), "{text}");
    let (_, text) = audit_with(&ledger, &edges, &["--units", "e2e/lamp:1-3"]).await;
    assert!(text.contains("supply → pool"), "{text}");
    assert!(files(&world.path().join("data")) == before, "the audit changed a store");
}

#[tokio::test]
async fn what_cannot_be_audited_is_told() {
    let (mut world, _) = stopped().await;
    let (ledger, edges) = (world.fleet.data(Member::Allocator), edges(&world));
    let told = async |ledger: &Path, edges: &[PathBuf], more: &[&str], words: &str| {
        let (code, text) = audit_with(ledger, edges, more).await;
        assert!(code == 2 && text.contains(words), "{code}: {words} in {text}");
    };
    told(&edges[0].join("stock"), &[], &[], "expected a ledger, found an edge's store").await;
    told(&ledger, std::slice::from_ref(&ledger), &[], "expected an edge's store, found an allocator's ledger").await;
    told(world.path(), &[], &[], "expected a ledger, found none").await;
    told(&ledger, &edges, &["--order", "f"], "expected 32 of 0-9 and a-f").await;
    told(&ledger, &edges, &["--order", &"f".repeat(32)], "neither the ledger nor a disk that was given has it").await;
    told(&ledger, &edges, &["--grant", "edge-1"], "expected EDGE/EPOCH/NUMBER").await;
    told(&ledger, &edges, &["--units", "e2e/lamp:9-1"], "expected SALE/SKU or SALE/SKU:FIRST-LAST").await;
    fs::remove_file(edges[1].join("stock/CURRENT")).unwrap();
    told(&ledger, &edges, &[], "RUNBOOK.md").await;
    world.fleet.restart(Member::Allocator).await.unwrap();
    told(&ledger, &edges[..1], &[], "found it in use").await;
}

type Plant = fn(&Image, &EdgeImage) -> (Vec<Write>, Vec<EdgeWrite>);

/// Forged records, and the invariant that they break.
const PLANTS: [(&str, Plant); 8] = [
    ("1. conservation", |ledger, _| (vec![account(ledger, Account::Pool, 1)], vec![])),
    ("2. no oversell", |ledger, _| {
        let units = ledger.stock.values().next().unwrap().issued().plus(Units::ONE);
        (vec![Write::Order(LedgerOrder { units, ..valid(ledger) })], vec![])
    }),
    // The ledger has another order in its place.
    ("3. acknowledged", |_, edge| {
        let ((epoch, seq), record) = edge.log.iter().next().unwrap();
        let mut record = record.clone();
        if let doorbuster_proto::UpEntry::OrderPlaced(placed) = &mut record.entry {
            placed.key = "forged".parse().unwrap();
            placed.order = OrderId::of(&placed.sku.sale, &placed.shopper, &placed.key);
        }
        (vec![], vec![EdgeWrite::Log { epoch: *epoch, seq: *seq, record }])
    }),
    ("4. one outcome", |_, edge| {
        let status = OrderStatus::Paid;
        let (epoch, seq) = *edge.log.keys().next().unwrap();
        (vec![], vec![EdgeWrite::Status { epoch, seq, status, backorder: false }])
    }),
    ("5. credit", |ledger, _| (vec![account(ledger, Account::Quarantine(edge(3), Epoch(1)), 1)], vec![])),
    ("6. fences", |ledger, _| {
        let mut head = ledger.book(&edge(3), Epoch(1)).unwrap().head;
        head.phase = Phase::Closed;
        (vec![Write::Epoch { edge: edge(3), epoch: Epoch(1), head }], vec![])
    }),
    ("7. limit", |ledger, _| {
        let units = ledger.sales.values().next().unwrap().definition.limit.plus(Units::ONE);
        (vec![Write::Order(LedgerOrder { units, ..valid(ledger) })], vec![])
    }),
    ("8. at rest", |ledger, _| {
        let sale = ledger.sales.values().next().unwrap().clone();
        (vec![Write::Sale(Sale { stage: SaleStage::Settled, ..sale })], vec![])
    }),
];

fn edge(n: u8) -> EdgeId {
    format!("edge-{n}").parse().unwrap()
}

fn account(ledger: &Image, account: Account, more: u64) -> Write {
    let sku = ledger.stock.keys().next().unwrap().clone();
    let units = ledger.stock[&sku].balance(&account).plus(Units::new(more).unwrap());
    Write::Account { sku, account, units }
}

fn valid(ledger: &Image) -> LedgerOrder {
    ledger.orders.values().find(|order| order.state == Some(OrderState::Reserved)).unwrap().clone()
}

fn copy(from: &Path, to: &Path) -> PathBuf {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap).filter(|entry| entry.path().is_file()) {
        fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
    }
    to.to_owned()
}

#[tokio::test]
async fn one_forged_record_in_the_stores_of_a_real_sale_is_found_by_the_name_of_its_invariant() {
    let (world, _) = stopped().await;
    for (n, (invariant, plant)) in PLANTS.into_iter().enumerate() {
        let ledger = copy(&world.fleet.data(Member::Allocator), &world.path().join(format!("planted/{n}/ledger")));
        let disk = copy(&edges(&world)[0].join("stock"), &world.path().join(format!("planted/{n}/disk")));
        {
            let mut rows = RocksStore::open(&ledger).unwrap();
            let mut records = Store::open(&disk).unwrap();
            let (of_ledger, of_edge) = plant(&rows.load().unwrap(), &records.load().unwrap());
            rows.commit(&of_ledger, true).unwrap();
            records.write(&of_edge, true).unwrap();
        }
        let (code, text) = audit(&ledger, &[disk]).await;
        assert!(code == 1 && text.contains(&format!("{invariant}: VIOLATED")), "{invariant} in {text}");
        assert!(text.contains("VIOLATION") && text.contains("do: "), "{text}");
    }
}
