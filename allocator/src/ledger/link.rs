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
            let Some(urgent) = self.quiet.put(connection, message) else { return Ok(()) };
            message = urgent;
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

#[cfg(test)]
mod tests {
    use doorbuster_proto::{BootId, EdgeBody, Session};

    use super::*;

    #[tokio::test]
    async fn what_can_wait_does_not_pass_what_was_said_before() {
        let (inputs, mut taken) = mpsc::channel(4);
        let (quiet, under_way) = (Arc::<Quiet>::default(), UnderWay::default());
        let (_held, hung_up) = oneshot::channel();
        let link = Link { connection: Connection(1), inputs, quiet: quiet.clone(), under_way, hung_up };
        let say = |body| FromEdge { session: Session { boot: BootId(1), counter: 1 }, epoch: None, body };
        let rest = || say(EdgeBody::LevelsChanged(Vec::new()));
        link.send(say(EdgeBody::Levels(Vec::new()))).await.unwrap();
        link.send(rest()).await.unwrap();
        assert_eq!(quiet.take(), [], "the notice before it is still under way");
        let first = taken.recv().await;
        drop((first, taken.recv().await.expect("it goes the same way")));
        link.send(rest()).await.unwrap();
        assert_eq!(quiet.take(), [(Connection(1), rest())]);
    }
}
