//! The crowd, and what it was told.

use std::collections::{BTreeMap, BTreeSet};

use doorbuster_edge_core::{OrderView, Purchase, Waiter};
use doorbuster_proto::{DiskId, OrderId, Sku, Units};

use super::plan::{Plan, units};
use crate::dice::Dice;

/// A purchase that a shopper wants to make, however often it takes.
#[derive(Debug, Clone)]
pub(super) struct Wish {
    pub(super) purchase: Purchase,
    pub(super) edge: usize,
    pub(super) tries: u32,
}

/// An order that its shopper was told to have.
#[derive(Debug, Clone)]
pub(super) struct Told {
    pub(super) sku: Sku,
    pub(super) units: Units,
    /// The disks of the edges that said so.
    pub(super) disks: BTreeSet<DiskId>,
}

/// All shoppers.
#[derive(Debug, Default)]
pub(super) struct Shoppers {
    pub(super) wishes: Vec<Wish>,
    waiting: BTreeMap<(usize, Waiter), usize>,
    last_waiter: u64,
    pub(super) told: BTreeMap<OrderId, Told>,
    /// Disks that were lost, or set back.
    pub(super) lost: BTreeSet<DiskId>,
}

impl Shoppers {
    pub(super) fn of(plan: &Plan, dice: &mut Dice) -> Self {
        let (codes, edges) = (plan.codes(), plan.edges.len() as u64);
        let wishes = (0..plan.purchases).map(|n| Wish {
            purchase: Purchase {
                sale: plan.sale.id.clone(),
                sku: dice.one_of(&codes).clone(),
                units: units(1 + dice.below(2)),
                shopper: format!("shopper-{}", dice.below(plan.shoppers)).parse().expect("it is an id"),
                key: format!("k-{n}").parse().expect("it is an id"),
            },
            edge: usize::try_from(dice.below(edges)).expect("it is small"),
            tries: 0,
        });
        Self { wishes: wishes.collect(), ..Self::default() }
    }

    /// Names a request of a wish at its edge.
    pub(super) fn ask(&mut self, wish: usize) -> Waiter {
        self.last_waiter += 1;
        self.wishes[wish].tries += 1;
        self.waiting.insert((self.wishes[wish].edge, Waiter(self.last_waiter)), wish);
        Waiter(self.last_waiter)
    }

    /// Whose request is answered; each is once.
    pub(super) fn answered(&mut self, edge: usize, waiter: Waiter) -> Option<usize> {
        self.waiting.remove(&(edge, waiter))
    }

    /// Those whose edge has died while they waited.
    pub(super) fn stranded(&mut self, edge: usize) -> Vec<usize> {
        let waiting = std::mem::take(&mut self.waiting);
        let (stranded, others): (BTreeMap<_, _>, _) = waiting.into_iter().partition(|((at, _), _)| *at == edge);
        self.waiting = others;
        stranded.into_values().collect()
    }

    pub(super) fn tell(&mut self, view: &OrderView, disk: DiskId) {
        let told = || Told { sku: view.sku.clone(), units: view.units, disks: BTreeSet::new() };
        self.told.entry(view.id).or_insert_with(told).disks.insert(disk);
    }

    pub(super) fn disk_lost(&mut self, disk: DiskId) {
        self.lost.insert(disk);
    }
}
