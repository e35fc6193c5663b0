//! What the owner is asked.

use std::sync::Arc;

use doorbuster_allocator_core::{Connection, DemandByEdge, Operator, Outcome};
use doorbuster_proto::{FromEdge, OrderId, SaleId, wire};
use tokio::sync::{mpsc, oneshot};
use tonic::Status;

use super::Failure;
use crate::publish::Draft;

pub(super) type Answer<T> = oneshot::Sender<T>;

/// Where messages to one edge go. When the owner drops it, the session ends.
pub(super) struct Peer {
    pub(super) sends: mpsc::Sender<Result<wire::FromAllocator, Status>>,
    pub(super) _held: oneshot::Sender<()>,
}

/// Held by every input of a session that the owner has not taken yet, and by the session.
pub(super) type UnderWay = Arc<()>;

/// One input of the owner.
pub(super) enum Input {
    /// A transport, and the hello on it.
    Hello { connection: Connection, message: FromEdge, peer: Peer, under_way: UnderWay },
    /// Any later message.
    Message { connection: Connection, message: FromEdge, under_way: UnderWay },
    /// The transport is gone.
    Disconnected { connection: Connection },
    /// An operator asks.
    Operate { operator: Operator, answer: Answer<Result<Outcome, Failure>> },
    /// An operator publishes.
    Publish { draft: Box<Draft>, answer: Answer<Result<Outcome, Failure>> },
    /// Somebody wants a sale's balances, as JSON.
    Report { sale: SaleId, answer: Answer<Option<String>> },
    /// A publisher wants to know what each edge sold of a sale.
    SoldByEdge { sale: SaleId, answer: Answer<Option<DemandByEdge>> },
    /// Somebody wants an order, as JSON.
    Order { order: OrderId, answer: Answer<Option<String>> },
    /// Stop after this turn.
    Stop,
}
