//! One session: what an edge sends goes to the ledger's owner, in order, until either side hangs up.

use doorbuster_proto::{EdgeBody, EdgeId, FromEdge, wire};
use tokio::sync::mpsc;
use tonic::{Status, Streaming};

use crate::ledger::{Ledger, Link};

pub(super) struct Session {
    edge: EdgeId,
    link: Link,
    inbound: Streaming<wire::FromEdge>,
    sends: mpsc::Sender<Result<wire::FromAllocator, Status>>,
}

impl Session {
    /// Begins with a hello; anything else is refused.
    #[allow(clippy::result_large_err, reason = "tonic's own error")]
    pub(super) async fn open(
        hello: FromEdge,
        inbound: Streaming<wire::FromEdge>,
        sends: mpsc::Sender<Result<wire::FromAllocator, Status>>,
        ledger: Ledger,
    ) -> Result<Self, Status> {
        let EdgeBody::Hello(body) = &hello.body else {
            return Err(Status::invalid_argument("expected a hello first, found another message"));
        };
        let edge = body.edge.clone();
        tracing::info!(%edge, disk = %body.disk, session = %hello.session.counter, "hello");
        let link =
            ledger.connect(hello, sends.clone()).await.map_err(|error| Status::unavailable(error.to_string()))?;
        Ok(Self { edge, link, inbound, sends })
    }

    /// Runs to the end of the session, and says which it was.
    pub(super) async fn run(mut self) {
        let reason = loop {
            tokio::select! {
                () = self.link.hung_up() => break "hung up by the allocator".to_owned(),
                message = self.inbound.message() => match self.pass_on(message).await {
                    Ok(()) => {}
                    Err(reason) => break reason,
                },
            }
        };
        tracing::info!(edge = %self.edge, reason, "session ended");
        self.link.disconnected().await;
    }

    async fn pass_on(&mut self, message: Result<Option<wire::FromEdge>, Status>) -> Result<(), String> {
        let message = message.map_err(|status| status.to_string())?.ok_or("the edge ended it")?;
        match FromEdge::try_from(message) {
            Ok(message) => self.link.send(message).await.map_err(|stopped| stopped.to_string()),
            Err(bad) => {
                let reason = format!("malformed message: {bad}");
                tracing::warn!(edge = %self.edge, %bad, "malformed message");
                // Where the queue is full the edge learns only that it was hung up.
                let _ = self.sends.try_send(Err(Status::invalid_argument(&reason)));
                Err(reason)
            }
        }
    }
}
