//! What a sale came to.

use serde::Serialize;

/// One sale's figures, or the mean of several.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Figures {
    /// Of all who heard "sold out", the part that heard it while a unit could be sold.
    pub false_sold_out: f64,
    /// Of all who came while a unit was left, the part that had none after two round trips, although one was left.
    pub waiting_share: f64,
    /// Units on edges that would not sell them within a second, while another edge's shoppers wait at an empty shelf; in
    /// unit-seconds.
    pub stranded_unit_seconds: f64,
    /// Units that were not sold by the end although somebody waited for them.
    pub unsold: f64,
    /// Asks, grants, recalls and returns for each 1,000 units sold.
    pub messages_per_1000: f64,
    /// How long the sale lasted against one counter that is nowhere away.
    pub sell_out_ratio: f64,
    /// What the 99th of 100 buyers waited while nine tenths of the units were sold, in milliseconds.
    pub latency_p99_ms: f64,
    /// From the start to the last unit, in milliseconds.
    pub lasted_ms: f64,
}

impl Figures {
    /// Every figure by name.
    pub const NAMES: [&'static str; 8] = [
        "false_sold_out",
        "waiting_share",
        "stranded_unit_seconds",
        "unsold",
        "messages_per_1000",
        "sell_out_ratio",
        "latency_p99_ms",
        "lasted_ms",
    ];

    /// Of values in the order of the names.
    pub fn of(values: [f64; 8]) -> Self {
        Self {
            false_sold_out: values[0],
            waiting_share: values[1],
            stranded_unit_seconds: values[2],
            unsold: values[3],
            messages_per_1000: values[4],
            sell_out_ratio: values[5],
            latency_p99_ms: values[6],
            lasted_ms: values[7],
        }
    }

    /// The figures in the order of their names.
    pub fn values(&self) -> [f64; 8] {
        [
            self.false_sold_out,
            self.waiting_share,
            self.stranded_unit_seconds,
            self.unsold,
            self.messages_per_1000,
            self.sell_out_ratio,
            self.latency_p99_ms,
            self.lasted_ms,
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_keep_the_order_of_their_names() {
        let values = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0];
        let figures = Figures::of(values);
        assert_eq!(figures.values().map(f64::to_bits), values.map(f64::to_bits));
        let named = serde_json::to_value(figures).unwrap();
        assert!(Figures::NAMES.iter().zip(values).all(|(name, value)| named[*name] == value), "{named}");
    }
}
