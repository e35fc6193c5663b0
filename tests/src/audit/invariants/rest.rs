//! 8. Once faults stop, every unit is pool, sold or written off, and every order has a verdict that its shopper can read.
//!
//! Whether faults have stopped no store knows. So what still waits for somebody is a note; what nobody will ever end is
//! a violation.

use std::collections::BTreeSet;

use doorbuster_allocator_core::{Account, SaleStage};
use doorbuster_edge_core::OrderStatus;
use doorbuster_proto::{DownEntry, EdgeId, OrderId};

use crate::audit::finding::Found;
use crate::audit::standing::{Standing, standing};
use crate::audit::stores::{Disk, Ledger, Stores};

pub(super) const NOT_SHOWN: &str = "whether what waits here will come to rest: that takes running processes";
const SETTLED: &str = "A sale is settled only when nothing is out. Fulfil by the orders, not by the report, and restore the \
last backup to see when this came about.";
const UNJUDGED: &str = "Every order of a SKU that is not halted is judged in the commit that takes it in: this row was \
changed. Keep the ledger's folder and restore the last backup.";
const UNREADABLE: &str = "The ledger thinks that this edge has been told, so nobody will tell it again. Tell the shopper by \
hand what `audit --order` says; keep the edge's folder, and report this as a fault of the program.";

pub(super) fn look(stores: &Stores, found: &mut Found) {
    let ledger = &stores.ledger;
    sales(ledger, found);
    for (sku, stock) in &ledger.image.stock {
        if let Some(reason) = &stock.halted {
            found.note(format!("{sku} is halted: {reason}"));
        }
    }
    let unjudged = ledger.image.orders.values().filter(|order| order.state.is_none() && !ledger.is_halted(&order.sku));
    for order in unjudged {
        found.wrong(format!("order {} of {}, which is not halted, has no verdict", order.id, order.sku), UNJUDGED);
    }
    for disk in &stores.disks {
        if let Standing::Fits { edge, .. } = standing(ledger, disk) {
            unreadable(ledger, disk, edge, found);
        }
    }
}

fn sales(ledger: &Ledger, found: &mut Found) {
    for (id, sale) in &ledger.image.sales {
        for sku in sale.definition.skus() {
            let Some(stock) = ledger.image.stock.get(&sku) else { continue };
            for (account, units) in &stock.accounts {
                let waits_for = match account {
                    Account::Escrow(edge, _) => format!("{edge}: start it, or evict it at the console"),
                    Account::Quarantine(edge, epoch) => {
                        format!("the old disk of {edge}: start it, or write epoch {epoch} off at the console")
                    }
                    Account::Supply | Account::Pool | Account::Sold | Account::WrittenOff(..) => continue,
                };
                if sale.stage == SaleStage::Settled {
                    found.wrong(format!("{sku}: {account} holds {units} units, and {id} is settled"), SETTLED);
                } else if sale.stage == SaleStage::Closed {
                    found.note(format!("{sku}: {units} units in {account} wait for {waits_for}"));
                }
            }
        }
        if sale.stage == SaleStage::Published {
            found.note(format!("{id} is open: its units are with the edges"));
        }
    }
}

/// Orders without a verdict that the edge confirmed to have, or that nothing on its way brings.
fn unreadable(ledger: &Ledger, disk: &Disk, edge: &EdgeId, found: &mut Found) {
    let books = &ledger.image.epochs[edge];
    let meta = &disk.image.meta;
    let coming = coming(ledger, edge);
    let is_living = books.last_key_value().is_some_and(|(_, last)| last.head.disk == disk.id);
    let orders = disk.image.orders();
    for order in orders.values().filter(|order| order.status == OrderStatus::Pending && !ledger.is_halted(&order.sku)) {
        let Some(book) = books.get(&order.epoch).filter(|book| order.seq <= book.head.up_taken) else { continue };
        let is_current = Some(order.epoch) == meta.epoch;
        let is_told = if is_current { order.seq <= meta.up_taken } else { is_living };
        if is_told && !coming.contains(&order.id) {
            let taken = book.head.up_taken;
            found.wrong(
                format!(
                    "order {} of {}: pending on {}, and the ledger took its epoch in to entry {taken} and has nothing to tell",
                    order.id, order.sku, disk.name
                ),
                UNREADABLE,
            );
        }
    }
}

/// Orders of which something is on its way to the edge.
fn coming(ledger: &Ledger, edge: &EdgeId) -> BTreeSet<OrderId> {
    let books = ledger.image.epochs[edge].values();
    let states = books.clone().flat_map(|book| book.down.values()).filter_map(|entry| match entry {
        DownEntry::OrderState { order, .. } => Some(*order),
        DownEntry::Grant { .. } | DownEntry::SaleClosed { .. } => None,
    });
    let verdicts = books.flat_map(|book| book.verdicts.values().flatten()).map(|judged| judged.order);
    states.chain(verdicts).collect()
}
