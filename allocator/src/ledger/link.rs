//! One session's end towards the owner.

use doorbuster_allocator_core::Connection;
use doorbuster_proto::FromEdge;
use tokio::sync::{mpsc, oneshot};

use super::Stopped;
use super::input::Input;

/// Passes one edge's messages to the owner, in order.
pub struct Link {
    connection: Connection,
    inputs: mpsc::Sender<Input>,
    hung_up: oneshot::Receiver<()>,
}

impl Link {
    pub(super) fn new(connection: Connection, inputs: mpsc::Sender<Input>, hung_up: oneshot::Receiver<()>) -> Self {
        Self { connection, inputs, hung_up }
    }

    /// Passes a message on; waits while the owner is busy, and so does the edge.
    ///
    /// # Errors
    /// [`Stopped`].
    pub async fn send(&self, message: FromEdge) -> Result<(), Stopped> {
        let input = Input::Message { connection: self.connection, message };
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
