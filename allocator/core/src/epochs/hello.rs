//! What a hello means: the whole table, as a pure function.

use std::collections::BTreeMap;

use doorbuster_proto::{DiskId, Epoch, Hello, Instance, Term};

use super::{Book, Phase};

/// What the allocator makes of a hello.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Answer {
    /// The disk's epoch is live (or was stored without our hearing of it): go on.
    Resume(Epoch),
    /// The disk never stored the epoch that it was offered: offer it again.
    OfferAgain(Epoch),
    /// The epoch is fenced: the tail first.
    Tail(Epoch),
    /// A new epoch, after the fence of another disk's, where there is one.
    Begin { fence: Option<Epoch> },
    /// The epoch is closed, and another disk has taken the place.
    Retire(Epoch),
    /// The disk is older than what it once told the ledger.
    RolledBack(String),
    /// The ledger is older than what the disk holds of it.
    LedgerBehind(String),
}

/// Judges a hello by what the ledger knows of the edge's epochs.
pub(crate) fn judge(
    books: &BTreeMap<Epoch, Book>,
    epoch: Option<Epoch>,
    hello: &Hello,
    led_by: (Term, Instance),
) -> Answer {
    if let Some(behind) = seen_a_later_leader(hello, led_by) {
        return behind;
    }
    match epoch {
        None => without_epoch(books, hello),
        Some(epoch) => with_epoch(books, epoch, hello),
    }
}

fn seen_a_later_leader(hello: &Hello, (term, instance): (Term, Instance)) -> Option<Answer> {
    let (seen, by) = hello.led_by?;
    let later = seen > term || (seen == term && by != instance);
    later.then(|| {
        Answer::LedgerBehind(format!("the edge was led by {by} in term {seen}, this is {instance} in term {term}"))
    })
}

fn without_epoch(books: &BTreeMap<Epoch, Book>, hello: &Hello) -> Answer {
    let mine = || books.iter().rev().filter(|(_, book)| book.head.disk == hello.disk);
    if let Some((retired, _)) = mine().find(|(_, book)| book.head.phase == Phase::Retired) {
        return Answer::Retire(*retired);
    }
    if let Some((epoch, _)) = mine().find(|(_, book)| book.head.confirmed) {
        return Answer::RolledBack(format!("the disk stored epoch {epoch} once, and does not hold it"));
    }
    match mine().find(|(_, book)| book.head.phase == Phase::Offered) {
        Some((epoch, _)) => Answer::OfferAgain(*epoch),
        None => Answer::Begin { fence: living_other(books, hello.disk) },
    }
}

fn with_epoch(books: &BTreeMap<Epoch, Book>, epoch: Epoch, hello: &Hello) -> Answer {
    let Some(book) = books.get(&epoch) else {
        return Answer::LedgerBehind(format!("the edge holds epoch {epoch}, which the ledger never gave"));
    };
    if book.head.disk != hello.disk {
        return Answer::LedgerBehind(format!(
            "epoch {epoch} is disk {}'s by the ledger, not {}'s",
            book.head.disk, hello.disk
        ));
    }
    let newer = books.range(epoch.next()..).rev().find(|(_, newer)| newer.head.disk == hello.disk);
    if let Some((newer, _)) = newer.filter(|(_, newer)| newer.head.confirmed) {
        return Answer::RolledBack(format!("the disk stored epoch {newer} once, and holds {epoch}"));
    }
    if let Some(wrong) = compare(book, hello) {
        return wrong;
    }
    match newer {
        Some((newer, offered)) if offered.head.phase == Phase::Offered => Answer::OfferAgain(*newer),
        _ => by_phase(books, epoch, book, hello),
    }
}

/// Compares the numbers of both logs' ends.
fn compare(book: &Book, hello: &Hello) -> Option<Answer> {
    let head = &book.head;
    let behind = [
        (hello.verdicts_taken > head.up_taken, "verdicts to", hello.verdicts_taken, head.up_taken),
        (hello.down_taken > head.down_tail, "the down log to", hello.down_taken, head.down_tail),
    ];
    if let Some((_, what, edge, ledger)) = behind.into_iter().find(|check| check.0) {
        return Some(Answer::LedgerBehind(format!("the edge holds {what} {edge}, the ledger made it to {ledger}")));
    }
    let rolled_back = [
        (hello.up_tail < head.up_taken, "the up log to", hello.up_tail, head.up_taken),
        (hello.verdicts_taken < head.verdicts_taken, "verdicts to", hello.verdicts_taken, head.verdicts_taken),
        (hello.down_taken < head.down_taken, "the down log to", hello.down_taken, head.down_taken),
    ];
    let (_, what, edge, ledger) = rolled_back.into_iter().find(|check| check.0)?;
    Some(Answer::RolledBack(format!("the disk holds {what} {edge}, and held it to {ledger} once")))
}

fn by_phase(books: &BTreeMap<Epoch, Book>, epoch: Epoch, book: &Book, hello: &Hello) -> Answer {
    match book.head.phase {
        Phase::Offered | Phase::Live if hello.closing => {
            Answer::LedgerBehind(format!("the edge has closed epoch {epoch}, the ledger never fenced it"))
        }
        Phase::Offered | Phase::Live => Answer::Resume(epoch),
        Phase::Fenced => Answer::Tail(epoch),
        Phase::Closed if living_other(books, hello.disk).is_some() => Answer::Retire(epoch),
        Phase::Closed => Answer::Begin { fence: None },
        Phase::Retired => Answer::Retire(epoch),
    }
}

/// The unfenced epoch of another disk. There is at most one, the last.
pub(crate) fn living_other(books: &BTreeMap<Epoch, Book>, disk: DiskId) -> Option<Epoch> {
    let (epoch, book) = books.last_key_value()?;
    (book.head.phase.is_unfenced() && book.head.disk != disk).then_some(*epoch)
}
