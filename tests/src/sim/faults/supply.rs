//! Operators who change a sale that sells.

use doorbuster_allocator_core::{Operator, SaleDefinition};
use doorbuster_proto::{Sku, Units};

use crate::sim::plan::units;
use crate::sim::world::World;

/// The most units that are found at once.
const FOUND_MAX: u64 = 20;

impl World {
    pub(super) fn raise_supply(&mut self) -> bool {
        let Some(sku) = self.some_sku() else { return false };
        let more = units(self.dice.within(1..FOUND_MAX));
        let supply = self.allocator.core.image().stock[&sku].terms.supply.plus(more);
        self.set_supply(sku, supply)
    }

    /// Anything from what is sold to what there is; sometimes less, which is refused.
    pub(super) fn lower_supply(&mut self) -> bool {
        let Some(sku) = self.some_sku() else { return false };
        let stock = &self.allocator.core.image().stock[&sku];
        let (gone, budget, supply) = (stock.gone(), stock.terms.budget, stock.terms.supply.get());
        let least = gone.saturating_sub(budget).get().saturating_sub(1);
        if least >= supply {
            return false;
        }
        let supply = units(self.dice.within(least..supply));
        self.set_supply(sku, supply)
    }

    /// Half of the edges, or all of them.
    pub(super) fn place_elsewhere(&mut self) -> bool {
        let Some(known) = self.definition() else { return false };
        let at = usize::try_from(self.dice.below(known.items.len() as u64)).expect("it is small");
        let names: Vec<_> = self.edges.iter().map(|edge| edge.name.clone()).collect();
        let placed: Vec<_> = names.into_iter().filter(|_| self.dice.chance(50)).collect();
        let mut wanted = known.clone();
        wanted.items[at].edges = Some(placed).filter(|placed| !placed.is_empty() && self.dice.chance(70));
        self.operate(Operator::Publish(wanted.clone()));
        wanted != known && self.definition() == Some(wanted)
    }

    fn set_supply(&mut self, sku: Sku, supply: Units) -> bool {
        let before = self.definition();
        self.operate(Operator::SetSupply { sku, supply: Some(supply), budget: None });
        before != self.definition()
    }

    fn some_sku(&mut self) -> Option<Sku> {
        let skus: Vec<Sku> = self.definition()?.skus().collect();
        Some(self.dice.one_of(&skus).clone())
    }

    /// The sale as the ledger has it now; none where the allocator died before it was written.
    fn definition(&self) -> Option<SaleDefinition> {
        Some(self.allocator.core.image().sales.get(&self.plan.sale.id)?.definition.clone())
    }
}
