//! What the judge is told.

use std::collections::{BTreeMap, BTreeSet};

use doorbuster_proto::{EdgeId, Epoch, IdempotencyKey, OrderId, OrderState, SaleId, ShopperId, Sku, SkuCode};

use crate::shoppers::{Outcome, Told};

/// Everything that is known of some sales once all processes have stopped.
#[derive(Debug, Clone, Default)]
pub struct Facts {
    /// The ledger's accounts.
    pub accounts: BTreeMap<Sku, Account>,
    /// The sales' limits.
    pub limits: BTreeMap<SaleId, Limits>,
    /// The ledger's orders, of every state. A list: a double must be able to show.
    pub ledger: Vec<LedgerOrder>,
    /// What each edge's disk holds.
    pub edges: BTreeMap<EdgeId, EdgeFacts>,
    /// What the shoppers were told.
    pub told: Vec<Told>,
    /// Whether `told` has every shopper who ever came. If not, only its own shoppers' orders are compared.
    pub told_is_whole: bool,
    /// How often each edge lost its disk.
    pub disks_lost: BTreeMap<EdgeId, u64>,
}

/// One SKU in the ledger, in units.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Account {
    /// Units to sell.
    pub supply: u64,
    /// Oversell budget.
    pub budget: u64,
    /// Units out beyond both, since they were lowered.
    pub debt: u64,
    /// Units that the allocator holds.
    pub pool: u64,
    /// Units that live epochs hold.
    pub escrow: BTreeMap<(EdgeId, Epoch), u64>,
    /// Units of valid orders.
    pub sold: u64,
    /// Units that evicted edges may have sold.
    pub quarantine: u64,
    /// Units that an operator gave up.
    pub written_off: u64,
    /// Whether an edge that sold on credit was evicted: units may have come back out of its quarantine.
    pub was_quarantined: bool,
}

/// Units per shopper, and the credit.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Limits {
    /// Over the whole sale.
    pub sale: u64,
    /// Of one item.
    pub items: BTreeMap<SkuCode, u64>,
    /// Credit W: the most units of a SKU that go with a lost disk although they were acknowledged.
    pub credit: u64,
}

/// One order in the ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LedgerOrder {
    /// Its id.
    pub order: OrderId,
    /// The shopper's key.
    pub key: IdempotencyKey,
    /// Of what.
    pub sku: Sku,
    /// Whose.
    pub shopper: ShopperId,
    /// How many units.
    pub units: u64,
    /// The ledger's word; nothing while its SKU is halted.
    pub state: Option<OrderState>,
}

/// What one edge's disk holds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EdgeFacts {
    /// Its epoch, while the ledger has it as live.
    pub epoch: Option<Epoch>,
    /// Units on its shelves.
    pub shelves: BTreeMap<Sku, u64>,
    /// Units in entries of the up log that the ledger has not taken.
    pub up_in_flight: BTreeMap<Sku, u64>,
    /// Units in grants that the edge has not taken.
    pub down_in_flight: BTreeMap<Sku, u64>,
    /// Its orders.
    pub orders: Vec<EdgeOrder>,
}

/// One order on an edge's disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EdgeOrder {
    /// Its id.
    pub order: OrderId,
    /// Of what.
    pub sku: Sku,
    /// How many units.
    pub units: u64,
    /// The ledger's word, as far as the edge knows; nothing for a pending order.
    pub state: Option<OrderState>,
}

impl LedgerOrder {
    /// Whether its units are the shopper's.
    pub fn is_valid(&self) -> bool {
        self.state.is_some_and(OrderState::is_valid)
    }
}

impl EdgeFacts {
    /// Units of a SKU that this edge's epoch accounts for: on the shelf, and on the way in either log.
    pub fn units(&self, sku: &Sku) -> u64 {
        let of = |units: &BTreeMap<Sku, u64>| units.get(sku).copied().unwrap_or(0);
        of(&self.shelves) + of(&self.up_in_flight) + of(&self.down_in_flight)
    }
}

impl Account {
    /// Units that all live epochs hold.
    pub fn escrow_sum(&self) -> u64 {
        self.escrow.values().sum()
    }

    /// Units that are nobody's yet.
    pub fn unsold(&self) -> u64 {
        self.pool + self.escrow_sum()
    }
}

impl Facts {
    /// The ledger's valid orders.
    pub fn valid(&self) -> impl Iterator<Item = &LedgerOrder> {
        self.ledger.iter().filter(|order| order.is_valid())
    }

    /// What was acknowledged under an order that the ledger does not know, and that no edge has still to tell it.
    pub fn missing(&self) -> impl Iterator<Item = &Told> {
        let in_ledger = self.ledger.iter().map(|order| order.order);
        let pending = self.edges.values().flat_map(|edge| &edge.orders).filter(|order| order.state.is_none());
        let known: BTreeSet<String> =
            in_ledger.chain(pending.map(|order| order.order)).map(|id| id.to_string()).collect();
        let is_missing = move |told: &&Told| match &told.outcome {
            Outcome::Acknowledged { order } => !known.contains(order),
            _ => false,
        };
        self.told.iter().filter(is_missing)
    }

    /// Acknowledged units of each SKU of a sale that may have gone with lost disks: W for each disk.
    pub fn lost_units_max(&self, sale: &str) -> u64 {
        let credit = self.limits.iter().find(|(id, _)| id.as_str() == sale).map_or(0, |(_, limits)| limits.credit);
        credit * self.disks_lost.values().sum::<u64>()
    }
}
