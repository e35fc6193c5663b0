//! One session's end towards the owner.

use std::sync::Arc;

use doorbuster_allocator_core::Connection;
use doorbuster_proto::FromEdge;
use tokio::sync::{mpsc, oneshot};

use super::input::{Input, UnderWay};
use super::quiet::Quiet;
use super::{Ledger, Stopped};

/// Passes one edge's messages to the owner, in order.
pub struct Link {
    connection: Connection,
    inputs: mpsc::Sender<Input>,
    quiet: Arc<Quiet>,
    under_way: UnderWay,
    hung_up: oneshot::Receiver<()>,
}

impl Link {
    pub(super) fn new(
        connection: Connection,
        ledger: &Ledger,
        under_way: UnderWay,
        hung_up: oneshot::Receiver<()>,
    ) -> Self {
        Self { connection, inputs: ledger.inputs.clone(), quiet: ledger.quiet.clone(), under_way, hung_up }
    }

    /// Passes a message on; waits while the owner is busy, and so does the edge.
    ///
    /// # Errors
    /// [`Stopped`].
    pub async fn send(&self, mut message: FromEdge) -> Result<(), Stopped> {
        let connection = self.connection;
        // What can wait is taken in before the other inputs of a turn: never before what this session has said earlier.
        if Arc::strong_count(&self.under_way) == 1 {
            message = match self.quiet.put(connection, message) {
                Ok(()) => return Ok(()),
                Err(message) => message,
            };
        }
        let input = Input::Message { connection, message, under_way: self.under_way.clone() };
        self.inputs.send(input).await.map_err(|_| Stopped)
    }

    /// Returns when the allocator has hung up.
    pub async fn hung_up(&mut self) {
        // The owner never sends: it drops its end.
        let _ = (&mut self.hung_up).await;
    }

    /// Tells the owner that the transport is gone.
    pub async fn disconnected(self) {
        let _ = self.inputs.send(Input::Disconnected { connection: self.connection }).await;
    }
}
