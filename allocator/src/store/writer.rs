//! Turns the core's writes into rows.

use std::collections::BTreeMap;

use doorbuster_allocator_core::Write;
use rocksdb::{ColumnFamily, WriteBatch};

use super::keys::{COMMIT, Key, TERM, family, through};
use super::record::Record;

/// How far each log was trimmed since the store was opened, by its family and its first key.
///
/// Ranges that are deleted must not overlap: RocksDB takes each apart at the borders of all others, and a flush of some
/// ten thousand that begin at one key would not end.
#[derive(Debug, Default)]
pub(super) struct Trimmed(BTreeMap<(&'static str, Vec<u8>), Vec<u8>>);

impl Trimmed {
    /// What is still to be deleted of a log up to `end`, as a half-open range.
    fn next(&mut self, family: &'static str, first: Vec<u8>, end: Vec<u8>) -> Option<(Vec<u8>, Vec<u8>)> {
        let before = self.0.entry((family, first.clone())).or_insert(first);
        if *before >= end {
            return None;
        }
        Some((std::mem::replace(before, end.clone()), end))
    }
}

/// Adds every write to the batch, in order.
pub(super) fn put_all<'a>(
    batch: &mut WriteBatch,
    writes: &[Write],
    trimmed: &mut Trimmed,
    families: impl Fn(&str) -> &'a ColumnFamily,
) {
    for write in writes {
        put(batch, write, trimmed, families(family(write)));
    }
}

fn put(batch: &mut WriteBatch, write: &Write, trimmed: &mut Trimmed, rows: &ColumnFamily) {
    match write {
        Write::Term(term) => batch.put_cf(rows, TERM, term.0.to_bytes()),
        Write::Commit(commit) => batch.put_cf(rows, COMMIT, commit.0.to_bytes()),
        Write::Sale(sale) => batch.put_cf(rows, Key::sale(&sale.definition.id), sale.to_bytes()),
        Write::Halted { sku, reason } => batch.put_cf(rows, Key::sku(sku), reason.to_bytes()),
        Write::Account { sku, account, units } if units.is_zero() => batch.delete_cf(rows, Key::account(sku, account)),
        Write::Account { sku, account, units } => {
            batch.put_cf(rows, Key::account(sku, account), units.get().to_bytes());
        }
        Write::Epoch { edge, epoch, head } => batch.put_cf(rows, Key::epoch(edge, *epoch), head.to_bytes()),
        Write::Total { edge, epoch, sku, total } => {
            batch.put_cf(rows, Key::total(edge, *epoch, sku), total.to_bytes());
        }
        Write::Down { edge, epoch, seq, entry } => batch.put_cf(rows, Key::entry(edge, *epoch, *seq), entry.to_bytes()),
        Write::Order(order) => batch.put_cf(rows, Key::order(order.id), order.to_bytes()),
        Write::Verdicts { edge, epoch, last, verdicts } => {
            batch.put_cf(rows, Key::entry(edge, *epoch, *last), verdicts.to_bytes());
        }
        Write::DownTrimmed { edge, epoch, through: last } | Write::VerdictsTrimmed { edge, epoch, through: last } => {
            let (first, end) = through(edge, *epoch, *last);
            if let Some((from, to)) = trimmed.next(family(write), first, end) {
                batch.delete_range_cf(rows, from, to);
            }
        }
        Write::Journal(record) => {
            batch.put_cf(rows, Key::journal(record.commit.0, record.index), record.to_bytes());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_that_are_deleted_do_not_overlap() {
        let mut trimmed = Trimmed::default();
        let mut next = |family, first: &[u8], end: &[u8]| trimmed.next(family, first.to_vec(), end.to_vec());
        assert_eq!(next("down", b"a0", b"a3"), Some((b"a0".to_vec(), b"a3".to_vec())));
        assert_eq!(next("down", b"a0", b"a3"), None);
        assert_eq!(next("down", b"a0", b"a7"), Some((b"a3".to_vec(), b"a7".to_vec())));
        assert_eq!(next("verdicts", b"a0", b"a1"), Some((b"a0".to_vec(), b"a1".to_vec())));
        assert_eq!(next("down", b"b0", b"b1"), Some((b"b0".to_vec(), b"b1".to_vec())));
    }
}
