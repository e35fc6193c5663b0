//! The handle with which the listeners ask the owner.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use arc_swap::ArcSwap;
use doorbuster_allocator_core::{Connection, DemandByEdge, Operator, Outcome, Refusal};
use doorbuster_proto::{FromEdge, OrderId, SaleId, wire};
use tokio::sync::{mpsc, oneshot};
use tonic::Status;

use super::input::{Answer, Input, Peer, UnderWay};
use super::quiet::Quiet;
use super::{Figures, Link};
use crate::publish::Draft;

/// Why an operator's request came to nothing.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// Too many inputs wait.
    #[error("the ledger is busy; try again")]
    Busy,
    /// The allocator stops.
    #[error("the allocator stops; whether the request took effect is unknown")]
    Stopped,
    /// The ledger refused.
    #[error(transparent)]
    Refused(#[from] Refusal),
}

/// The owner has stopped.
#[derive(Debug, thiserror::Error)]
#[error("the allocator stops")]
pub struct Stopped;

/// Asks the owner. Cheap to clone.
#[derive(Clone)]
pub struct Ledger {
    pub(super) inputs: mpsc::Sender<Input>,
    pub(super) quiet: Arc<Quiet>,
    pub(super) figures: Arc<ArcSwap<Figures>>,
    pub(super) connections: Arc<AtomicU64>,
}

impl Ledger {
    /// Begins a session. What the allocator says goes to `sends`.
    ///
    /// # Errors
    /// [`Stopped`].
    pub async fn connect(
        &self,
        hello: FromEdge,
        sends: mpsc::Sender<Result<wire::FromAllocator, Status>>,
    ) -> Result<Link, Stopped> {
        let connection = Connection(self.connections.fetch_add(1, Ordering::Relaxed));
        let (held, hung_up) = oneshot::channel();
        let peer = Peer { sends, _held: held };
        let under_way = UnderWay::default();
        let link = Link::new(connection, self, under_way.clone(), hung_up);
        self.inputs.send(Input::Hello { connection, message: hello, peer, under_way }).await.map_err(|_| Stopped)?;
        Ok(link)
    }

    /// Has the ledger do what an operator wants; returns when it is durable.
    ///
    /// # Errors
    /// [`Failure`].
    pub async fn operate(&self, operator: Operator) -> Result<Outcome, Failure> {
        self.ask(|answer| Input::Operate { operator, answer }).await?
    }

    /// Puts a sale into the ledger and on the edges.
    ///
    /// # Errors
    /// [`Failure`].
    pub async fn publish(&self, draft: Draft) -> Result<Outcome, Failure> {
        self.ask(|answer| Input::Publish { draft: Box::new(draft), answer }).await?
    }

    /// The balances of a sale, as JSON.
    ///
    /// # Errors
    /// [`Failure`], apart from a refusal.
    pub async fn report(&self, sale: SaleId) -> Result<Option<String>, Failure> {
        self.ask(|answer| Input::Report { sale, answer }).await
    }

    /// What each edge sold of a sale.
    ///
    /// # Errors
    /// [`Failure`], apart from a refusal.
    pub async fn sold_by_edge(&self, sale: SaleId) -> Result<Option<DemandByEdge>, Failure> {
        self.ask(|answer| Input::SoldByEdge { sale, answer }).await
    }

    /// An order as the ledger knows it, as JSON.
    ///
    /// # Errors
    /// [`Failure`], apart from a refusal.
    pub async fn order(&self, order: OrderId) -> Result<Option<String>, Failure> {
        self.ask(|answer| Input::Order { order, answer }).await
    }

    /// The newest figures.
    pub fn figures(&self) -> Arc<Figures> {
        self.figures.load_full()
    }

    /// Ends the owner after what it was asked before.
    pub async fn stop(&self) {
        // An owner that is gone has stopped.
        let _ = self.inputs.send(Input::Stop).await;
    }

    async fn ask<T>(&self, input: impl FnOnce(Answer<T>) -> Input) -> Result<T, Failure> {
        let (answer, answered) = oneshot::channel();
        self.inputs.try_send(input(answer)).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => Failure::Busy,
            mpsc::error::TrySendError::Closed(_) => Failure::Stopped,
        })?;
        answered.await.map_err(|_| Failure::Stopped)
    }
}
