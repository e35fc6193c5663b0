//! Who wants what, and what each was told.

use std::collections::{BTreeMap, BTreeSet};

use doorbuster_allocator_core::{Image, LedgerOrder};
use doorbuster_edge_core::{Purchase, Waiter};
use doorbuster_proto::{DiskId, IdempotencyKey, ShopperId};

/// One purchase that a shopper wants to make, however often it takes.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Wish {
    pub(crate) purchase: Purchase,
    /// The edges that it may be asked of.
    pub(crate) edges: Vec<usize>,
    pub(crate) tries: u8,
    /// The disks of the edges that said: it is yours.
    pub(crate) told_by: BTreeSet<DiskId>,
    pub(crate) told_sold_out: bool,
}

/// All shoppers.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub(crate) struct Shoppers {
    pub(crate) wishes: Vec<Wish>,
    waiting: BTreeMap<(usize, Waiter), usize>,
}

impl Shoppers {
    pub(crate) fn of(wishes: Vec<Wish>) -> Self {
        Self { wishes, waiting: BTreeMap::new() }
    }

    pub(crate) fn is_waiting(&self, wish: usize) -> bool {
        self.waiting.values().any(|waiting| *waiting == wish)
    }

    /// A wish's next request at a node.
    pub(crate) fn ask(&mut self, wish: usize, node: usize) -> Waiter {
        let tries = &mut self.wishes[wish].tries;
        *tries += 1;
        let waiter = Waiter(wish as u64 * 16 + u64::from(*tries));
        self.waiting.insert((node, waiter), wish);
        waiter
    }

    /// Whose request is answered; each is once.
    pub(crate) fn answered(&mut self, node: usize, waiter: Waiter) -> Option<usize> {
        self.waiting.remove(&(node, waiter))
    }

    /// The node has died, and whoever waits there hears nothing.
    pub(crate) fn forget(&mut self, node: usize) {
        self.waiting.retain(|(at, _), _| *at != node);
    }
}

impl Wish {
    /// Whether these name the wish's order. By what it is made of, so that it is found whatever its id is made of.
    pub(crate) fn is(&self, shopper: &ShopperId, key: &IdempotencyKey) -> bool {
        (shopper, key) == (&self.purchase.shopper, &self.purchase.key)
    }

    /// The wish's order in a ledger. A key may have been used for another item before.
    pub(crate) fn order<'a>(&self, ledger: &'a Image) -> Option<&'a LedgerOrder> {
        let is_its = |order: &&LedgerOrder| self.is(&order.shopper, &order.key) && order.sku.code == self.purchase.sku;
        ledger.orders.values().find(is_its)
    }

    pub(crate) fn is_told(&self) -> bool {
        !self.told_by.is_empty()
    }
}
