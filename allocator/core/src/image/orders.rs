//! Every order that the ledger took in. None is ever forgotten.

use std::hash::{Hash, Hasher};
use std::ops::Index;

use doorbuster_proto::OrderId;

use super::numbered::Numbered;
use crate::LedgerOrder;

/// Orders of one chunk. A chunk that is full never moves again: nobody waits for a million orders to be copied.
const CHUNK: usize = 1_024;

/// Orders by their ids. What is searched is numbers alone, close together in memory; the orders lie as they came.
#[derive(Debug, Clone, Default)]
pub struct Orders {
    /// By the id's number, which orders as the id does.
    places: Numbered<u32>,
    chunks: Vec<Vec<LedgerOrder>>,
}

impl Orders {
    /// The order that has this id.
    pub fn get(&self, id: &OrderId) -> Option<&LedgerOrder> {
        self.places.get(number(*id)).map(|place| self.at(*place))
    }

    /// Whether an order has this id.
    pub fn contains_key(&self, id: &OrderId) -> bool {
        self.places.get(number(*id)).is_some()
    }

    /// All of them, by id.
    pub fn values(&self) -> impl Iterator<Item = &LedgerOrder> {
        self.places.sorted().into_iter().map(|(_, place)| self.at(*place))
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.places.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.places.len() == 0
    }

    /// Has memory bring what a search for each of these ids looks at.
    pub(super) fn read_ahead(&self, ids: impl Iterator<Item = OrderId>) {
        self.places.read_ahead(ids.map(number));
    }

    /// Puts an order in the place of the one that has its id, which it returns, or in a new one.
    pub fn put(&mut self, order: LedgerOrder) -> Option<LedgerOrder> {
        let next = u32::try_from(self.places.len()).expect("no memory holds four thousand million orders");
        let place = *self.places.get_or_insert_with(number(order.id), || next);
        if place < next {
            return Some(std::mem::replace(&mut self.chunks[chunk(place)][within(place)], order));
        }
        if self.chunks.last().is_none_or(|last| last.len() == CHUNK) {
            // The first grows as it must: many a ledger has but a few.
            self.chunks.push(if next == 0 { Vec::new() } else { Vec::with_capacity(CHUNK) });
        }
        self.chunks.last_mut().expect("there is one that is not full").push(order);
        None
    }

    fn at(&self, place: u32) -> &LedgerOrder {
        &self.chunks[chunk(place)][within(place)]
    }
}

/// The order that has this id, where it is known that there is one.
impl Index<&OrderId> for Orders {
    type Output = LedgerOrder;

    fn index(&self, id: &OrderId) -> &LedgerOrder {
        self.get(id).expect("no order has this id")
    }
}

impl FromIterator<LedgerOrder> for Orders {
    fn from_iter<I: IntoIterator<Item = LedgerOrder>>(orders: I) -> Self {
        let mut all = Self::default();
        for order in orders {
            all.put(order);
        }
        all
    }
}

fn number(id: OrderId) -> u128 {
    u128::from_be_bytes(id.0)
}

fn chunk(place: u32) -> usize {
    place as usize / CHUNK
}

fn within(place: u32) -> usize {
    place as usize % CHUNK
}

/// The same orders are the same, in whichever order they came.
impl PartialEq for Orders {
    fn eq(&self, other: &Self) -> bool {
        self.len() == other.len() && self.values().eq(other.values())
    }
}

impl Eq for Orders {}

impl Hash for Orders {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.len().hash(state);
        self.values().for_each(|order| order.hash(state));
    }
}

#[cfg(test)]
mod tests {
    use std::hash::DefaultHasher;

    use doorbuster_proto::{Epoch, Seq, Sku, Timestamp, Units};

    use super::*;

    fn order(number: u64, units: u64) -> LedgerOrder {
        let mut id = [0; 16];
        id[..8].copy_from_slice(&number.wrapping_mul(0x9e37_79b9_7f4a_7c15).to_be_bytes());
        LedgerOrder {
            id: OrderId(id),
            sku: Sku { sale: "s".parse().unwrap(), code: "a".parse().unwrap() },
            shopper: "ann".parse().unwrap(),
            key: "key".parse().unwrap(),
            units: Units::new(units).unwrap(),
            at: Timestamp(0),
            edge: "one".parse().unwrap(),
            epoch: Epoch(1),
            seq: Seq(number),
            state: None,
            reason: None,
            backorder: false,
        }
    }

    fn hash(orders: &Orders) -> u64 {
        let mut hasher = DefaultHasher::new();
        orders.hash(&mut hasher);
        hasher.finish()
    }

    #[test]
    fn orders_are_found_by_id_and_come_by_id() {
        let orders: Orders = (0..3_000).map(|number| order(number, 1)).collect();
        assert_eq!((orders.len(), orders.is_empty()), (3_000, false));
        assert!((0..3_000).all(|number| orders.get(&order(number, 1).id) == Some(&order(number, 1))));
        assert_eq!(orders.get(&order(3_000, 1).id), None);
        assert!(!orders.contains_key(&order(3_000, 1).id) && orders.contains_key(&order(2_999, 1).id));
        assert!(orders.values().map(|order| order.id).is_sorted());
    }

    #[test]
    fn an_order_takes_the_place_of_the_one_before() {
        let mut orders: Orders = (0..2_000).map(|number| order(number, 1)).collect();
        assert_eq!(orders.put(order(1_500, 2)), Some(order(1_500, 1)));
        assert_eq!((orders.len(), orders.get(&order(1_500, 1).id)), (2_000, Some(&order(1_500, 2))));
        assert!(orders.get(&order(1_499, 1).id) == Some(&order(1_499, 1)));
    }

    #[test]
    fn the_same_orders_are_the_same_in_whichever_order_they_came() {
        let (one, other): (Orders, Orders) =
            ((0..40).map(|n| order(n, 1)).collect(), (0..40).rev().map(|n| order(n, 1)).collect());
        assert_eq!((&one, hash(&one)), (&other, hash(&other)));
        assert_ne!(one, (1..41).map(|n| order(n, 1)).collect());
        assert_ne!(one, (0..40).map(|n| order(n, 2)).collect());
    }
}
