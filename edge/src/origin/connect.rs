//! Connections to servers.

use std::io;
use std::time::Duration;

use http::{Request, Response};
use hyper::body::Incoming;
use hyper::client::conn::{TrySendError, http1};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::task::AbortHandle;
use tokio::time::timeout;
use tracing::debug;

use super::upload::Upload;
use super::{OriginError, Stage};

/// The largest head of an answer, and the most that is read ahead of a slow shopper.
const BUFFER_BYTES_MAX: usize = 64 << 10;
const HEADERS_MAX: usize = 128;

/// A connection to a server. Dropped, it is closed at once, whatever is still under way: a server that takes nothing
/// would hold it open otherwise.
#[derive(Debug)]
pub(super) struct Connection {
    sender: http1::SendRequest<Upload>,
    driver: Option<AbortHandle>,
}

impl Connection {
    /// Connects within a time.
    pub(super) async fn open(address: &str, within: Duration) -> Result<Self, OriginError> {
        let connected = timeout(within, TcpStream::connect(address)).await;
        let stream = connected.map_err(|_| OriginError::TimedOut(Stage::Connection))?.map_err(OriginError::Connect)?;
        stream.set_nodelay(true).map_err(OriginError::Connect)?;
        let mut builder = http1::Builder::new();
        builder.max_buf_size(BUFFER_BYTES_MAX).max_headers(HEADERS_MAX);
        let opened = builder.handshake(TokioIo::new(stream)).await;
        let (sender, driven) = opened.map_err(|error| OriginError::Connect(io::Error::other(error)))?;
        let driver = tokio::spawn(async move {
            if let Err(error) = driven.with_upgrades().await {
                debug!(%error, "connection to an origin ended early");
            }
        });
        Ok(Self { sender, driver: Some(driver.abort_handle()) })
    }

    /// Whether the next request may be sent.
    pub(super) fn is_ready(&self) -> bool {
        self.sender.is_ready()
    }

    /// Whether the server closed it.
    pub(super) fn is_closed(&self) -> bool {
        self.sender.is_closed()
    }

    /// Sends a request, and waits for the head of the answer.
    pub(super) async fn ask(
        &mut self,
        request: Request<Upload>,
    ) -> Result<Response<Incoming>, TrySendError<Request<Upload>>> {
        self.sender.try_send_request(request).await
    }

    /// Leaves the connection to whoever takes it over after a 101.
    pub(super) fn detach(mut self) {
        self.driver = None;
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        if let Some(driver) = &self.driver {
            driver.abort();
        }
    }
}
