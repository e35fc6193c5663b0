//! Who waits for a unit: purchases that met an empty shelf, parked or told to ask again, each once however often it asks.
//! It is what this edge tells of its demand; it gives nobody a place.

use std::collections::{BTreeMap, BTreeSet};

use doorbuster_proto::{OrderId, Sku, Timestamp, Units};

use crate::QUEUED_MAX;

/// The queue of every SKU; none is empty.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub(crate) struct Queue {
    of_sku: BTreeMap<Sku, Line>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
struct Line {
    purchases: BTreeMap<OrderId, (Units, Timestamp)>,
    by_end: BTreeSet<(Timestamp, OrderId)>,
    units: Units,
}

impl Queue {
    /// Units that shoppers of a SKU wait for.
    pub(crate) fn units(&self, sku: &Sku) -> Units {
        self.of_sku.get(sku).map(|line| line.units).unwrap_or_default()
    }

    pub(crate) fn skus(&self) -> impl Iterator<Item = &Sku> {
        self.of_sku.keys()
    }

    /// Counts a purchase until then. A queue that is full counts nobody more.
    pub(crate) fn enter(&mut self, sku: &Sku, id: OrderId, units: Units, until: Timestamp) {
        self.leave(sku, id);
        let line = self.of_sku.entry(sku.clone()).or_default();
        if line.purchases.len() < QUEUED_MAX {
            line.purchases.insert(id, (units, until));
            line.by_end.insert((until, id));
            line.units = line.units.plus(units);
        }
    }

    /// A purchase waits no more: it was decided.
    pub(crate) fn leave(&mut self, sku: &Sku, id: OrderId) {
        let Some(line) = self.of_sku.get_mut(sku) else { return };
        if let Some((units, until)) = line.purchases.remove(&id) {
            line.by_end.remove(&(until, id));
            line.units = line.units.minus(units);
        }
        if line.purchases.is_empty() {
            self.of_sku.remove(sku);
        }
    }

    /// Forgets whoever has not asked again.
    pub(crate) fn expire(&mut self, now: Timestamp) {
        let gone = self.of_sku.iter().flat_map(|(sku, line)| {
            let over = line.by_end.iter().take_while(move |(until, _)| *until <= now);
            over.map(move |(_, id)| (sku.clone(), *id))
        });
        let gone: Vec<_> = gone.collect();
        for (sku, id) in gone {
            self.leave(&sku, id);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sku() -> Sku {
        Sku { sale: "s".parse().unwrap(), code: "a".parse().unwrap() }
    }

    fn id(number: u32) -> OrderId {
        let mut bytes = [0; 16];
        bytes[..4].copy_from_slice(&number.to_be_bytes());
        OrderId(bytes)
    }

    #[test]
    fn whoever_asks_again_counts_once_and_until_it_stops() {
        let mut queue = Queue::default();
        queue.enter(&sku(), id(1), Units::ONE, Timestamp(10));
        queue.enter(&sku(), id(1), Units::ONE, Timestamp(30));
        queue.enter(&sku(), id(2), Units::new(3).unwrap(), Timestamp(20));
        assert_eq!(queue.units(&sku()).get(), 4);
        queue.expire(Timestamp(20));
        assert_eq!(queue.units(&sku()).get(), 1);
        queue.leave(&sku(), id(1));
        assert_eq!(queue, Queue::default());
    }

    #[test]
    fn a_full_queue_counts_nobody_more() {
        let mut queue = Queue::default();
        for number in 0..=u32::try_from(QUEUED_MAX).unwrap() {
            queue.enter(&sku(), id(number), Units::ONE, Timestamp(10));
        }
        assert_eq!(queue.units(&sku()).get(), QUEUED_MAX as u64);
        queue.expire(Timestamp(10));
        assert_eq!(queue, Queue::default());
    }
}
