//! What a seed makes of a world.

use std::ops::Range;

use doorbuster_allocator_core::{ItemDefinition, Policy, SaleDefinition};
use doorbuster_proto::{EdgeId, SkuCode, Timestamp, Units};

use crate::dice::Dice;

/// When the world begins.
pub(super) const BEGINS: Timestamp = Timestamp(1_000_000);
/// Clocks differ from the true time by up to so much.
pub(super) const SKEW_MS_MAX: u64 = 400;
const SALE: &str = "s";

/// What is made wrong on purpose, to see that it is found out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sabotage {
    /// The edges' disks say that a batch is synced, and may lose it in a crash.
    EdgeDisksLie,
    /// The allocator's does.
    AllocatorDiskLies,
}

/// The proportions of one world.
#[derive(Debug, Clone)]
pub struct Plan {
    /// Where everything comes from.
    pub seed: u64,
    /// The edges' names.
    pub edges: Vec<EdgeId>,
    /// The sale.
    pub sale: SaleDefinition,
    /// Shoppers, each with a few purchases.
    pub shoppers: u64,
    /// Purchases that are begun, repeats apart.
    pub purchases: u64,
    /// Milliseconds between two faults, on average.
    pub fault_every_ms: u64,
    /// Milliseconds of a message's way.
    pub latency_ms: Range<u64>,
    /// Milliseconds of a synced write.
    pub sync_ms: Range<u64>,
    /// Milliseconds of silence after which the allocator evicts an edge; `None` leaves it to operators.
    pub evict_after_ms: Option<u64>,
    /// How stock is handed out and moved: mostly as in production.
    pub policy: Policy,
    /// Whether disks may be lost or set back: then up to W units of each SKU may be gone with each.
    pub loses_disks: bool,
    /// What is wrong with this world.
    pub sabotage: Option<Sabotage>,
}

impl Plan {
    /// The world of a seed.
    pub fn of(seed: u64) -> Self {
        let mut dice = Dice::new(seed);
        let edges = *dice.one_of(&[5, 5, 6, 8, 12]);
        let credit = *dice.one_of(&[0, 0, 1, 2, 5]);
        let lasts_ms = dice.within(6_000..20_000);
        let starts_at = BEGINS.after_ms(dice.within(200..1_500));
        let items = ["a", "b", "c"].into_iter().take(usize::try_from(dice.within(1..4)).expect("it is small"));
        let limit = dice.within(1..5);
        let items = items.map(|code| item(code, dice.within(1..60), limit)).collect();
        let sale = SaleDefinition {
            id: SALE.parse().expect("it is an id"),
            title: "Simulated".to_owned(),
            starts_at,
            ends_at: starts_at.after_ms(lasts_ms),
            limit: units(limit + dice.below(3)),
            credit: units(credit),
            by_page_views: seed.is_multiple_of(2),
            items,
        };
        let slow = dice.chance(20);
        Self {
            seed,
            edges: (1..=edges).map(|n| format!("edge-{n}").parse().expect("it is an id")).collect(),
            sale,
            shoppers: dice.within(20..120),
            purchases: dice.within(60..260),
            fault_every_ms: dice.within(150..2_500),
            latency_ms: if slow { 20..300 } else { 1..25 },
            sync_ms: if slow { 1..60 } else { 1..4 },
            evict_after_ms: dice.chance(50).then(|| dice.within(3_500..6_000)),
            loses_disks: dice.chance(50),
            policy: if dice.chance(50) { Policy::Adaptive } else { *dice.one_of(&Policy::ALL) },
            sabotage: None,
        }
    }

    /// The sale's SKUs.
    pub fn codes(&self) -> Vec<SkuCode> {
        self.sale.items.iter().map(|item| item.sku.clone()).collect()
    }
}

fn item(code: &str, supply: u64, limit: u64) -> ItemDefinition {
    ItemDefinition {
        sku: code.parse().expect("it is an id"),
        name: code.to_owned(),
        supply: units(supply),
        budget: units(supply / 20),
        limit: units(limit),
        few_left: Units::ONE,
        edges: None,
        weights: None,
    }
}

pub(super) fn units(count: u64) -> Units {
    Units::new(count).expect("it is small")
}
