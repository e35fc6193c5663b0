//! Opens connections to servers.

use std::io;
use std::time::Duration;

use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tracing::debug;

use super::pool::Sender;
use super::{OriginError, Stage};

/// The largest head of an answer, and the most that is read ahead of a slow shopper.
const BUFFER_BYTES_MAX: usize = 64 << 10;
const HEADERS_MAX: usize = 128;

/// Connects within a time.
pub(super) async fn connect(address: &str, within: Duration) -> Result<Sender, OriginError> {
    let connected = timeout(within, TcpStream::connect(address)).await;
    let stream = connected.map_err(|_| OriginError::TimedOut(Stage::Connection))?.map_err(OriginError::Connect)?;
    stream.set_nodelay(true).map_err(OriginError::Connect)?;
    let mut builder = http1::Builder::new();
    builder.max_buf_size(BUFFER_BYTES_MAX).max_headers(HEADERS_MAX);
    let opened = builder.handshake(TokioIo::new(stream)).await;
    let (sender, connection) = opened.map_err(|error| OriginError::Connect(io::Error::other(error)))?;
    tokio::spawn(async move {
        if let Err(error) = connection.with_upgrades().await {
            debug!(%error, "connection to an origin ended early");
        }
    });
    Ok(sender)
}
