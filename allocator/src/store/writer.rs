//! Turns the core's writes into rows.

use doorbuster_allocator_core::Write;
use rocksdb::{ColumnFamily, WriteBatch};

use super::keys::{COMMIT, FAMILIES, Key, RESTORED, TERM, family};
use super::record::Record;

/// Adds every write to the batch, in order, to the families of [`FAMILIES`].
pub(super) fn put_all(batch: &mut WriteBatch, writes: &[Write], families: &[&ColumnFamily; FAMILIES.len()]) {
    for write in writes {
        let name = family(write);
        let at = FAMILIES.iter().position(|known| *known == name).expect("every kind of row has a family");
        put(batch, write, families[at]);
    }
}

fn put(batch: &mut WriteBatch, write: &Write, rows: &ColumnFamily) {
    match write {
        Write::Term(term) => batch.put_cf(rows, TERM, term.0.to_bytes()),
        Write::Commit(commit) => batch.put_cf(rows, COMMIT, commit.0.to_bytes()),
        Write::Restored(restored) => batch.put_cf(rows, RESTORED, u64::from(*restored).to_bytes()),
        Write::Sale(sale) => batch.put_cf(rows, Key::sale(&sale.definition.id), sale.to_bytes()),
        Write::Halted { sku, reason } => batch.put_cf(rows, Key::sku(sku), reason.to_bytes()),
        Write::Debt { sku, units } if units.is_zero() => batch.delete_cf(rows, Key::sku(sku)),
        Write::Debt { sku, units } => batch.put_cf(rows, Key::sku(sku), units.get().to_bytes()),
        Write::Account { sku, account, units } if units.is_zero() => batch.delete_cf(rows, Key::account(sku, account)),
        Write::Account { sku, account, units } => {
            batch.put_cf(rows, Key::account(sku, account), units.get().to_bytes());
        }
        Write::Epoch { edge, epoch, head } => batch.put_cf(rows, Key::epoch(edge, *epoch), head.to_bytes()),
        Write::Total { edge, epoch, sku, total } => {
            batch.put_cf(rows, Key::total(edge, *epoch, sku), total.to_bytes());
        }
        Write::Down { edge, epoch, seq, entry } => batch.put_cf(rows, Key::entry(edge, *epoch, *seq), entry.to_bytes()),
        Write::OrdersTaken(taken) => {
            batch.put_cf(rows, Key::entry(&taken.edge, taken.epoch, taken.last), taken.to_bytes());
        }
        Write::Order(order) => batch.put_cf(rows, Key::order(order.id), order.to_bytes()),
        Write::Verdicts { edge, epoch, last, verdicts } => {
            batch.put_cf(rows, Key::entry(edge, *epoch, *last), verdicts.to_bytes());
        }
        // Ranges must not overlap: RocksDB takes each apart at the borders of all others, and a flush of some ten thousand
        // that begin at one key would not end.
        Write::DownTrimmed { edge, epoch, first, through } | Write::VerdictsTrimmed { edge, epoch, first, through } => {
            batch.delete_range_cf(rows, Key::entry(edge, *epoch, *first), Key::entry(edge, *epoch, through.next()));
        }
        Write::Journal(record) => {
            batch.put_cf(rows, Key::journal(record.commit.0, record.index), record.to_bytes());
        }
    }
}
