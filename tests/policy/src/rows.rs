//! Every policy under every workload, for several seeds each.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use doorbuster_allocator_core::Policy;

use crate::figures::Figures;
use crate::statistics::Estimate;
use crate::workload::{Shape, Workload};
use crate::world::simulate;

/// One policy under one workload.
#[derive(Debug, Clone)]
pub struct Row {
    /// How stock was handed out.
    pub policy: Policy,
    /// Under which demand.
    pub workload: Workload,
    /// One sale a seed.
    pub sales: Vec<Figures>,
}

/// How much is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scale {
    /// Under a minute: every shape at one size.
    Quick,
    /// Sizes from 3 to 1,000 edges, and 10 to 1,000,000 units.
    Full,
}

impl Row {
    /// Each figure over the seeds, in the order of [`Figures::NAMES`].
    pub fn estimates(&self) -> [Estimate; 8] {
        std::array::from_fn(|figure| {
            let values: Vec<f64> = self.sales.iter().map(|sale| sale.values()[figure]).collect();
            Estimate::of(&values)
        })
    }
}

impl Scale {
    /// Seeds of each row; fewer where a sale takes long.
    pub fn seeds(self, workload: &Workload) -> u64 {
        match self {
            Self::Quick => 2,
            Self::Full if workload.supply >= 1_000_000 => 1,
            Self::Full if workload.supply >= 30_000 => 3,
            Self::Full => 30,
        }
    }

    /// Every workload of this scale.
    pub fn workloads(self) -> Vec<Workload> {
        let made = |shape: Shape, edges, times: u64| {
            let supply = times * if shape == Shape::Trickle { 300 } else { 3_000 };
            Workload::of(shape, edges, supply)
        };
        let mut all = Shape::MADE.map(|shape| made(shape, 30, 1)).to_vec();
        if self == Self::Full {
            all.extend(Shape::MADE.map(|shape| made(shape, 3, 10)));
            let sizes = [(3, 10), (30, 10), (30, 100_000), (30, 1_000_000), (300, 30_000), (1_000, 30_000)];
            let both = |(edges, supply)| [Shape::Zipf, Shape::Flash].map(|shape| Workload::of(shape, edges, supply));
            all.extend(sizes.into_iter().flat_map(both));
        }
        all
    }
}

/// Runs every policy under every workload, on all processors.
pub fn measure(workloads: &[Workload], policies: &[Policy], seeds: impl Fn(&Workload) -> u64 + Sync) -> Vec<Row> {
    let row = |workload: &Workload, policy| Row { policy, workload: workload.clone(), sales: Vec::new() };
    let rows: Vec<_> = workloads.iter().flat_map(|one| policies.iter().map(move |policy| row(one, *policy))).collect();
    let rows: Vec<_> = rows.into_iter().map(Mutex::new).collect();
    let next = AtomicUsize::new(0);
    let work = || {
        while let Some(row) = rows.get(next.fetch_add(1, Ordering::Relaxed)) {
            let mut row = row.lock().expect("a row is filled by one thread");
            row.sales = (1..=seeds(&row.workload)).map(|seed| simulate(&row.workload, row.policy, seed)).collect();
        }
    };
    let beside = thread::available_parallelism().map_or(1, std::num::NonZero::get);
    thread::scope(|scope| {
        for _ in 0..beside {
            scope.spawn(work);
        }
    });
    rows.into_iter().map(|row| row.into_inner().expect("no thread panicked")).collect()
}
