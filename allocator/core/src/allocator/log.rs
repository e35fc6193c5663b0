//! The open batch of writes, and the effects that wait until it is durable.

use std::collections::{BTreeSet, VecDeque};

use doorbuster_proto::{EdgeId, Epoch, Sku};

use super::Allocator;
use crate::{Account, BatchId, Command, Image, Write};

/// Writes of this turn, batches on their way, and effects in order, each with the batch that it waits for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub(super) struct Log {
    writes: Vec<Write>,
    /// Balances to write at the end of the turn, each once.
    accounts: BTreeSet<(Sku, Account)>,
    heads: BTreeSet<(EdgeId, Epoch)>,
    totals: BTreeSet<(EdgeId, Epoch, Sku)>,
    records: u32,
    sync: bool,
    is_open: bool,
    sealed: BatchId,
    durable: BatchId,
    persists: VecDeque<Command>,
    effects: VecDeque<(BatchId, Command)>,
}

impl Log {
    /// Queues an effect behind everything that was changed before it.
    pub(super) fn push(&mut self, command: Command) {
        let open = BatchId(self.sealed.0 + u64::from(self.is_open));
        self.effects.push_back((open, command));
    }

    pub(super) fn persisted(&mut self, batch: BatchId) {
        self.durable = self.durable.max(batch);
    }

    pub(super) fn pop(&mut self) -> Option<Command> {
        if let Some(persist) = self.persists.pop_front() {
            return Some(persist);
        }
        let (waits_for, _) = self.effects.front()?;
        if *waits_for > self.durable {
            return None;
        }
        self.effects.pop_front().map(|(_, command)| command)
    }

    /// The index of the next journal record in the open commit.
    pub(super) fn next_record(&mut self) -> u32 {
        self.records += 1;
        self.records - 1
    }
}

/// Whether a write carries a promise. What merely forgets may be lost in a power cut: it is forgotten again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sync {
    Promise,
    Forgets,
}

impl Allocator {
    /// Applies a write, and adds it to the open batch.
    pub(super) fn write(&mut self, write: Write, sync: Sync) {
        self.open(sync);
        self.image.apply(&write);
        if let Write::Sale(sale) = &write {
            self.sights.sale_changed(&sale.definition.id);
        }
        self.log.writes.push(write);
    }

    /// Adds a promise to the open batch that the image has already.
    pub(super) fn write_down(&mut self, write: Write) {
        self.open(Sync::Promise);
        self.log.writes.push(write);
    }

    pub(super) fn account_changed(&mut self, sku: &Sku, account: &Account) {
        self.open(Sync::Promise);
        if *account != Account::Supply {
            self.log.accounts.insert((sku.clone(), account.clone()));
        }
    }

    pub(super) fn head_changed(&mut self, edge: &EdgeId, epoch: Epoch, sync: Sync) {
        self.open(sync);
        self.log.heads.insert((edge.clone(), epoch));
    }

    pub(super) fn total_changed(&mut self, edge: &EdgeId, epoch: Epoch, sku: &Sku) {
        self.open(Sync::Promise);
        self.pair_changed(edge, sku);
        self.log.totals.insert((edge.clone(), epoch, sku.clone()));
    }

    /// Opens a batch where none is; its commit number is the next.
    pub(super) fn open(&mut self, sync: Sync) {
        self.log.sync |= sync == Sync::Promise;
        if !self.log.is_open {
            self.log.is_open = true;
            self.image.commit = self.image.commit.next();
        }
    }

    /// Closes the open batch, where there is one.
    pub(super) fn seal(&mut self) {
        if !self.log.is_open {
            return;
        }
        // In one piece, and the open batch keeps its room: what grows step by step takes fresh memory with every turn.
        let log = &mut self.log;
        let count = 1 + log.heads.len() + log.writes.len() + log.totals.len() + log.accounts.len();
        let mut writes = Vec::with_capacity(count);
        writes.push(Write::Commit(self.image.commit));
        let image = &self.image;
        writes.extend(std::mem::take(&mut log.heads).into_iter().map(|(edge, epoch)| head(image, edge, epoch)));
        writes.append(&mut log.writes);
        writes.extend(
            std::mem::take(&mut log.totals).into_iter().map(|(edge, epoch, sku)| total(image, edge, epoch, sku)),
        );
        writes.extend(std::mem::take(&mut log.accounts).into_iter().map(|(sku, account)| balance(image, sku, account)));
        log.sealed = BatchId(log.sealed.0 + 1);
        log.persists.push_back(Command::Persist { batch: log.sealed, writes, sync: log.sync });
        (log.is_open, log.sync, log.records) = (false, false, 0);
    }
}

fn head(image: &Image, edge: EdgeId, epoch: Epoch) -> Write {
    let head = image.book(&edge, epoch).expect("a changed epoch exists").head;
    Write::Epoch { edge, epoch, head }
}

fn total(image: &Image, edge: EdgeId, epoch: Epoch, sku: Sku) -> Write {
    let total = image.book(&edge, epoch).expect("a changed epoch exists").total(&sku);
    Write::Total { edge, epoch, sku, total }
}

fn balance(image: &Image, sku: Sku, account: Account) -> Write {
    let units = image.stock[&sku].balance(&account);
    Write::Account { sku, account, units }
}
