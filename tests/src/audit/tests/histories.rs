//! Histories agree with the books: every unit of every order has one, from the supply to where it is.

use doorbuster_allocator_core::Account;
use doorbuster_proto::{DownEntry, OrderId};

use super::*;

fn fits(range: Range, all: &mut BTreeSet<u64>) {
    for unit in range.first..=range.last {
        assert!(all.insert(unit), "unit {unit} is in two places");
    }
}

#[test]
fn every_unit_is_in_one_place_and_the_balances_are_the_ledgers() {
    for seed in SEEDS {
        let stores = stores(seed, 2_000);
        for (sku, stock) in &stores.ledger.image.stock {
            let trace = Trace::of(sku, &stores.ledger);
            let mut all = BTreeSet::new();
            for (account, units) in &trace.now {
                for range in units {
                    fits(*range, &mut all);
                }
                let count: u64 = units.iter().map(|range| range.count()).sum();
                if *account != Account::Supply {
                    assert_eq!(count, stock.balance(account).get(), "seed {seed}: {sku}: {account}");
                }
            }
            assert_eq!(all, (1..=trace.issued).collect(), "seed {seed}");
        }
    }
}

#[test]
fn every_order_has_a_history_and_a_valid_one_has_its_units() {
    let stores = stores(5, u64::MAX);
    let mut sold: BTreeSet<(String, u64)> = BTreeSet::new();
    let mut valid = 0;
    for known in stores.ledger.image.orders.values() {
        let told = order(&stores, known.id).unwrap();
        assert!(!told.now.is_empty(), "{told:?}");
        if known.is_valid() {
            valid += 1;
            let last = told.events.iter().rfind(|event| !event.units.is_empty()).unwrap();
            assert!(last.what.contains("→ sold"), "{told:?}");
            assert_eq!(last.units.iter().map(|range| range.count()).sum::<u64>(), known.units.get());
            for unit in last.units.iter().flat_map(|range| range.first..=range.last) {
                assert!(sold.insert((known.sku.to_string(), unit)), "unit {unit} was sold twice: {told:?}");
            }
            assert!(told.events[0].what.contains("supply → pool"), "{told:?}");
            assert!(told.events.iter().any(|event| event.what.contains("grant ")), "{told:?}");
        }
    }
    assert!(valid > 5);
    let balances = stores.ledger.image.stock.values().map(|stock| stock.balance(&Account::Sold).get()).sum::<u64>();
    assert_eq!(sold.len() as u64, balances);
}

#[test]
fn a_grant_is_followed_from_the_pool_to_its_orders_and_returns() {
    let granted = |stores: &Stores| {
        let causes = stores.ledger.journal.iter().filter_map(Cause::of);
        let grants =
            causes.filter_map(
                |cause| if let Cause::Grant(edge, epoch, seq) = cause { Some((edge, epoch, seq)) } else { None },
            );
        grants.collect::<Vec<_>>()
    };
    let stores = stores(5, 2_000);
    let (mut sold, mut shelved) = (0, 0);
    for (edge, epoch, seq) in granted(&stores) {
        let told = grant(&stores, &edge, epoch, seq).unwrap();
        let into = format!("pool → escrow({edge}, {epoch})");
        assert!(told.events.iter().any(|event| event.what.contains(&into)), "{told:?}");
        // A grant that is still on its way is the entry of this number.
        if let Some(entry) = stores.ledger.image.epochs[&edge][&epoch].down.get(&seq) {
            assert!(matches!(entry, DownEntry::Grant { .. }), "{entry:?}");
        }
        sold += usize::from(told.events.iter().any(|event| event.what.contains("→ sold")));
        shelved += usize::from(told.events.iter().any(|event| event.what.starts_with("on the shelf")));
    }
    assert!(sold > 0 && shelved > 0, "{sold} sold, {shelved} shelved");
}

#[test]
fn units_are_told_in_sums_and_step_by_step() {
    let stores = stores(5, u64::MAX);
    let sku = stores.ledger.image.stock.keys().next().unwrap();
    let sums = units(&stores, sku, None).unwrap();
    assert!(sums.events[0].what.starts_with("supply → pool"), "{sums:?}");
    let first = units(&stores, sku, Some(Range { first: 1, last: 1 })).unwrap();
    assert!(first.events.iter().all(|event| event.units == [Range { first: 1, last: 1 }]), "{first:?}");
    assert_eq!(first.now.len(), 1, "{first:?}");
    let text = tell::history(&first);
    assert!(text.contains("units 1-1 of") || text.contains("units 1 of"), "{text}");
}

#[test]
fn what_is_not_there_is_told() {
    let stores = stores(5, 2_000);
    assert!(order(&stores, OrderId([0; 16])).is_err());
    let edge = "edge-1".parse().unwrap();
    assert!(grant(&stores, &edge, doorbuster_proto::Epoch(1), doorbuster_proto::Seq(60_000)).is_err());
    let sku = stores.ledger.image.stock.keys().next().unwrap();
    assert!(units(&stores, sku, Some(Range { first: 1_000_000, last: 1_000_001 })).is_err());
}
