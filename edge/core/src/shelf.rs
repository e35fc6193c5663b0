//! One SKU's stock on this edge: the escrow.

use doorbuster_proto::Units;

/// What one epoch was granted of a SKU, and where it went. Never below zero (O'Neil 1986).
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Shelf {
    /// Units that may be sold. `granted − sold − returned`; 0 once the epoch is closing.
    pub on_hand: Units,
    /// Units that came, since the epoch's start.
    pub granted: Units,
    /// Units in orders placed, since the epoch's start; later cancellations do not count back.
    pub sold: Units,
    /// Units given back to the pool, since the epoch's start.
    pub returned: Units,
    /// The last grant.
    pub last_grant: Units,
    /// The allocator's totals differ from these: nothing is sold of it in this epoch.
    pub halted: bool,
}

impl Shelf {
    /// Whether the books add up.
    pub fn balances(&self) -> bool {
        self.sold
            .checked_add(self.returned)
            .and_then(|gone| gone.checked_add(self.on_hand))
            .is_some_and(|all| all == self.granted)
    }

    pub(crate) fn grant(&mut self, units: Units) {
        self.granted = self.granted.plus(units);
        self.on_hand = self.on_hand.plus(units);
        self.last_grant = units;
        assert!(self.balances(), "a grant keeps the books");
    }

    pub(crate) fn sell(&mut self, units: Units) {
        self.on_hand = self.on_hand.minus(units);
        self.sold = self.sold.plus(units);
        assert!(self.balances(), "a sale keeps the books");
    }

    pub(crate) fn give_back(&mut self, units: Units) {
        self.on_hand = self.on_hand.minus(units);
        self.returned = self.returned.plus(units);
        assert!(self.balances(), "a return keeps the books");
    }

    /// The epoch is fenced: what is here is the ledger's already.
    pub(crate) fn close(&mut self) {
        self.on_hand = Units::ZERO;
    }
}
