//! What waits for the owner.

use doorbuster_edge_core::{OrderView, Purchase};
use doorbuster_proto::{OrderId, ShopperId};
use tokio::sync::oneshot;

use super::mailbox::ReplyTo;

/// A request to the owner, and the way of its answer.
pub(super) enum Request {
    Purchase(Purchase, ReplyTo),
    Order(ShopperId, OrderId, oneshot::Sender<Option<OrderView>>),
    Orders(ShopperId, oneshot::Sender<Vec<OrderView>>),
    /// The link's inbox has something.
    Wake,
    /// Tell when the ledger has all that this edge knows, or it takes too long.
    Drain(oneshot::Sender<()>),
    /// End the thread.
    Stop,
}
