//! What the ledger tells beyond this edge: when it needs more, where the stock is, how many wait for what is left. Soft.

use doorbuster_proto::{EdgeAddress, OrderId, Sku, SkuGuidance, Units, untold_low_water};

use crate::node::Edge;
use crate::session::Phase;
use crate::{Answer, Chance, Command, QUEUEING_RETRY_MS};

impl Edge {
    pub(crate) fn hear_guidance(&mut self, told: Vec<SkuGuidance>) {
        for guidance in &told {
            self.guidance.insert(guidance.sku.clone(), guidance.clone());
        }
        let sales = &self.sales;
        self.guidance.retain(|sku, _| sales.find(&sku.sale).is_some());
        self.commands.push_back(Command::ShowGuidance(told));
    }

    /// The ledger says "sold out": what it told of stock before is no longer so. What it tells from now on is newer.
    pub(crate) fn forget_stock(&mut self, sku: &Sku) {
        if let Some(guidance) = self.guidance.get_mut(sku).filter(|told| !told.left.is_zero() || !told.stock.is_empty())
        {
            guidance.left = Units::ZERO;
            guidance.stock.clear();
            self.commands.push_back(Command::ShowGuidance(vec![guidance.clone()]));
        }
    }

    pub(crate) fn hear_addresses(&mut self, edges: Vec<EdgeAddress>) {
        if self.addresses != edges {
            self.addresses.clone_from(&edges);
            self.commands.push_back(Command::ShowEdges(edges));
        }
    }

    /// Whether so few units are on the shelf that the edge needs more.
    pub(crate) fn is_low(&self, sku: &Sku) -> bool {
        let Some(shelf) = self.shelves.get(sku) else { return false };
        let told = self.guidance.get(sku).map(|guidance| guidance.low_water);
        shelf.on_hand <= told.unwrap_or_else(|| untold_low_water(shelf.last_grant))
    }

    /// "Ask again" for so many units: not all at the same moment, and each purchase at its own.
    pub(crate) fn queueing(&self, sku: &Sku, id: OrderId, units: Units) -> Answer {
        let spread = u64::from(u16::from_be_bytes([id.0[0], id.0[1]])) * QUEUEING_RETRY_MS / 2 / u64::from(u16::MAX);
        let only_left = self.too_few_left(sku, units);
        let chance = if only_left.is_some() { Some(Chance::NONE) } else { self.chance(sku) };
        Answer::Queueing { retry_after_ms: QUEUEING_RETRY_MS * 3 / 4 + spread, chance, only_left }
    }

    /// Units that are left anywhere, where the ledger has told of fewer than are wanted. Whoever wants more is not waited for:
    /// what is left would be gathered here for nothing, and others would wait for it.
    pub(crate) fn too_few_left(&self, sku: &Sku, wanted: Units) -> Option<Units> {
        let left = self.guidance.get(sku)?.left;
        (!left.is_zero() && left < wanted).then_some(left)
    }

    /// How many of those who wait can be served with what is left; without a session nobody knows.
    fn chance(&self, sku: &Sku) -> Option<Chance> {
        let guidance = self.guidance.get(sku).filter(|_| self.connection.phase == Phase::Up)?;
        Some(Chance::of(guidance.left, guidance.waiting.max(self.queue.units(sku))))
    }
}
