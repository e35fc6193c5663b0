//! The calls of `Link`.

use std::pin::Pin;
use std::time::Duration;

use doorbuster_proto::wire::link_server::Link;
use doorbuster_proto::{EdgeId, FromEdge, wire};
use tokio::sync::mpsc;
use tokio_stream::Stream;
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Request, Response, Status, Streaming};

use super::session::Session;
use super::site::stream_site;
use crate::ledger::{Ledger, SENDS_QUEUED_MAX};
use crate::sites::Sites;

/// A session whose edge has not spoken for so long is not one.
const HELLO_WITHIN: Duration = Duration::from_secs(5);

type Messages<T> = Pin<Box<dyn Stream<Item = Result<T, Status>> + Send>>;

pub(super) struct LinkService {
    ledger: Ledger,
    sites: Sites,
}

impl LinkService {
    pub(super) fn new(ledger: Ledger, sites: Sites) -> Self {
        Self { ledger, sites }
    }
}

#[tonic::async_trait]
impl Link for LinkService {
    type SessionStream = Messages<wire::FromAllocator>;
    type SiteStream = Messages<wire::SiteFile>;

    async fn session(
        &self,
        request: Request<Streaming<wire::FromEdge>>,
    ) -> Result<Response<Self::SessionStream>, Status> {
        let peer = request.remote_addr();
        let (sends, messages) = mpsc::channel(SENDS_QUEUED_MAX);
        let inbound = request.into_inner();
        let ledger = self.ledger.clone();
        // The answer's headers must not wait for the hello: some clients send it only after them.
        tokio::spawn(async move {
            let outcome = start(inbound, &sends, &ledger).await;
            match outcome {
                Ok(session) => session.run().await,
                Err(status) => {
                    tracing::warn!(?peer, reason = status.message(), "session refused");
                    let _ = sends.send(Err(status)).await;
                }
            }
        });
        Ok(Response::new(Box::pin(ReceiverStream::new(messages))))
    }

    async fn site(&self, request: Request<wire::SiteRequest>) -> Result<Response<Self::SiteStream>, Status> {
        let edge = request.into_inner().edge;
        let edge = EdgeId::new(&edge).map_err(|bad| Status::invalid_argument(format!("site_request.edge: {bad}")))?;
        let site = self.sites.current(&edge).await.map_err(|error| Status::unavailable(error.to_string()))?;
        let site = site.ok_or_else(|| Status::not_found(format!("expected a configured edge, found {edge}")))?;
        tracing::info!(%edge, site = %site.version, files = site.files.len(), "site asked for");
        Ok(Response::new(Box::pin(stream_site(site))))
    }
}

async fn start(
    mut inbound: Streaming<wire::FromEdge>,
    sends: &mpsc::Sender<Result<wire::FromAllocator, Status>>,
    ledger: &Ledger,
) -> Result<Session, Status> {
    let late = |_| Status::deadline_exceeded(format!("expected a hello within {HELLO_WITHIN:?}, found none"));
    let first = tokio::time::timeout(HELLO_WITHIN, inbound.message()).await.map_err(late)??;
    let first = first.ok_or_else(|| Status::invalid_argument("expected a hello, found the end of the stream"))?;
    let hello = FromEdge::try_from(first).map_err(|bad| Status::invalid_argument(bad.to_string()))?;
    Session::open(hello, inbound, sends.clone(), ledger.clone()).await
}
