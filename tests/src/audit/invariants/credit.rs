//! 5. Acknowledged beyond the ledger's knowledge, and so in quarantine, are at most W units of each (edge, SKU).

use std::collections::{BTreeMap, BTreeSet};

use doorbuster_allocator_core::Account;
use doorbuster_edge_core::OrderStatus;
use doorbuster_proto::{Sku, Units};

use crate::audit::finding::Found;
use crate::audit::journal::Cause;
use crate::audit::standing::{Standing, standing};
use crate::audit::stores::{Ledger, Stores};

pub(super) const NOT_SHOWN: &str = "acknowledgements on credit, which are not written down: an edge that gave more than W of \
them shows only in `checker`, with the shoppers' own log";
const QUARANTINE: &str = "A fence set more units apart than an edge may have sold unseen. Write nothing off before the \
edge's disk has spoken, and report this as a fault of the program.";
const AHEAD: &str = "The edge showed more orders as the shoppers' than its credit allows before the ledger had them. Start it \
so that it ships them; if the ledger then cancels some, their shoppers must be told by a person.";

pub(super) fn look(stores: &Stores, found: &mut Found) {
    quarantined(&stores.ledger, found);
    fenced(&stores.ledger, found);
    for disk in &stores.disks {
        if let Standing::Fits { edge, epoch, book } = standing(&stores.ledger, disk) {
            let mut ahead: BTreeMap<Sku, u64> = BTreeMap::new();
            let orders = disk.image.orders();
            for order in orders.values().filter(|order| order.epoch == epoch && order.seq > book.head.up_taken) {
                let is_shown = order.status.counts() && order.status != OrderStatus::Pending;
                if is_shown && !stores.ledger.image.orders.contains_key(&order.id) {
                    *ahead.entry(order.sku.clone()).or_default() += order.units.get();
                }
            }
            for (sku, units) in ahead {
                let credit = stores.ledger.credit(&sku).get();
                if units > credit {
                    found.wrong(
                        format!("{sku}: {edge} shows {units} units as sold beyond the ledger, and W is {credit}"),
                        AHEAD,
                    );
                }
            }
        }
    }
}

fn quarantined(ledger: &Ledger, found: &mut Found) {
    for (sku, stock) in &ledger.image.stock {
        let credit = stock.terms.credit;
        let held = stock.accounts.iter().filter(|(account, _)| matches!(account, Account::Quarantine(..)));
        for (account, units) in held {
            if *units > credit && stock.halted.is_none() {
                found.wrong(format!("{sku}: {account} holds {units} units, and W is {credit}"), QUARANTINE);
            }
        }
    }
}

/// No fence ever set more apart, but of SKUs that were halted before.
fn fenced(ledger: &Ledger, found: &mut Found) {
    let mut halted: BTreeSet<String> = BTreeSet::new();
    for record in &ledger.journal {
        if let Some(Cause::Halt(text)) = Cause::of(record) {
            halted.extend(text.split_once(": ").map(|(sku, _)| sku.to_owned()));
        }
        for transfer in &record.transfers {
            let (sku, credit) = (&transfer.sku, ledger.credit(&transfer.sku));
            let is_more = matches!(transfer.to, Account::Quarantine(..)) && transfer.units > credit.max(Units::ZERO);
            if is_more && !halted.contains(&sku.to_string()) {
                let (to, units, commit) = (&transfer.to, transfer.units, record.commit);
                found.wrong(
                    format!("{sku}: commit {commit} put {units} units into {to}, and W is {credit}"),
                    QUARANTINE,
                );
            }
        }
    }
}
