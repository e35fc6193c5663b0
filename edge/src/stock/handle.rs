//! The stock, as everyone but its owner sees it.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::SyncSender;

use doorbuster_edge_core::{Answer, OrderView, Purchase};
use doorbuster_proto::{EdgeId, OrderId, ShopperId};
use prometheus_client::registry::Registry;
use tokio::sync::oneshot;

use super::board::Board;
use super::desk::Desk;
use super::figures::Figures;
use super::guidance::Guidance;
use super::meters;
use super::queue::Request;
use super::shared::Shared;

/// The owner's queue is full, or the edge is shutting down. Nothing is known of what was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the stock is busy")]
pub struct Busy;

/// A way to ask the owner. Cheap to clone.
#[derive(Clone)]
pub struct Stock {
    requests: SyncSender<Request>,
    shared: Arc<Shared>,
}

impl Stock {
    /// Buys, and waits for the answer. A repeat is answered as the first was.
    ///
    /// # Errors
    /// [`Busy`].
    pub async fn purchase(&self, purchase: Purchase) -> Result<Answer, Busy> {
        if self.shared.draining.load(Ordering::Relaxed) {
            return Err(Busy);
        }
        Desk::here(&self.requests, &self.shared).take(purchase)?.await.map_err(|_| Busy)
    }

    /// One order of a shopper.
    ///
    /// # Errors
    /// [`Busy`].
    pub async fn order(&self, shopper: ShopperId, id: OrderId) -> Result<Option<OrderView>, Busy> {
        self.ask(|answer| Request::Order(shopper, id, answer)).await
    }

    /// A shopper's orders, newest first, at most [`ORDERS_SHOWN_MAX`](super::ORDERS_SHOWN_MAX).
    ///
    /// # Errors
    /// [`Busy`].
    pub async fn orders(&self, shopper: ShopperId) -> Result<Vec<OrderView>, Busy> {
        self.ask(|answer| Request::Orders(shopper, answer)).await
    }

    /// The sales and their words.
    pub fn board(&self) -> Arc<Board> {
        self.shared.board.load_full()
    }

    /// Where stock is, and where edges serve shoppers.
    pub fn guidance(&self) -> Arc<Guidance> {
        self.shared.guidance.load_full()
    }

    /// This edge.
    pub fn edge(&self) -> &EdgeId {
        &self.shared.edge
    }

    /// Whether the order may have been placed here; `false` is sure.
    pub fn may_know(&self, order: &OrderId) -> bool {
        self.shared.known.contains(&order.0)
    }

    /// The balances, at most a moment old.
    pub fn figures(&self) -> Arc<Figures> {
        self.shared.figures.load_full()
    }

    /// Enters balances, session and the owner's counters in a registry.
    pub fn register(&self, registry: &mut Registry) {
        meters::register(&self.shared, registry);
    }

    pub(super) fn new(requests: SyncSender<Request>, shared: Arc<Shared>) -> Self {
        Self { requests, shared }
    }

    async fn ask<T>(&self, request: impl FnOnce(oneshot::Sender<T>) -> Request) -> Result<T, Busy> {
        if self.shared.draining.load(Ordering::Relaxed) {
            return Err(Busy);
        }
        let (sender, answer) = oneshot::channel();
        self.requests.try_send(request(sender)).map_err(|_| Busy)?;
        answer.await.map_err(|_| Busy)
    }
}

impl fmt::Debug for Stock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stock").field("figures", &self.figures()).finish_non_exhaustive()
    }
}
