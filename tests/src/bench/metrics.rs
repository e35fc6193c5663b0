//! The edge's own figures, out of the text that Prometheus reads.

/// Figures at one moment.
#[derive(Debug, Clone, PartialEq)]
pub struct Metrics(String);

impl Metrics {
    /// Takes the text.
    pub fn read(text: &str) -> Self {
        Self(text.to_owned())
    }

    /// Log entries that the ledger has not taken in.
    pub fn up_in_flight(&self) -> Option<u64> {
        self.values("doorbuster_up_in_flight").next()
    }

    /// Units sold in this epoch, of all items.
    pub fn sold(&self) -> u64 {
        self.values("doorbuster_units{account=\"sold\"").sum()
    }

    fn values<'t>(&'t self, name: &'t str) -> impl Iterator<Item = u64> + 't {
        let lines = self.0.lines().filter(move |line| line.starts_with(name));
        lines.filter_map(|line| line.rsplit(' ').next()?.parse().ok())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sold_units_of_all_items_add_up() {
        let metrics = Metrics::read(
            "# HELP doorbuster_units Units.\n\
             doorbuster_units{account=\"sold\",sale=\"s\",sku=\"a\"} 3\n\
             doorbuster_units{account=\"shelf\",sale=\"s\",sku=\"a\"} 90\n\
             doorbuster_units{account=\"sold\",sale=\"s\",sku=\"b\"} 4\n\
             doorbuster_up_in_flight 12\n",
        );
        assert_eq!((metrics.sold(), metrics.up_in_flight()), (7, Some(12)));
        assert_eq!(Metrics::read("").up_in_flight(), None);
    }
}
