//! A purchase and its answers.

use doorbuster_proto::{IdempotencyKey, OrderId, SaleId, ShopperId, Sku, SkuCode, Timestamp, Units};

use crate::OrderView;

/// Names a request that waits for a [`Command::Reply`](crate::Command::Reply).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Waiter(pub u64);

/// A shopper's wish to buy.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Purchase {
    /// In which sale.
    pub sale: SaleId,
    /// What.
    pub sku: SkuCode,
    /// How many, at least one.
    pub units: Units,
    /// For whom.
    pub shopper: ShopperId,
    /// The shopper's name for this intent; a repeat gets the first answer.
    pub key: IdempotencyKey,
}

impl Purchase {
    /// The order that the purchase would become.
    pub fn order(&self) -> OrderId {
        OrderId::of(&self.sale, &self.shopper, &self.key)
    }

    /// What is bought, in full.
    pub fn full_sku(&self) -> Sku {
        Sku { sale: self.sale.clone(), code: self.sku.clone() }
    }
}

/// What a shopper hears. A refusal is an outcome, not an error.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Answer {
    /// Acknowledged: the order is the shopper's. A repeat hears how the order stands by now.
    Reserved(OrderView),
    /// On this edge's disk, and not acknowledged yet.
    Pending {
        /// The order.
        order: OrderView,
        /// When to ask again, with the same key.
        retry_after_ms: u64,
    },
    /// No unit here now, and the ledger has not said "sold out".
    Queueing {
        /// When to ask again, with the same key.
        retry_after_ms: u64,
        /// The chance to get a unit, where the ledger has told enough to say.
        chance: Option<Chance>,
        /// Units that are left anywhere, where fewer are than are wanted: they are not waited for.
        only_left: Option<Units>,
    },
    /// No.
    Refused(Refusal),
}

/// How many of a hundred who wait by now can be served with what is left.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Chance {
    /// 0 to 100.
    pub percent: u8,
}

impl Chance {
    /// No chance.
    pub const NONE: Self = Self { percent: 0 };

    /// What is left, against what shoppers wait for.
    pub fn of(left: Units, waiting: Units) -> Self {
        let percent = left.get().saturating_mul(100) / waiting.max(Units::ONE).get();
        Self { percent: u8::try_from(percent.min(100)).expect("at most 100") }
    }
}

/// Why not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Refusal {
    /// This edge sells no such thing.
    UnknownSku,
    /// The sale has not begun.
    NotStarted {
        /// When it will.
        starts_at: Timestamp,
    },
    /// The sale has ended.
    Over,
    /// No unit is left anywhere.
    SoldOut,
    /// The shopper would have more than the limit.
    LimitReached {
        /// The limit that would be passed.
        limit: Units,
    },
    /// The key named another purchase before.
    KeyReused,
}
