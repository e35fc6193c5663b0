//! How a disk stands to the ledger: as the ledger would judge its hello.

use doorbuster_allocator_core::Book;
use doorbuster_proto::{EdgeId, Epoch, Seq};

use super::stores::{Disk, Ledger};

/// What the two say of each other.
#[derive(Debug, Clone)]
pub(super) enum Standing<'a> {
    /// The disk was never given an epoch.
    Unused,
    /// The numbers of both fit: what one has and the other not is under way.
    Fits {
        /// Whose disk it is.
        edge: &'a EdgeId,
        /// Its epoch.
        epoch: Epoch,
        /// The epoch in the ledger.
        book: &'a Book,
    },
    /// The disk is older than what it once told the ledger.
    RolledBack(String),
    /// The ledger is older than what it once told the disk.
    LedgerBehind(String),
}

pub(super) fn standing<'a>(ledger: &'a Ledger, disk: &Disk) -> Standing<'a> {
    let meta = &disk.image.meta;
    if let Some((term, _)) = meta.led_by.filter(|(term, _)| *term > ledger.image.term) {
        return Standing::LedgerBehind(format!("it has seen term {term}, and the ledger is in {}", ledger.image.term));
    }
    let stored = ledger.epochs().rfind(|(_, _, book)| book.head.disk == disk.id && book.head.confirmed);
    let Some(epoch) = meta.epoch else {
        return match stored {
            Some((_, epoch, _)) => Standing::RolledBack(format!("it stored epoch {epoch} once, and holds none")),
            None => Standing::Unused,
        };
    };
    if let Some((_, newer, _)) = stored.filter(|(_, newer, _)| *newer > epoch) {
        return Standing::RolledBack(format!("it stored epoch {newer} once, and holds {epoch}"));
    }
    let known = ledger.epochs().find(|(_, number, book)| *number == epoch && book.head.disk == disk.id);
    let Some((edge, _, book)) = known else {
        return Standing::LedgerBehind(format!("it holds epoch {epoch}, which the ledger never gave to this disk"));
    };
    compare(disk, epoch, book).unwrap_or(Standing::Fits { edge, epoch, book })
}

fn compare<'a>(disk: &Disk, epoch: Epoch, book: &Book) -> Option<Standing<'a>> {
    let (meta, head) = (&disk.image.meta, &book.head);
    let tail = tail(disk, epoch);
    let behind = [
        (meta.up_taken > head.up_taken, "verdicts to", meta.up_taken, head.up_taken),
        (meta.down_taken > head.down_tail, "the down log to", meta.down_taken, head.down_tail),
    ];
    if let Some((_, what, disk, ledger)) = behind.into_iter().find(|check| check.0) {
        return Some(Standing::LedgerBehind(format!(
            "in epoch {epoch} it holds {what} {disk}, and the ledger made it to {ledger}"
        )));
    }
    if meta.closing && head.phase.is_unfenced() {
        return Some(Standing::LedgerBehind(format!("it has closed epoch {epoch}, which the ledger never fenced")));
    }
    let rolled_back = [
        (tail < head.up_taken, "the up log to", tail, head.up_taken),
        (meta.up_taken < head.verdicts_taken, "verdicts to", meta.up_taken, head.verdicts_taken),
        (meta.down_taken < head.down_taken, "the down log to", meta.down_taken, head.down_taken),
    ];
    let (_, what, disk, ledger) = rolled_back.into_iter().find(|check| check.0)?;
    Some(Standing::RolledBack(format!("in epoch {epoch} it holds {what} {disk}, and held it to {ledger} once")))
}

/// The last entry of an epoch's up log.
pub(super) fn tail(disk: &Disk, epoch: Epoch) -> Seq {
    let log = disk.image.log.range((epoch, Seq(0))..=(epoch, Seq(u64::MAX)));
    log.map(|((_, seq), _)| *seq).next_back().unwrap_or_default()
}
