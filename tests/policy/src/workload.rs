//! What shoppers do: how many come, when, and to which edge.

use crate::replay::Replay;

/// One sale's circumstances.
#[derive(Debug, Clone, PartialEq)]
pub struct Workload {
    /// How demand is spread over edges and time.
    pub shape: Shape,
    /// How many edges there are.
    pub edges: usize,
    /// Units to sell.
    pub supply: u64,
    /// How many units shoppers want, in turn.
    pub carts: Vec<u64>,
}

/// How demand is spread over edges and time: made but for the last one.
#[derive(Debug, Clone, PartialEq)]
pub enum Shape {
    /// Every edge alike, at a steady rate.
    Uniform,
    /// The n-th edge has 1/n of the first one's demand (Zipf); nobody knows before.
    Zipf,
    /// The same, and the edges' weights say so.
    ZipfKnown,
    /// A third of the edges has nine tenths of the demand; every fourth of the sale it is another third.
    Moving,
    /// Three times the supply is asked for; most of it in the first second.
    Flash,
    /// A shopper now and then.
    Trickle,
    /// One edge is lost with its disk when a third is sold.
    EdgeDies,
    /// One edge with a third of the demand is 300 ms away.
    SlowEdge,
    /// As it was recorded.
    Recorded(Replay),
}

/// How long a steady sale would last if every shopper could be served at once, in milliseconds.
const STEADY_MS: f64 = 20_000.0;
const TRICKLE_MS: f64 = 120_000.0;
/// Of a flash, so much comes with the first second, in shares of the supply; and then so much a second.
const FLASH_FIRST: f64 = 2.0;
const FLASH_LATER: f64 = 0.2;
const MOVING_HOT: f64 = 0.9;
const PHASE_MS: u64 = 5_000;

impl Workload {
    /// Every shopper wants one unit.
    pub fn of(shape: Shape, edges: usize, supply: u64) -> Self {
        Self { shape, edges, supply, carts: vec![1] }
    }

    /// The same units, wanted so many at a time, in turn.
    #[must_use]
    pub fn with_carts(self, carts: &[u64]) -> Self {
        Self { carts: carts.to_vec(), ..self }
    }

    /// How many units the shopper of this number wants.
    pub fn cart(&self, shopper: usize) -> u64 {
        self.carts[shopper % self.carts.len()]
    }

    /// Recorded demand, with as many edges as it was recorded at, for so many units.
    pub fn recorded(replay: Replay, supply: u64) -> Self {
        let edges = replay.trace.edges();
        Self::of(Shape::Recorded(replay), edges, supply)
    }

    /// Shoppers who come in a millisecond, `ms` after the start.
    pub fn rate(&self, ms: u64) -> f64 {
        let cart = self.carts.iter().sum::<u64>() as f64 / self.carts.len() as f64;
        let supply = self.supply as f64 / cart;
        match &self.shape {
            Shape::Flash if ms < 1_000 => supply * FLASH_FIRST / 1_000.0,
            Shape::Flash => supply * FLASH_LATER / 1_000.0,
            Shape::Trickle => supply / TRICKLE_MS,
            Shape::Recorded(replay) => supply * replay.rate(ms),
            _ => supply / STEADY_MS,
        }
    }

    /// Each edge's share of who comes then, against the others'.
    pub fn shares(&self, ms: u64) -> Vec<f64> {
        match &self.shape {
            Shape::Recorded(replay) => replay.shares(ms),
            _ => (0..self.edges).map(|edge| self.share(edge, ms)).collect(),
        }
    }

    /// Where in the sale the shares are others than before.
    pub fn phase(&self, ms: u64) -> u64 {
        match &self.shape {
            Shape::Moving => ms / PHASE_MS,
            Shape::Recorded(replay) => replay.step(ms),
            _ => 0,
        }
    }

    /// What the configuration says of an edge's demand.
    pub fn weight(&self, edge: usize) -> u32 {
        match &self.shape {
            Shape::ZipfKnown => u32::try_from(1_000_000 / (edge + 1)).unwrap_or(1),
            _ => 1,
        }
    }

    /// Milliseconds from an edge to the allocator.
    pub fn one_way_ms(&self, edge: usize) -> u64 {
        match &self.shape {
            Shape::SlowEdge if edge == 0 => 150,
            _ => 10 + (edge as u64 * 7) % 20,
        }
    }

    /// Credit W: as much as anybody wants, but where what a lost edge may have sold counts.
    pub fn credit(&self) -> u64 {
        if self.shape == Shape::EdgeDies { 5 } else { 1 << 32 }
    }

    /// How long the sale is open, in milliseconds: long enough for every shopper who comes to be served.
    pub fn open_ms(&self) -> u64 {
        match &self.shape {
            Shape::Trickle => 240_000,
            Shape::Recorded(replay) => 3 * replay.lasts_ms(),
            _ => 60_000,
        }
    }

    /// For tables: the shape, edges and supply.
    pub fn name(&self) -> String {
        format!("{}, {} edges, {} units", self.shape.as_str(), self.edges, self.supply)
    }

    fn share(&self, edge: usize, ms: u64) -> f64 {
        match &self.shape {
            Shape::Zipf | Shape::ZipfKnown => 1.0 / (edge + 1) as f64,
            Shape::Moving => {
                let is_hot = edge as u64 % 3 == self.phase(ms) % 3;
                if is_hot { MOVING_HOT } else { (1.0 - MOVING_HOT) / 2.0 }
            }
            Shape::SlowEdge if edge == 0 => (self.edges - 1) as f64 / 2.0,
            _ => 1.0,
        }
    }
}

impl Shape {
    /// Every made shape.
    pub const MADE: [Self; 8] = [
        Self::Uniform,
        Self::Zipf,
        Self::ZipfKnown,
        Self::Moving,
        Self::Flash,
        Self::Trickle,
        Self::EdgeDies,
        Self::SlowEdge,
    ];

    /// Its name in tables.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Uniform => "uniform",
            Self::Zipf => "zipf",
            Self::ZipfKnown => "zipf-known",
            Self::Moving => "moving",
            Self::Flash => "flash",
            Self::Trickle => "trickle",
            Self::EdgeDies => "edge-dies",
            Self::SlowEdge => "slow-edge",
            Self::Recorded(replay) => replay.trace.name(),
        }
    }
}
