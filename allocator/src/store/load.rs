//! Reads the ledger back: each row is a write again, sales and epochs before what refers to them, and orders as they were
//! taken in before those that have changed since.

use doorbuster_allocator_core::{EpochHead, Image, Judged, LedgerOrder, OrdersTaken, Sale, Total, Write};
use doorbuster_proto::{Commit, DownEntry, Term, Units};

use super::Error;
use super::keys::{COMMIT, KeyReader, RESTORED, TERM};
use super::record::{Corrupt, Record};
use super::rocks::RocksStore;

pub(super) fn load(store: &RocksStore) -> Result<Image, Error> {
    let mut image = Image::default();
    if let Some(term) = store.row("numbers", TERM)? {
        image.apply(&Write::Term(Term(term)));
    }
    if let Some(commit) = store.row("numbers", COMMIT)? {
        image.apply(&Write::Commit(Commit(commit)));
    }
    if let Some(restored) = store.row::<u64>("numbers", RESTORED)? {
        image.apply(&Write::Restored(restored != 0));
    }
    for (kind, read) in KINDS {
        for write in store.rows(kind, read) {
            image.apply(&write?);
        }
    }
    Ok(image)
}

type ReadRow = fn(&[u8], &[u8]) -> Result<Write, Corrupt>;

const KINDS: [(&str, ReadRow); 10] = [
    ("sales", |_, value| Sale::from_bytes(value).map(Write::Sale)),
    ("halted", halted),
    ("debts", debt),
    ("accounts", account),
    ("epochs", epoch),
    ("totals", total),
    ("down", down),
    ("verdicts", verdicts),
    ("taken", |_, value| OrdersTaken::from_bytes(value).map(Write::OrdersTaken)),
    ("orders", |_, value| LedgerOrder::from_bytes(value).map(Write::Order)),
];

fn halted(key: &[u8], value: &[u8]) -> Result<Write, Corrupt> {
    Ok(Write::Halted { sku: KeyReader::new(key).sku()?, reason: String::from_bytes(value)? })
}

fn debt(key: &[u8], value: &[u8]) -> Result<Write, Corrupt> {
    let units = Units::new(u64::from_bytes(value)?).map_err(Corrupt::Units)?;
    Ok(Write::Debt { sku: KeyReader::new(key).sku()?, units })
}

fn account(key: &[u8], value: &[u8]) -> Result<Write, Corrupt> {
    let mut key = KeyReader::new(key);
    let units = Units::new(u64::from_bytes(value)?).map_err(Corrupt::Units)?;
    Ok(Write::Account { sku: key.sku()?, account: key.account()?, units })
}

fn epoch(key: &[u8], value: &[u8]) -> Result<Write, Corrupt> {
    let (edge, epoch) = KeyReader::new(key).epoch()?;
    Ok(Write::Epoch { edge, epoch, head: EpochHead::from_bytes(value)? })
}

fn total(key: &[u8], value: &[u8]) -> Result<Write, Corrupt> {
    let mut key = KeyReader::new(key);
    let (edge, epoch) = key.epoch()?;
    Ok(Write::Total { edge, epoch, sku: key.sku()?, total: Total::from_bytes(value)? })
}

fn down(key: &[u8], value: &[u8]) -> Result<Write, Corrupt> {
    let mut key = KeyReader::new(key);
    let (edge, epoch) = key.epoch()?;
    Ok(Write::Down { edge, epoch, seq: key.seq()?, entry: DownEntry::from_bytes(value)? })
}

fn verdicts(key: &[u8], value: &[u8]) -> Result<Write, Corrupt> {
    let mut key = KeyReader::new(key);
    let (edge, epoch) = key.epoch()?;
    let last = key.seq()?;
    Ok(Write::Verdicts { edge, epoch, last, verdicts: Vec::<Judged>::from_bytes(value)? })
}
