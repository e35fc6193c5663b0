//! Transfers, journalled: one record for each command of the ledger.

use std::collections::BTreeMap;

use doorbuster_proto::{DownEntry, EdgeId, Epoch, Seq, Sku, Timestamp, Units};

use super::Allocator;
use super::log::Sync;
use crate::{Account, EpochHead, JournalRecord, Transfer, Violation, Write};

/// One command's transfers, summed per SKU and pair of accounts.
#[derive(Debug, Default)]
pub(super) struct Tally(BTreeMap<(Sku, Account, Account), Units>);

impl Tally {
    pub(super) fn add(&mut self, sku: &Sku, from: &Account, to: &Account, units: Units) {
        let sum = self.0.entry((sku.clone(), from.clone(), to.clone())).or_default();
        *sum = sum.plus(units);
    }

    /// The SKUs of which something came to the pool.
    pub(super) fn returned(&self) -> impl Iterator<Item = &Sku> {
        self.0.keys().filter(|(_, _, to)| *to == Account::Pool).map(|(sku, ..)| sku)
    }
}

impl Allocator {
    /// Moves units of a SKU that is not halted. A transfer of more than there is halts the SKU instead.
    pub(super) fn transfer(
        &mut self,
        tally: &mut Tally,
        sku: &Sku,
        (from, to): (&Account, &Account),
        units: Units,
        now: Timestamp,
    ) -> Result<(), Violation> {
        if units.is_zero() {
            return Ok(());
        }
        let stock = self.image.stock.get_mut(sku).expect("units move of known SKUs alone");
        match stock.transfer(sku, from, to, units) {
            Ok(()) => {
                tally.add(sku, from, to, units);
                Ok(())
            }
            Err(violation) => {
                self.halt(sku, &violation.to_string(), now);
                Err(violation)
            }
        }
    }

    /// Writes the command's record, and marks what it changed. What came to the pool pays the SKU's debt in the same record,
    /// before anybody is granted anything.
    pub(super) fn journal(&mut self, mut tally: Tally, who: String, why: String, now: Timestamp) {
        self.pay_debts(&mut tally);
        let mut transfers = Vec::with_capacity(tally.0.len());
        for ((sku, from, to), units) in tally.0 {
            self.account_changed(&sku, &from);
            self.account_changed(&sku, &to);
            self.touch(&sku, &to);
            transfers.push(Transfer { sku, from, to, units });
        }
        // What leaves by a debt has come to the pool first.
        transfers.sort_by_key(|transfer| transfer.to == Account::Supply);
        self.record(transfers, who, why, now);
    }

    /// Adds up the accounts of every SKU that this turn has touched, before anything of it is written. One whose accounts do
    /// not add up is halted in the same commit.
    pub(super) fn check_touched(&mut self, now: Timestamp) {
        let check = |sku: &Sku| Some((sku.clone(), self.image.stock[sku].check(sku).err()?));
        let violations: Vec<(Sku, Violation)> = self.to_say.iter().filter_map(check).collect();
        for (sku, violation) in violations {
            self.halt(&sku, &violation.to_string(), now);
        }
    }

    /// What came back to the pool may be wanted somewhere; of what was sold the policy hears with the next heartbeat.
    fn touch(&mut self, sku: &Sku, to: &Account) {
        if *to == Account::Pool {
            self.to_place.insert(sku.clone())
        } else {
            self.to_look.insert(sku.clone())
        };
        self.to_say.insert(sku.clone());
    }

    /// Halts a SKU for good: nothing of it moves, its orders get no verdict. The evidence goes to the journal.
    pub(super) fn halt(&mut self, sku: &Sku, reason: &str, now: Timestamp) {
        if self.image.stock.get(sku).is_none_or(|stock| stock.halted.is_some()) {
            return;
        }
        self.write(Write::Halted { sku: sku.clone(), reason: reason.to_owned() }, Sync::Promise);
        self.to_say.insert(sku.clone());
        self.record(Vec::new(), "allocator".into(), format!("halted {sku}: {reason}"), now);
        self.alert(format!("{sku} is halted: {reason}"), now);
    }

    fn record(&mut self, transfers: Vec<Transfer>, who: String, why: String, now: Timestamp) {
        self.open(Sync::Promise);
        let (commit, index) = (self.image.commit, self.log.next_record());
        self.write(Write::Journal(JournalRecord { commit, index, at: now, who, why, transfers }), Sync::Promise);
    }

    /// Appends to the down log of an epoch; it is sent once it is durable.
    pub(super) fn append_down(&mut self, edge: &EdgeId, epoch: Epoch, entry: DownEntry) {
        let seq = self.change_head(edge, epoch, Sync::Promise, |head| {
            head.down_tail = head.down_tail.next();
            head.down_tail
        });
        match &entry {
            DownEntry::Grant { sku, .. } => self.pair_changed(edge, sku),
            DownEntry::OrderState { .. } | DownEntry::SaleClosed { .. } => {}
        }
        self.link_changed(edge);
        self.write(Write::Down { edge: edge.clone(), epoch, seq, entry }, Sync::Promise);
        self.to_send.insert(edge.clone());
    }

    /// Changes an epoch's numbers; they are written at the end of the turn.
    pub(super) fn change_head<T>(
        &mut self,
        edge: &EdgeId,
        epoch: Epoch,
        sync: Sync,
        change: impl FnOnce(&mut EpochHead) -> T,
    ) -> T {
        self.head_changed(edge, epoch, sync);
        let head = &mut self.image.book_mut(edge, epoch).expect("a changed epoch exists").head;
        let phase = head.phase;
        let changed = change(head);
        if head.phase != phase {
            self.edge_changed(edge);
        }
        changed
    }

    pub(super) fn trim_down(&mut self, edge: &EdgeId, epoch: Epoch, through: Seq) {
        let Some(book) = self.image.book(edge, epoch) else { return };
        let first = book.down.keys().next().copied();
        if let Some(first) = first.filter(|first| *first <= through) {
            let arrived: Vec<Sku> = book.granted_through(through).cloned().collect();
            for sku in &arrived {
                self.pair_changed(edge, sku);
            }
            self.link_changed(edge);
            self.write(Write::DownTrimmed { edge: edge.clone(), epoch, first, through }, Sync::Forgets);
        }
    }

    pub(super) fn trim_verdicts(&mut self, edge: &EdgeId, epoch: Epoch, through: Seq) {
        let first = self.image.book(edge, epoch).and_then(|book| book.verdicts.keys().next().copied());
        if let Some(first) = first.filter(|first| *first <= through) {
            self.write(Write::VerdictsTrimmed { edge: edge.clone(), epoch, first, through }, Sync::Forgets);
        }
    }
}
