//! What shoppers look at before a sale starts, told with the levels. Soft, and of this process alone.

use std::collections::BTreeMap;

use doorbuster_proto::Sku;

use crate::node::Edge;

/// A count is told by so many of its highest binary digits, so that what grows is not news at each heartbeat.
const DIGITS_TOLD: u32 = 4;

/// Page views, as they are told; none is zero.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub(crate) struct Views(BTreeMap<Sku, u64>);

impl Views {
    pub(crate) fn of(&self, sku: &Sku) -> u64 {
        self.0.get(sku).copied().unwrap_or_default()
    }

    pub(crate) fn skus(&self) -> impl Iterator<Item = &Sku> {
        self.0.keys()
    }
}

impl Edge {
    /// Takes all that this process has counted: how often the page of each item was looked at before its sale's start. What is
    /// not among them counts as not looked at.
    pub fn handle_views(&mut self, views: impl IntoIterator<Item = (Sku, u64)>) {
        let ours = views.into_iter().filter(|(sku, views)| *views > 0 && self.sales.has_item(sku));
        self.views = Views(ours.map(|(sku, views)| (sku, about(views))).collect());
    }
}

/// Rounded down, by less than an eighth.
fn about(views: u64) -> u64 {
    let digits = u64::BITS - views.leading_zeros();
    let dropped = digits.saturating_sub(DIGITS_TOLD);
    views >> dropped << dropped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_count_is_told_to_within_an_eighth() {
        assert_eq!([0, 1, 15, 16, 17, 18, 31, 32, 1_000].map(about), [0, 1, 15, 16, 16, 18, 30, 32, 960]);
        for views in (1..100_000).chain(u64::MAX - 3..=u64::MAX) {
            assert!(about(views) <= views && views - about(views) <= views / 8, "{views}");
        }
    }
}
