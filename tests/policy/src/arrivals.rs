//! Shoppers on their way: a Poisson stream of each millisecond, spread over the edges.

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use rand_distr::{Distribution, Poisson};

use crate::workload::Workload;

pub(crate) struct Arrivals {
    workload: Workload,
    rng: StdRng,
    phase: Option<u64>,
    /// The shares' running sums.
    sums: Vec<f64>,
}

impl Arrivals {
    pub(crate) fn of(workload: Workload, seed: u64) -> Self {
        Self { workload, rng: StdRng::seed_from_u64(seed), phase: None, sums: Vec::new() }
    }

    /// The edges that somebody comes to in this millisecond after the start.
    pub(crate) fn at(&mut self, ms: u64) -> Vec<usize> {
        let phase = self.workload.phase(ms);
        if self.phase.replace(phase) != Some(phase) {
            self.sums = running_sums(&self.workload.shares(ms));
        }
        let come = Poisson::new(self.workload.rate(ms)).map_or(0.0, |poisson| poisson.sample(&mut self.rng));
        let mut come = come;
        let mut edges = Vec::new();
        while come >= 1.0 {
            edges.push(self.edge());
            come -= 1.0;
        }
        edges
    }

    /// An edge by its share.
    pub(crate) fn edge(&mut self) -> usize {
        let all = self.sums.last().copied().unwrap_or_default();
        let at = self.rng.random::<f64>() * all;
        self.sums.partition_point(|sum| *sum <= at).min(self.sums.len() - 1)
    }
}

fn running_sums(shares: &[f64]) -> Vec<f64> {
    let mut sum = 0.0;
    let add = |share: &f64| {
        sum += share;
        sum
    };
    shares.iter().map(add).collect()
}
