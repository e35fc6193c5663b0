//! The orders placed on this edge, of all epochs.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use doorbuster_proto::{Epoch, IdempotencyKey, OrderId, OrderState, Seq, ShopperId, Sku, Timestamp, Units, Verdict};

/// An order as its edge keeps it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Order {
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

/// All orders, and the ways to find them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub(crate) struct Orders {
    by_id: BTreeMap<OrderId, Order>,
    by_shopper: BTreeMap<ShopperId, BTreeSet<(Timestamp, OrderId)>>,
    /// Acknowledged on credit, before the ledger's verdict.
    on_credit: BTreeSet<OrderId>,
}

impl Orders {
    pub(crate) fn find(&self, id: &OrderId) -> Option<&Order> {
        self.by_id.get(id)
    }

    /// Takes an order in; one of the same id, which did not consume it, makes way.
    pub(crate) fn insert(&mut self, id: OrderId, order: Order) {
        let theirs = self.by_shopper.entry(order.shopper.clone()).or_default();
        if let Some(before) = self.by_id.get(&id) {
            theirs.remove(&(before.at, id));
        }
        theirs.insert((order.at, id));
        self.on_credit.remove(&id);
        self.by_id.insert(id, order);
    }

    /// Sets how an order stands, and says how it stood before.
    pub(crate) fn set_status(&mut self, id: &OrderId, status: OrderStatus) -> Option<OrderStatus> {
        let order = self.by_id.get_mut(id)?;
        self.on_credit.remove(id);
        Some(std::mem::replace(&mut order.status, status))
    }

    pub(crate) fn acknowledge_on_credit(&mut self, id: OrderId) {
        self.on_credit.insert(id);
    }

    /// Whether the order is still to be acknowledged.
    pub(crate) fn is_unacknowledged(&self, id: &OrderId) -> bool {
        self.find(id).is_some_and(|order| order.status == OrderStatus::Pending) && !self.on_credit.contains(id)
    }

    pub(crate) fn view(&self, id: OrderId) -> Option<OrderView> {
        let order = self.find(&id)?;
        let status = if self.on_credit.contains(&id) { OrderStatus::Reserved } else { order.status };
        Some(OrderView { id, sku: order.sku.clone(), units: order.units, at: order.at, status })
    }

    /// A shopper's orders, newest first.
    pub(crate) fn of_shopper(&self, shopper: &ShopperId) -> impl Iterator<Item = OrderView> {
        let theirs = self.by_shopper.get(shopper).into_iter().flatten();
        theirs.rev().filter_map(|(_, id)| self.view(*id))
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&OrderId, &Order)> {
        self.by_id.iter()
    }
}
