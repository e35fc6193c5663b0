//! What becomes of a connection after "101 Switching Protocols" (RFC 9110, 7.8): whoever answered takes it over.

use std::fmt;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

type Running = Pin<Box<dyn Future<Output = ()> + Send>>;
type Run = Box<dyn FnOnce(TunnelIo) -> Running + Send>;

/// Goes along with a 101 in the answer's extensions. HTTP/1.1 only.
#[derive(Clone)]
pub struct Tunnel(Arc<Mutex<Option<Run>>>);

impl Tunnel {
    /// A tunnel that `run` serves once the answer is sent.
    pub fn new<F, T>(run: F) -> Self
    where
        F: FnOnce(TunnelIo) -> T + Send + 'static,
        T: Future<Output = ()> + Send + 'static,
    {
        let run: Run = Box::new(move |io| Box::pin(run(io)));
        Self(Arc::new(Mutex::new(Some(run))))
    }

    /// What serves the connection; the first who asks gets it.
    pub(in crate::http) fn take(&self) -> Option<impl FnOnce(TunnelIo) -> Running + Send> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

impl fmt::Debug for Tunnel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Tunnel")
    }
}

/// A connection in both directions.
trait Duplex: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Duplex for T {}

/// The raw connection. Bytes that came before the switch are read first.
pub struct TunnelIo(Box<dyn Duplex>);

impl TunnelIo {
    /// Wraps a connection.
    pub fn new(io: impl AsyncRead + AsyncWrite + Send + Unpin + 'static) -> Self {
        Self(Box::new(io))
    }
}

impl AsyncRead for TunnelIo {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut *self.0).poll_read(cx, into)
    }
}

impl AsyncWrite for TunnelIo {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, from: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut *self.0).poll_write(cx, from)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut *self.0).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut *self.0).poll_shutdown(cx)
    }
}

impl fmt::Debug for TunnelIo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TunnelIo")
    }
}
