//! The accounts of one SKU, and the one way to change them.

use std::collections::BTreeMap;

use doorbuster_proto::{Sku, Units};

use crate::{Account, ItemDefinition, SaleDefinition};

/// What was promised about a SKU when it was published.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Terms {
    /// How many units there are.
    pub supply: Units,
    /// How many more may be sold than there are.
    pub budget: Units,
    /// Units of this SKU per shopper.
    pub limit: Units,
    /// Units of the whole sale per shopper.
    pub sale_limit: Units,
    /// Credit W.
    pub credit: Units,
}

impl Terms {
    /// The terms of one item of a sale.
    pub fn of(sale: &SaleDefinition, item: &ItemDefinition) -> Self {
        let ItemDefinition { supply, budget, limit, .. } = *item;
        Self { supply, budget, limit, sale_limit: sale.limit, credit: sale.credit }
    }
}

/// One SKU's books.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Stock {
    /// As published, or as set since.
    pub terms: Terms,
    /// Units issued beyond supply and budget, since these were lowered: whatever comes to the pool leaves by them first.
    pub debt: Units,
    /// Every account that is not zero.
    pub accounts: BTreeMap<Account, Units>,
    /// Why nothing of it moves, where nothing does.
    pub halted: Option<String>,
}

/// The books of a SKU would not add up.
#[derive(Debug, Clone, PartialEq, Eq, Hash, thiserror::Error)]
pub enum Violation {
    /// More was to be taken than there is.
    #[error("{sku}: {wanted} units were to leave {account}, which holds {found}")]
    Overdrawn {
        /// Of what.
        sku: Sku,
        /// From where.
        account: Account,
        /// How many.
        wanted: Units,
        /// How many there are.
        found: Units,
    },
    /// The accounts do not add up to what was issued.
    #[error("{sku}: the accounts hold {found} units, and {issued} were issued")]
    Unbalanced {
        /// Of what.
        sku: Sku,
        /// Supply, budget and debt.
        issued: Units,
        /// The accounts' sum.
        found: Units,
    },
}

impl Stock {
    /// What an account holds.
    pub fn balance(&self, account: &Account) -> Units {
        self.accounts.get(account).copied().unwrap_or_default()
    }

    /// What the accounts add up to: supply, budget, and what is still out beyond them.
    pub fn issued(&self) -> Units {
        self.terms.supply.plus(self.terms.budget).plus(self.debt)
    }

    /// The part of the debt that can come back: no more than is unsold. What was sold instead comes back with
    /// cancellations alone.
    pub fn owed(&self) -> Units {
        self.debt.min(self.issued().minus(self.gone()))
    }

    /// Units that no edit of the supply can take away: sold, in quarantine, written off.
    pub fn gone(&self) -> Units {
        self.sum(|account| !matches!(account, Account::Supply | Account::Pool | Account::Escrow(..)))
    }

    /// What all accounts of a kind hold.
    pub fn sum(&self, kind: impl Fn(&Account) -> bool) -> Units {
        self.accounts.iter().filter(|(account, _)| kind(account)).map(|(_, units)| *units).sum()
    }

    /// What edges with a live epoch hold.
    pub fn escrow(&self) -> Units {
        self.sum(|account| matches!(account, Account::Escrow(..)))
    }

    /// What fenced epochs may have sold.
    pub fn quarantine(&self) -> Units {
        self.sum(|account| matches!(account, Account::Quarantine(..)))
    }

    /// Units that live epochs may have sold and acknowledged beyond the ledger's knowledge: what would wait in quarantine
    /// if every edge were evicted now.
    pub fn at_risk(&self) -> Units {
        let held = self.accounts.iter().filter(|(account, _)| matches!(account, Account::Escrow(..)));
        held.map(|(_, units)| (*units).min(self.terms.credit)).sum()
    }

    /// What was given up.
    pub fn written_off(&self) -> Units {
        self.sum(|account| matches!(account, Account::WrittenOff(..)))
    }

    /// The ledger's word: no unit is left anywhere, quarantine apart.
    pub fn is_sold_out(&self) -> bool {
        let is_left = |account: &Account| matches!(account, Account::Pool | Account::Escrow(..));
        !self.accounts.keys().any(is_left)
    }

    /// Checks that the accounts add up.
    ///
    /// # Errors
    /// [`Violation::Unbalanced`] where they do not.
    pub fn check(&self, sku: &Sku) -> Result<(), Violation> {
        let found = self.sum(|_| true);
        if found == self.issued() {
            return Ok(());
        }
        Err(Violation::Unbalanced { sku: sku.clone(), issued: self.issued(), found })
    }

    /// Takes new terms into account, where so much was issued before: what they add is in the pool, what they take away is
    /// debt. Returns what the pool gained.
    pub(crate) fn reissue(&mut self, before: Units) -> Units {
        self.debt = Units::ZERO;
        let gained = self.issued().saturating_sub(before);
        self.debt = before.saturating_sub(self.issued());
        self.set(&Account::Pool, self.balance(&Account::Pool).plus(gained));
        gained
    }

    /// Pays the debt as far as the pool reaches. Returns what left the pool.
    pub(crate) fn pay(&mut self) -> Units {
        let pool = self.balance(&Account::Pool);
        let paid = self.debt.min(pool);
        self.set(&Account::Pool, pool.minus(paid));
        self.debt = self.debt.minus(paid);
        paid
    }

    /// Moves units: what one account loses the other gains. Changes nothing where there are too few.
    pub(crate) fn transfer(&mut self, sku: &Sku, from: &Account, to: &Account, units: Units) -> Result<(), Violation> {
        let found = self.balance(from);
        let Some(left) = found.checked_sub(units) else {
            return Err(Violation::Overdrawn { sku: sku.clone(), account: from.clone(), wanted: units, found });
        };
        let gained = self.balance(to).plus(units);
        self.set(from, left);
        self.set(to, gained);
        Ok(())
    }

    pub(crate) fn set(&mut self, account: &Account, units: Units) {
        if units.is_zero() {
            self.accounts.remove(account);
        } else if let Some(held) = self.accounts.get_mut(account) {
            *held = units;
        } else {
            self.accounts.insert(account.clone(), units);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sku() -> Sku {
        Sku { sale: "s".parse().unwrap(), code: "a".parse().unwrap() }
    }

    fn stock(issued: u64) -> Stock {
        let mut stock =
            Stock { terms: Terms { supply: Units::new(issued).unwrap(), ..Terms::default() }, ..Stock::default() };
        stock.reissue(Units::ZERO);
        stock
    }

    #[test]
    fn a_transfer_moves_units_and_keeps_the_sum() {
        let mut stock = stock(10);
        stock.transfer(&sku(), &Account::Pool, &Account::Sold, Units::new(4).unwrap()).unwrap();
        assert_eq!(stock.balance(&Account::Pool).get(), 6);
        assert_eq!(stock.balance(&Account::Sold).get(), 4);
        assert_eq!(stock.check(&sku()), Ok(()));
    }

    #[test]
    fn more_than_there_is_does_not_move() {
        let mut stock = stock(3);
        let before = stock.clone();
        let over = stock.transfer(&sku(), &Account::Pool, &Account::Sold, Units::new(4).unwrap());
        assert!(matches!(over, Err(Violation::Overdrawn { .. })));
        assert_eq!(stock, before);
    }

    #[test]
    fn books_that_do_not_add_up_are_told() {
        let mut stock = stock(3);
        stock.accounts.insert(Account::Sold, Units::ONE);
        let said = stock.check(&sku()).unwrap_err().to_string();
        assert_eq!(said, "s/a: the accounts hold 4 units, and 3 were issued");
    }

    #[test]
    fn a_debt_is_paid_by_the_pool_and_cancelled_by_a_raise() {
        let u = |count| Units::new(count).unwrap();
        let mut stock = stock(10);
        stock.transfer(&sku(), &Account::Pool, &Account::Sold, u(8)).unwrap();
        stock.terms.supply = u(5);
        assert_eq!(stock.reissue(u(10)), u(0));
        assert_eq!((stock.debt, stock.owed(), stock.pay()), (u(5), u(2), u(2)));
        assert_eq!((stock.debt, stock.owed(), stock.issued()), (u(3), u(0), u(8)));
        stock.terms.supply = u(9);
        assert_eq!(stock.reissue(u(8)), u(1));
        assert_eq!((stock.debt, stock.balance(&Account::Pool)), (u(0), u(1)));
        assert_eq!(stock.check(&sku()), Ok(()));
    }
}
