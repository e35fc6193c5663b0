//! How much is measured.

/// Numbers and lengths of rounds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Effort {
    /// Rounds of each row.
    pub rounds: usize,
    /// Seconds that a side serves pages in a round.
    pub page_s: u64,
    /// Bursts of orders that a side answers in a round.
    pub bursts: usize,
    /// Orders of a burst: fewer than may be on their way to the ledger, so that the edge need not say `queueing`.
    pub burst_orders: u64,
    /// Rounds of the open loop.
    pub paced_rounds: usize,
    /// Seconds of the open loop.
    pub paced_s: f64,
    /// Connections that are opened and left alone.
    pub idle_connections: usize,
    /// Times that an edge is started.
    pub starts: usize,
}

impl Effort {
    /// What figures are published from.
    pub const WHOLE: Self = Self {
        rounds: 10,
        page_s: 3,
        bursts: 2,
        burst_orders: 40_000,
        paced_rounds: 4,
        paced_s: 3.0,
        idle_connections: 10_000,
        starts: 5,
    };
    /// A look that takes less than three minutes.
    pub const QUICK: Self = Self {
        rounds: 2,
        page_s: 1,
        bursts: 1,
        burst_orders: 25_000,
        paced_rounds: 1,
        paced_s: 1.5,
        idle_connections: 2_000,
        starts: 1,
    };
}
