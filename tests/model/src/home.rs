//! A shopper's home: the edge that it is guided to, and that counts its limit.

use doorbuster_edge_core::Purchase;
use doorbuster_proto::{EdgeId, OrderId};

/// The first of the rendezvous hash of (sale, shopper) over the edges, whatever the item.
pub(crate) fn home(purchase: &Purchase, edges: &[EdgeId]) -> usize {
    let guest = purchase.shopper.as_str();
    let score = |edge: &EdgeId| hash(purchase.sale.as_str(), guest, edge);
    (0..edges.len()).max_by_key(|edge| score(&edges[*edge])).expect("there are edges")
}

/// An order's id is a hash of three texts that nothing else is made of: it serves here too.
fn hash(sale: &str, guest: &str, edge: &EdgeId) -> OrderId {
    let id = "ids are short and visible";
    OrderId::of(&sale.parse().expect(id), &guest.parse().expect(id), &edge.as_str().parse().expect(id))
}
