//! What waits for the owner.

use doorbuster_edge_core::{OrderView, Purchase};
use doorbuster_proto::{OrderId, ShopperId};
use tokio::sync::oneshot;

use super::desk::ReplyTo;

/// A purchase, and the way of its answer.
pub(super) struct Wish {
    pub(super) purchase: Purchase,
    pub(super) reply_to: ReplyTo,
}

/// A request to the owner, and the way of its answer.
pub(super) enum Request {
    Purchases(Vec<Wish>),
    Order(ShopperId, OrderId, oneshot::Sender<Option<OrderView>>),
    Orders(ShopperId, oneshot::Sender<Vec<OrderView>>),
    /// The link's inbox has something.
    Wake,
    /// Tell when the ledger has all that this edge knows, or it takes too long.
    Drain(oneshot::Sender<()>),
    /// End the thread.
    Stop,
}

impl Request {
    /// How many requests of shoppers it stands for; what is none counts as one.
    pub(super) fn weight(&self) -> usize {
        if let Self::Purchases(wishes) = self { wishes.len() } else { 1 }
    }
}
