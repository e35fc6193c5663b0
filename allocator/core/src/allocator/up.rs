//! Up batches: entries taken in once and in order, with their verdicts, in one commit with the watermark.

use std::collections::BTreeMap;

use doorbuster_proto::{
    EdgeId, Epoch, LogDigest, LogMark, OrderId, Seq, Sku, Timestamp, Units, UpBatch, UpEntry, UpTotal,
};

use super::Allocator;
use super::books::Tally;
use super::log::Sync;
use crate::{Account, Connection, EpochHead, Judged, LedgerOrder, OrdersTaken, Phase, Stock, Total, Write};

/// One batch while it is taken in.
#[derive(Debug)]
pub(super) struct Taking {
    pub(super) edge: EdgeId,
    pub(super) epoch: Epoch,
    pub(super) tail: bool,
    pub(super) tally: Tally,
    /// The digest of the shopper whose order is at hand.
    pub(super) shopper: u128,
    judged: Vec<Judged>,
    /// Orders whose id none had before.
    pub(super) taken: Vec<LedgerOrder>,
    /// Orders whose id another had.
    pub(super) again: Vec<LedgerOrder>,
    /// Units of halted SKUs, which do not move.
    held: BTreeMap<Sku, Units>,
    closed: bool,
}

impl Taking {
    /// The account that an order's units come out of; `None` where a fenced epoch has none left.
    pub(super) fn source(&self, stock: &Stock, units: Units) -> Option<Account> {
        if !self.tail {
            return Some(Account::Escrow(self.edge.clone(), self.epoch));
        }
        let written_off = Account::WrittenOff(self.edge.clone(), self.epoch);
        let quarantine = Account::Quarantine(self.edge.clone(), self.epoch);
        [written_off, quarantine].into_iter().find(|account| stock.balance(account) >= units)
    }

    pub(super) fn hold(&mut self, sku: &Sku, units: Units) {
        let held = self.held.entry(sku.clone()).or_default();
        *held = held.checked_add(units).unwrap_or(*held);
    }

    fn why(&self, first: Seq, last: Seq) -> String {
        let log = if self.tail { "tail" } else { "up" };
        let held = self.held.iter().map(|(sku, units)| format!("; {units} of {sku} held, it is halted"));
        format!("{log} {first} to {last}{}", held.collect::<String>())
    }
}

impl Allocator {
    pub(super) fn up_batch(&mut self, connection: Connection, batch: UpBatch, now: Timestamp) {
        let Some((edge, epoch)) = self.spoken_for(connection) else { return };
        let head = self.image.book(&edge, epoch).expect("a link's epoch exists").head;
        if let Some(breach) = breach(&head, &batch) {
            return self.hang_up(connection, breach);
        }
        self.confirm_verdicts(&edge, epoch, batch.verdicts_taken);
        let closed = self.take_batch(&edge, epoch, head.up_taken, batch, now);
        self.send_up_taken(connection);
        if closed {
            self.tail_is_in(connection, &edge, epoch, now);
        }
    }

    /// Takes in what is new of a batch; whether it closed the epoch.
    fn take_batch(&mut self, edge: &EdgeId, epoch: Epoch, taken: Seq, batch: UpBatch, now: Timestamp) -> bool {
        let known = usize::try_from(taken.next().0 - batch.first.0).unwrap_or(usize::MAX);
        let Some(fresh) = batch.entries.len().checked_sub(known).filter(|fresh| *fresh > 0) else { return false };
        let last = Seq(taken.0 + fresh as u64);
        let entries: Vec<UpEntry> = batch.entries.into_iter().skip(known).collect();
        let digest_of = |entry: &UpEntry| entry.order_placed().map_or(0, |placed| placed.shopper.digest());
        let shoppers: Vec<u128> = entries.iter().map(digest_of).collect();
        self.image.read_ahead(&entries, &shoppers);
        self.take_totals(edge, epoch, &entries, &batch.totals, now);
        let digest = self.image.book(edge, epoch).expect("a link's epoch exists").head.up_digest;
        let digest = entries.iter().fold(digest, LogDigest::then);
        let mut taking = Taking {
            edge: edge.clone(),
            epoch,
            tail: batch.tail,
            tally: Tally::default(),
            shopper: 0,
            judged: Vec::with_capacity(entries.len()),
            taken: Vec::with_capacity(entries.len()),
            again: Vec::new(),
            held: BTreeMap::new(),
            closed: false,
        };
        for ((seq, entry), shopper) in (taken.0 + 1..).map(Seq).zip(entries).zip(shoppers) {
            taking.shopper = shopper;
            self.take_entry(&mut taking, seq, entry, now);
        }
        self.finish_batch(taking, taken.next(), LogMark { seq: last, digest }, now)
    }

    fn take_entry(&mut self, taking: &mut Taking, seq: Seq, entry: UpEntry, now: Timestamp) {
        match entry {
            UpEntry::OrderPlaced(placed) => {
                let judged: Option<Judged> = self.take_order(taking, seq, placed, now);
                taking.judged.extend(judged);
            }
            UpEntry::StockReturned { sku, units } => self.take_return(taking, &sku, units, now),
            UpEntry::EpochClosed => taking.closed = true,
        }
    }

    /// Returned units go to the pool; those of a fenced epoch are there already.
    fn take_return(&mut self, taking: &mut Taking, sku: &Sku, units: Units, now: Timestamp) {
        let Some(stock) = self.image.stock.get(sku) else {
            return self
                .alert(format!("{} returned {units} of {sku}, which the ledger does not know", taking.edge), now);
        };
        if taking.tail && stock.halted.is_none() {
            return;
        }
        let escrow = Account::Escrow(taking.edge.clone(), taking.epoch);
        let halted = stock.halted.is_some();
        if halted || self.transfer(&mut taking.tally, sku, (&escrow, &Account::Pool), units, now).is_err() {
            taking.hold(sku, units);
        }
    }

    fn finish_batch(&mut self, taking: Taking, first: Seq, mark: LogMark, now: Timestamp) -> bool {
        let (edge, epoch) = (&taking.edge, taking.epoch);
        let last = mark.seq;
        self.change_head(edge, epoch, Sync::Promise, |head| (head.up_taken, head.up_digest) = (last, mark.digest));
        let (who, why) = (format!("{edge}, epoch {epoch}"), taking.why(first, last));
        if !taking.taken.is_empty() {
            let orders = taking.taken;
            self.write_down(Write::OrdersTaken(OrdersTaken { edge: edge.clone(), epoch, last, orders }));
        }
        // Behind those that had their ids, be it in this batch.
        taking.again.into_iter().for_each(|order| self.write_down(Write::Order(order)));
        if !taking.judged.is_empty() {
            let verdicts = taking.judged;
            self.write(Write::Verdicts { edge: edge.clone(), epoch, last, verdicts }, Sync::Promise);
        }
        self.journal(taking.tally, who, why, now);
        taking.closed
    }

    /// Adds the entries to the epoch's totals, and halts every SKU on which the two sides do not agree. A sum that is not
    /// agreed on is not kept: it may be more than a record can hold.
    fn take_totals(&mut self, edge: &EdgeId, epoch: Epoch, entries: &[UpEntry], told: &[UpTotal], now: Timestamp) {
        for (sku, (sold, returned)) in sums(entries) {
            // Of a halted SKU the numbers are not to be trusted, nor added up.
            if self.image.stock.get(sku).is_none_or(|stock| stock.halted.is_some()) {
                continue;
            }
            let book = self.image.book_mut(edge, epoch).expect("a link's epoch exists");
            let total = book.total(sku);
            let (sold, returned) = (u128::from(total.sold.get()) + sold, u128::from(total.returned.get()) + returned);
            let told = told.iter().find(|told| told.sku == *sku).map(|told| (told.sold, told.returned));
            let fits = |told: &(Units, Units)| told.0.max(told.1) <= Units::MAX;
            let agreed = told
                .filter(|told| fits(told) && (u128::from(told.0.get()), u128::from(told.1.get())) == (sold, returned));
            if let Some((sold, returned)) = agreed {
                book.totals.insert(sku.clone(), Total { sold, returned, ..total });
                self.total_changed(edge, epoch, sku);
                self.hear_log((edge, epoch), sku, total.stock(), now);
                continue;
            }
            let told = told.map_or_else(|| "nothing".into(), |told| format!("{} sold and {} returned", told.0, told.1));
            let reason = format!(
                "{edge}, epoch {epoch}: the log adds up to {sold} sold and {returned} returned, the edge told {told}"
            );
            self.halt(sku, &reason, now);
        }
    }
}

/// Why a batch cannot be taken in.
fn breach(head: &EpochHead, batch: &UpBatch) -> Option<&'static str> {
    let may_close = batch.tail;
    let closes_early = batch.entries.iter().rev().skip(1).any(|entry| *entry == UpEntry::EpochClosed);
    let closes = batch.entries.last() == Some(&UpEntry::EpochClosed);
    let last = batch.first.0.saturating_add(batch.entries.len() as u64).saturating_sub(1);
    if batch.first.0 == 0 || batch.first > head.up_taken.next() {
        Some("a gap in the up log")
    } else if batch.verdicts_taken > head.up_taken {
        Some("the edge took verdicts that were never sent")
    } else if closes_early || (closes && !may_close) {
        Some("an end of the epoch that is not the end of a tail")
    } else if batch.tail == head.phase.is_unfenced() {
        Some("a tail of a live epoch, or none of a fenced one")
    } else if matches!(head.phase, Phase::Closed | Phase::Retired) && last > head.up_taken.0 {
        Some("entries after the end of the epoch")
    } else if batch.entries.iter().any(is_misnamed) {
        Some("an order whose id is not that of its sale, shopper and key")
    } else {
        None
    }
}

fn is_misnamed(entry: &UpEntry) -> bool {
    match entry {
        UpEntry::OrderPlaced(placed) => placed.order != OrderId::of(&placed.sku.sale, &placed.shopper, &placed.key),
        UpEntry::StockReturned { .. } | UpEntry::EpochClosed => false,
    }
}

/// Units sold and returned per SKU, as an edge may claim them: nothing bounds these sums.
fn sums(entries: &[UpEntry]) -> BTreeMap<&Sku, (u128, u128)> {
    let mut sums: BTreeMap<&Sku, (u128, u128)> = BTreeMap::new();
    for entry in entries {
        match entry {
            UpEntry::OrderPlaced(order) => {
                let sum = sums.entry(&order.sku).or_default();
                sum.0 += u128::from(order.units.get());
            }
            UpEntry::StockReturned { sku, units } => {
                let sum = sums.entry(sku).or_default();
                sum.1 += u128::from(units.get());
            }
            UpEntry::EpochClosed => {}
        }
    }
    sums
}
