//! The gRPC listener that edges connect to. Checks what comes in, and passes it to the ledger's owner.
//!
//! Never decides anything about stock.

mod secret;
mod service;
mod session;
mod site;

use std::future::Future;
use std::time::Duration;

use doorbuster_proto::MESSAGE_BYTES_MAX;
use doorbuster_proto::wire::link_server::LinkServer;
use tokio::net::TcpListener;
use tokio_stream::wrappers::TcpListenerStream;
use tonic::service::interceptor::InterceptedService;
use tonic::transport::Server;

pub use secret::Secret;

use crate::ledger::Ledger;
use crate::sites::Sites;
use service::LinkService;

/// An edge that says nothing is asked whether it lives after so long.
const KEEP_ALIVE_AFTER: Duration = Duration::from_secs(4);
/// And given up after so long.
const KEEP_ALIVE_TIMEOUT: Duration = Duration::from_secs(4);
/// The most calls of one connection at a time: a session and a fetch of the site, with room.
const CALLS_MAX: u32 = 16;

/// Serves edges until the shutdown.
///
/// # Errors
/// What the transport could not do.
pub async fn run(
    listener: TcpListener,
    secret: Option<Secret>,
    ledger: Ledger,
    sites: Sites,
    shutdown: impl Future<Output = ()>,
) -> Result<(), tonic::transport::Error> {
    let link = LinkServer::new(LinkService::new(ledger, sites))
        .max_decoding_message_size(MESSAGE_BYTES_MAX)
        .max_encoding_message_size(MESSAGE_BYTES_MAX);
    let admit = move |request| secret::admit(secret, request);
    let accepted = futures_util::StreamExt::map(TcpListenerStream::new(listener), |stream| {
        stream.inspect(|stream| {
            // A small message must not wait for a larger one. Failing that it is only slower.
            let _ = stream.set_nodelay(true);
        })
    });
    Server::builder()
        .http2_keepalive_interval(Some(KEEP_ALIVE_AFTER))
        .http2_keepalive_timeout(Some(KEEP_ALIVE_TIMEOUT))
        .max_concurrent_streams(Some(CALLS_MAX))
        .add_service(InterceptedService::new(link, admit))
        .serve_with_incoming_shutdown(accepted, shutdown)
        .await
}
