//! One connection, from its hello to its end.

use std::time::Duration;

use doorbuster_proto::{AllocatorBody, FromAllocator, MESSAGE_BYTES_MAX, Malformed, SiteVersion, Welcome, wire};
use futures_util::StreamExt;
use tokio::sync::mpsc;
use tokio::time::error::Elapsed;
use tokio_stream::wrappers::ReceiverStream;
use tonic::service::Interceptor;
use tonic::service::interceptor::InterceptedService;
use tonic::transport::Channel;
use tonic::{Request, Status, Streaming};
use tracing::info;
use wire::link_client::LinkClient;

use super::{CONNECT_MS_MAX, Link};
use crate::stock::{Full, LinkInput, Outbox};

/// How long the allocator has to end a session that this edge hung up.
const GOODBYE_MS_MAX: u64 = 500;

/// Why a session ended.
#[derive(Debug, thiserror::Error)]
pub(super) enum Ended {
    /// There is no connection.
    #[error("cannot connect to the allocator")]
    Connect(#[from] tonic::transport::Error),
    /// The session was not opened in time.
    #[error("the allocator opened no session in {CONNECT_MS_MAX} ms")]
    Slow,
    /// The allocator, or the connection, ended it.
    #[error("the allocator ended the session")]
    Status(#[from] Status),
    /// A message that the contract does not allow.
    #[error("the allocator broke the contract")]
    Malformed(#[from] Malformed),
    /// The owner does not keep up.
    #[error("the owner does not keep up")]
    Full(#[from] Full),
}

/// How a session went that ended as it should.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Went {
    /// As sessions go.
    On,
    /// The allocator refused the edge.
    Refused,
}

pub(super) type Client = LinkClient<InterceptedService<Channel, Bearer>>;

/// Adds the secret to every call.
#[derive(Clone)]
pub(super) struct Bearer(Option<tonic::metadata::MetadataValue<tonic::metadata::Ascii>>);

impl Interceptor for Bearer {
    fn call(&mut self, mut request: Request<()>) -> Result<Request<()>, Status> {
        if let Some(secret) = &self.0 {
            request.metadata_mut().insert("authorization", secret.clone());
        }
        Ok(request)
    }
}

impl Link {
    /// Connects, and carries messages until one of the two ends hangs up.
    pub(super) async fn session(&self) -> Result<Went, Ended> {
        let client = self.connect().await?;
        let (outbox, mut reader) = Outbox::new();
        self.owner.tell(LinkInput::Connected(outbox))?;
        // The edge speaks first: its hello goes out with the call.
        let messages = ReceiverStream::new(reader.messages).map(wire::FromEdge::from);
        let mut caller = client.clone();
        let call = tokio::time::timeout(Duration::from_millis(CONNECT_MS_MAX), caller.session(messages));
        let opened = tokio::select! {
            opened = call => opened,
            () = hung_up(&mut reader.sites) => return Ok(Went::On),
        };
        let inbound = opened.map_err(|_| Ended::Slow)??.into_inner();
        info!(allocator = %self.endpoint.uri(), "session opened");
        self.carry(client, inbound, reader.sites).await
    }

    async fn connect(&self) -> Result<Client, Ended> {
        let channel = self.endpoint.connect().await?;
        let client = LinkClient::with_interceptor(channel, Bearer(self.secret.clone()));
        Ok(client.max_decoding_message_size(MESSAGE_BYTES_MAX).max_encoding_message_size(MESSAGE_BYTES_MAX))
    }

    async fn carry(
        &self,
        client: Client,
        mut inbound: Streaming<wire::FromAllocator>,
        mut sites: mpsc::Receiver<SiteVersion>,
    ) -> Result<Went, Ended> {
        let mut fetching = std::pin::pin!(futures_util::future::OptionFuture::default());
        let mut went = Went::On;
        loop {
            tokio::select! {
                message = inbound.message() => match message? {
                    Some(message) => {
                        let message = FromAllocator::try_from(message)?;
                        went = went.and(&message);
                        self.owner.tell(LinkInput::Message(message))?;
                    }
                    None => return Ok(went),
                },
                wanted = sites.recv() => {
                    let Some(wanted) = wanted else { return Ok(say_goodbye(inbound, went).await) };
                    fetching.set(Some(self.fetch_site(client.clone(), wanted)).into());
                }
                Some(installed) = &mut fetching => {
                    fetching.set(None.into());
                    self.tell_surely(|| LinkInput::SiteInstalled(installed)).await;
                }
            }
        }
    }
}

impl Went {
    fn and(self, message: &FromAllocator) -> Self {
        if matches!(message.body, AllocatorBody::Welcome(Welcome::Refused(_))) { Self::Refused } else { self }
    }
}

/// The owner has hung up: what it said last goes out, and the allocator ends the session, unless it is gone. It may refuse
/// the edge for what it was told.
async fn say_goodbye(mut inbound: Streaming<wire::FromAllocator>, mut went: Went) -> Went {
    let ended = async {
        while let Ok(Some(message)) = inbound.message().await {
            went = FromAllocator::try_from(message).map_or(went, |message| went.and(&message));
        }
    };
    let _: Result<(), Elapsed> = tokio::time::timeout(Duration::from_millis(GOODBYE_MS_MAX), ended).await;
    went
}

/// Waits until the owner drops its side. A site that is wanted meanwhile is told again with the next welcome.
async fn hung_up(sites: &mut mpsc::Receiver<SiteVersion>) {
    while sites.recv().await.is_some() {}
}
