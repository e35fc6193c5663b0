//! The orders placed on this edge, of all epochs.

use std::collections::BTreeMap;
use std::fmt;

use doorbuster_proto::{
    Epoch, IdempotencyKey, OrderId, OrderPlaced, OrderState, Seq, ShopperId, Sku, Timestamp, Units, Verdict,
};

use crate::chunks::Chunks;

/// An order as its edge keeps it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Order {
    /// The hash of (sale, shopper, key).
    pub id: OrderId,
    /// The shopper's key.
    pub key: IdempotencyKey,
    /// What was bought.
    pub sku: Sku,
    /// How many.
    pub units: Units,
    /// By whom.
    pub shopper: ShopperId,
    /// When, by this edge's clock.
    pub at: Timestamp,
    /// What the ledger has said of it.
    pub status: OrderStatus,
    /// Whether its units are yet to come, as the ledger has said: more are sold than there are.
    pub backorder: bool,
    /// The epoch that it was placed in.
    pub epoch: Epoch,
    /// Its entry of that epoch's up log.
    pub seq: Seq,
}

/// An order as its shopper sees it. `Reserved` here is an acknowledgement.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct OrderView {
    /// The order.
    pub id: OrderId,
    /// What was bought.
    pub sku: Sku,
    /// How many.
    pub units: Units,
    /// When.
    pub at: Timestamp,
    /// How it stands.
    pub status: OrderStatus,
    /// Whether its units are yet to come.
    pub backorder: bool,
}

/// How an order stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum OrderStatus {
    /// The ledger has not judged it.
    Pending,
    /// The shopper has it.
    Reserved,
    /// And paid for it.
    Paid,
    /// And got it.
    Fulfilled,
    /// The reservation ran out.
    Expired,
    /// It came to nothing.
    Cancelled(CancelledBecause),
}

/// Why an order came to nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CancelledBecause {
    /// The shopper had the limit already, counted over all edges.
    OverLimit,
    /// It came from a fenced epoch whose quarantine was used up. Does not consume the id.
    NoUnit,
    /// The ledger knows no such sale or SKU.
    UnknownSku,
    /// The id stands for another purchase, placed elsewhere. Consumes the id for this purchase only.
    KeyReused,
    /// The ledger cancelled it later, or it repeats an order that came to nothing elsewhere.
    Ledger,
}

impl fmt::Display for CancelledBecause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::OverLimit => "over-limit",
            Self::NoUnit => "no-unit",
            Self::UnknownSku => "unknown-sku",
            Self::KeyReused => "key-reused",
            Self::Ledger => "ledger",
        })
    }
}

impl Order {
    /// The order that an entry of the log placed, as it stands before the ledger says anything.
    pub(crate) fn of(placed: OrderPlaced, epoch: Epoch, seq: Seq) -> Self {
        let OrderPlaced { order: id, key, sku, shopper, units, at } = placed;
        let (status, backorder) = (OrderStatus::Pending, false);
        Self { id, key, sku, units, shopper, at, status, backorder, epoch, seq }
    }

    /// The order as the log has it.
    pub(crate) fn placed(&self) -> OrderPlaced {
        OrderPlaced {
            order: self.id,
            key: self.key.clone(),
            sku: self.sku.clone(),
            shopper: self.shopper.clone(),
            units: self.units,
            at: self.at,
        }
    }
}

impl OrderStatus {
    /// Whether the order's units count towards its shopper's limit.
    pub fn counts(self) -> bool {
        matches!(self, Self::Pending | Self::Reserved | Self::Paid | Self::Fulfilled)
    }
}

impl From<OrderState> for OrderStatus {
    fn from(state: OrderState) -> Self {
        match state {
            OrderState::Reserved => Self::Reserved,
            OrderState::Paid => Self::Paid,
            OrderState::Fulfilled => Self::Fulfilled,
            OrderState::Expired => Self::Expired,
            OrderState::Cancelled => Self::Cancelled(CancelledBecause::Ledger),
        }
    }
}

impl From<Verdict> for OrderStatus {
    fn from(verdict: Verdict) -> Self {
        match verdict {
            Verdict::Valid => Self::Reserved,
            Verdict::Repeat(first) => first.into(),
            Verdict::OverLimit => Self::Cancelled(CancelledBecause::OverLimit),
            Verdict::NoUnit => Self::Cancelled(CancelledBecause::NoUnit),
            Verdict::UnknownSku => Self::Cancelled(CancelledBecause::UnknownSku),
            Verdict::KeyReused => Self::Cancelled(CancelledBecause::KeyReused),
        }
    }
}

/// Where an order is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Slot(usize);

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Kept {
    order: Order,
    /// Acknowledged on credit, before the ledger's verdict.
    on_credit: bool,
    /// A later order has its id.
    replaced: bool,
    /// The order that its shopper placed before.
    before: Option<Slot>,
}

/// All orders, in the order in which they were placed, and the ways to find them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub(crate) struct Orders {
    kept: Chunks<Kept>,
    /// By id, as a number: two are compared at once, and not byte by byte.
    by_id: BTreeMap<u128, Slot>,
}

impl Orders {
    /// The orders of a disk, as they were placed; of two of one id the later one counts. Maps of a million entries are
    /// built at once, from what is sorted: that is much less work than one by one.
    pub(crate) fn recover(orders: impl Iterator<Item = Order>) -> Self {
        let mut kept = Chunks::default();
        let mut ids = Vec::new();
        for order in orders {
            ids.push((number(order.id), Slot(kept.len())));
            kept.push(Kept { order, on_credit: false, replaced: false, before: None });
        }
        ids.sort_unstable();
        for pair in ids.windows(2).filter(|pair| pair[0].0 == pair[1].0) {
            kept.at_mut(pair[0].1.0).replaced = true;
        }
        Self { kept, by_id: ids.into_iter().collect() }
    }

    /// The orders of each shopper, by the shopper's digest, as they were placed; each is told which came before it.
    pub(crate) fn link_shoppers(&mut self) -> Vec<(u128, Slot)> {
        let digests = self.kept.iter().enumerate().map(|(at, kept)| (kept.order.shopper.digest(), Slot(at)));
        let mut theirs: Vec<(u128, Slot)> = digests.collect();
        theirs.sort_unstable();
        for pair in theirs.windows(2).filter(|pair| pair[0].0 == pair[1].0) {
            self.kept.at_mut(pair[1].1.0).before = Some(pair[0].1);
        }
        theirs
    }

    pub(crate) fn find(&self, id: OrderId) -> Option<Slot> {
        self.by_id.get(&number(id)).copied()
    }

    pub(crate) fn at(&self, slot: Slot) -> &Order {
        &self.kept.at(slot.0).order
    }

    /// Where the next order will be.
    pub(crate) fn next_slot(&self) -> Slot {
        Slot(self.kept.len())
    }

    /// Takes an order in; one of the same id, which did not consume it, makes way. `before` is the order that its shopper
    /// placed before.
    pub(crate) fn push(&mut self, order: Order, before: Option<Slot>) {
        if let Some(earlier) = self.by_id.insert(number(order.id), self.next_slot()) {
            self.kept.at_mut(earlier.0).replaced = true;
        }
        self.kept.push(Kept { order, on_credit: false, replaced: false, before });
    }

    /// Sets how an order stands, and says how it stood before.
    pub(crate) fn set_status(&mut self, slot: Slot, status: OrderStatus, backorder: bool) -> OrderStatus {
        let kept = self.kept.at_mut(slot.0);
        kept.on_credit = false;
        kept.order.backorder = backorder;
        std::mem::replace(&mut kept.order.status, status)
    }

    pub(crate) fn acknowledge_on_credit(&mut self, slot: Slot) {
        self.kept.at_mut(slot.0).on_credit = true;
    }

    /// Whether the order is still to be acknowledged.
    pub(crate) fn is_unacknowledged(&self, slot: Slot) -> bool {
        let kept = self.kept.at(slot.0);
        kept.order.status == OrderStatus::Pending && !kept.on_credit
    }

    pub(crate) fn view(&self, slot: Slot) -> OrderView {
        let Kept { order, on_credit, .. } = self.kept.at(slot.0);
        let status = if *on_credit { OrderStatus::Reserved } else { order.status };
        let (sku, backorder) = (order.sku.clone(), order.backorder);
        OrderView { id: order.id, sku, units: order.units, at: order.at, status, backorder }
    }

    /// A shopper's orders, newest first, from the newest on.
    pub(crate) fn back_from(&self, newest: Option<Slot>) -> impl Iterator<Item = Slot> {
        let theirs = std::iter::successors(newest, |slot| self.kept.at(slot.0).before);
        theirs.filter(|slot| !self.kept.at(slot.0).replaced)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Order> {
        self.kept.iter().filter(|kept| !kept.replaced).map(|kept| &kept.order)
    }
}

fn number(id: OrderId) -> u128 {
    u128::from_be_bytes(id.0)
}
