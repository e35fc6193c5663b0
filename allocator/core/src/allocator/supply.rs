//! The supply and the oversell budget of an item, set while it sells. What is added goes to the pool. What is taken away
//! leaves the pool at once; the rest is a debt, paid by whatever comes to the pool, before any grant.

use doorbuster_proto::{Sku, Timestamp, Units};

use super::Allocator;
use super::books::Tally;
use super::log::Sync;
use crate::{Account, ItemDefinition, Outcome, Refusal, Sale, SaleStage, Write};

impl Allocator {
    /// Sets an item's supply, its budget, or both.
    pub(super) fn set_supply(
        &mut self,
        sku: &Sku,
        supply: Option<Units>,
        budget: Option<Units>,
        now: Timestamp,
    ) -> Result<Outcome, Refusal> {
        let known = self.image.sales.get(&sku.sale).ok_or_else(|| Refusal::UnknownSale { sale: sku.sale.clone() })?;
        let at = known.definition.items.iter().position(|item| item.sku == sku.code);
        let at = at.ok_or_else(|| Refusal::UnknownSku { sku: sku.clone() })?;
        if known.stage != SaleStage::Published || now >= known.ends_at {
            return Err(Refusal::Over { sale: sku.sale.clone() });
        }
        let item = &known.definition.items[at];
        let item = ItemDefinition {
            supply: supply.unwrap_or(item.supply),
            budget: budget.unwrap_or(item.budget),
            ..item.clone()
        };
        if item == known.definition.items[at] {
            return Ok(Outcome::Unchanged);
        }
        self.check_supply(sku, &item)?;
        let (supply, budget) = (item.supply, item.budget);
        let before = self.image.stock[sku].issued();
        let mut sale = Sale::clone(&self.image.sales[&sku.sale]);
        sale.definition.items[at] = item;
        self.write(Write::Sale(sale), Sync::Promise);
        let mut tally = Tally::default();
        self.reissue(&mut tally, sku, before);
        self.journal(tally, "operator".into(), format!("supply of {sku}: {supply} and a budget of {budget}"), now);
        Ok(Outcome::SupplySet { supply, budget, debt: self.image.stock[sku].owed() })
    }

    /// Whether an item that sells can have this supply and budget.
    pub(super) fn check_supply(&self, sku: &Sku, item: &ItemDefinition) -> Result<(), Refusal> {
        let stock = &self.image.stock[sku];
        if stock.halted.is_some() {
            return Err(Refusal::Halted { sku: sku.clone() });
        }
        let lowers = item.issued() < stock.issued();
        if lowers && !self.awaited.is_empty() {
            // What this ledger takes for its pool's may be on an edge that it does not know of.
            return Err(Refusal::Waiting { edges: self.waiting_for() });
        }
        if item.issued() < stock.gone() {
            let (sold, quarantine) = (stock.balance(&Account::Sold), stock.quarantine());
            let (written_off, found) = (stock.written_off(), item.issued());
            return Err(Refusal::BelowSold { sku: sku.clone(), sold, quarantine, written_off, found });
        }
        Ok(())
    }

    /// Brings a SKU's books to its terms, which are written; so much was issued before.
    pub(super) fn reissue(&mut self, tally: &mut Tally, sku: &Sku, before: Units) {
        let stock = self.image.stock.get_mut(sku).expect("its sale was just written");
        let owed = stock.debt;
        let gained = stock.reissue(before);
        if stock.debt != owed {
            let units = stock.debt;
            self.write(Write::Debt { sku: sku.clone(), units }, Sync::Promise);
        }
        if !gained.is_zero() {
            tally.add(sku, &Account::Supply, &Account::Pool, gained);
        }
        self.pay_debt(tally, sku);
        self.to_place.insert(sku.clone());
        self.to_say.insert(sku.clone());
    }

    /// Pays the debts of every SKU of which something came to the pool.
    pub(super) fn pay_debts(&mut self, tally: &mut Tally) {
        let owing = tally.returned().filter(|sku| !self.image.stock[*sku].debt.is_zero());
        let owing: Vec<Sku> = owing.cloned().collect();
        for sku in owing {
            self.pay_debt(tally, &sku);
        }
    }

    fn pay_debt(&mut self, tally: &mut Tally, sku: &Sku) {
        let stock = self.image.stock.get_mut(sku).expect("units come back of known SKUs alone");
        let paid = stock.pay();
        if paid.is_zero() {
            return;
        }
        let units = stock.debt;
        tally.add(sku, &Account::Pool, &Account::Supply, paid);
        self.write(Write::Debt { sku: sku.clone(), units }, Sync::Promise);
    }
}
