//! Accepts connections, within their number, and serves each with the engine that it speaks to.

use std::io;
use std::net::{IpAddr, SocketAddr, TcpListener as StdListener};
use std::sync::Arc;
use std::time::Duration;

use socket2::SockRef;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};
use tokio::time::timeout;
use tracing::{debug, warn};

use super::h1::{self, End, Stop, Timeouts};
use super::service::{Peer, Service};
use super::tls::Tls;
use super::{h2, preamble};

/// So much of an answer the kernel takes before the client has room for it. It would take megabytes, and a few thousand
/// slow readers would then cost all others the kernel's memory for TCP.
const UNSENT_BYTES_MAX: u32 = 64 << 10;

/// Connections a thread that are being told that it is too busy; more are hung up on.
const REFUSALS_MAX: usize = 256;
const REFUSAL_TIMEOUT: Duration = Duration::from_secs(1);
/// Descriptors ran out, or the like: time for some to come back.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);
macro_rules! too_busy {
    ($seconds:literal) => {
        concat!(
            "HTTP/1.1 503 Service Unavailable\r\nRetry-After: ",
            $seconds,
            "\r\nContent-Type: application/problem+json\r\nCache-Control: no-store\r\nConnection: close\r\n",
            "Content-Length: 83\r\n\r\n{\"type\":\"/problems/too-busy\",\"title\":\"Too busy\",\"status\":503,",
            "\"retry_after_ms\":",
            $seconds,
            "000}"
        )
    };
}

/// One of these at random, so that not all come back at once.
const TOO_BUSY: [&str; 4] = [too_busy!(1), too_busy!(2), too_busy!(3), too_busy!(4)];

/// What a listening socket's connections are served with.
pub(super) struct Acceptor<S> {
    pub(super) service: Arc<S>,
    pub(super) admission: Arc<dyn Admission>,
    pub(super) timeouts: Timeouts,
    pub(super) handshake: Duration,
    /// Encrypts its connections.
    pub(super) tls: Option<Tls>,
    /// Whether HTTP/2 is spoken without encryption.
    pub(super) h2c: bool,
    pub(super) stop: h1::Stopper,
    /// Dropped with the last connection.
    pub(super) _alive: mpsc::Sender<()>,
}

/// Who may connect.
pub(super) trait Admission: Send + Sync {
    /// Room for a connection of this address, until what comes back is dropped; `None`: there is no more.
    fn enter(&self, address: IpAddr) -> Option<Box<dyn Send>>;
    /// Whether a peer begins with who it speaks for (the PROXY protocol).
    fn introduces(&self, peer: IpAddr) -> bool;
}

impl<S: Service> Acceptor<S> {
    /// Serves one socket until the server stops.
    pub(super) async fn run(self, socket: StdListener, permits: Arc<Semaphore>) {
        let acceptor = Arc::new(self);
        let listener = TcpListener::from_std(socket).expect("a bound socket registers with the runtime");
        let refusals = Arc::new(Semaphore::new(REFUSALS_MAX));
        let mut stop = acceptor.stop.listener();
        loop {
            let accepted = tokio::select! {
                biased;
                () = stop.told() => return,
                accepted = listener.accept() => accepted,
            };
            match accepted {
                Ok((stream, peer)) => match Arc::clone(&permits).try_acquire_owned() {
                    Ok(permit) => Arc::clone(&acceptor).admit(stream, peer, permit, &refusals),
                    Err(_full) => acceptor.turn_away(stream, &refusals),
                },
                Err(error) => {
                    warn!(%error, "connection not accepted");
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                }
            }
        }
    }

    fn admit(
        self: Arc<Self>,
        stream: TcpStream,
        peer: SocketAddr,
        permit: OwnedSemaphorePermit,
        refusals: &Arc<Semaphore>,
    ) {
        let address = peer.ip().to_canonical();
        let introduces = self.admission.introduces(address);
        // Who speaks for others is counted when it has said for whom.
        let entered = if introduces { None } else { self.admission.enter(address) };
        if entered.is_none() && !introduces {
            return self.turn_away(stream, refusals);
        }
        prepare(&stream);
        let stop = self.stop.listener();
        tokio::spawn(async move {
            // Boxed, here and below: what waits on a plain connection keeps room for no more than that.
            let served = if introduces {
                Box::pin(self.serve_introduced(stream, stop)).await
            } else {
                self.serve(stream, address, stop).await
            };
            if let Err(error) = served {
                debug!(%error, %peer, "connection ended early");
            }
            drop((permit, entered));
        });
    }

    /// Overload is refused at once, and said, as far as a bounded effort goes. An encrypted peer is hung up on.
    fn turn_away(&self, mut stream: TcpStream, refusals: &Arc<Semaphore>) {
        if self.tls.is_some() {
            return;
        }
        let Ok(permit) = Arc::clone(refusals).try_acquire_owned() else { return };
        tokio::spawn(async move {
            let say = async {
                // What was sent is read first: closing over unread bytes would reset the connection and lose the answer.
                let mut head = [0; 4_096];
                let _ = stream.read(&mut head).await;
                let _ = stream.write_all(TOO_BUSY[rand::random_range(0..TOO_BUSY.len())].as_bytes()).await;
                let _ = stream.shutdown().await;
            };
            let _ = timeout(REFUSAL_TIMEOUT, say).await;
            drop(permit);
        });
    }

    async fn serve_introduced(&self, mut stream: TcpStream, stop: Stop) -> io::Result<()> {
        let peer = stream.peer_addr()?;
        let named = timeout(self.handshake, preamble::read(&mut stream)).await.map_err(|_| timed_out())??;
        let address = named.source.map_or(peer.ip(), |source| source.ip()).to_canonical();
        let Some(_entered) = self.admission.enter(address) else { return Ok(()) };
        self.serve(named.rest(stream), address, stop).await
    }

    async fn serve<Io>(&self, io: Io, address: IpAddr, stop: Stop) -> io::Result<()>
    where
        Io: AsyncRead + AsyncWrite + Send + Unpin + 'static,
    {
        match &self.tls {
            None => self.speak(io, Peer { address, secure: false }, stop, self.h2c).await,
            Some(tls) => Box::pin(self.serve_encrypted(tls, io, address, stop)).await,
        }
    }

    async fn serve_encrypted<Io>(&self, tls: &Tls, io: Io, address: IpAddr, stop: Stop) -> io::Result<()>
    where
        Io: AsyncRead + AsyncWrite + Send + Unpin + 'static,
    {
        let peer = Peer { address, secure: true };
        let handshake = Box::pin(timeout(self.handshake, tls.accept(io)));
        let (io, is_http2) = handshake.await.map_err(|_| timed_out())??;
        if is_http2 {
            return Box::pin(h2::serve(io, peer, Arc::clone(&self.service), self.timeouts, stop)).await;
        }
        self.speak(io, peer, stop, false).await
    }

    async fn speak<Io>(&self, io: Io, peer: Peer, stop: Stop, h2c: bool) -> io::Result<()>
    where
        Io: AsyncRead + AsyncWrite + Send + Unpin + 'static,
    {
        match h1::serve(io, peer, Arc::clone(&self.service), self.timeouts, stop, h2c).await? {
            End::Closed => Ok(()),
            End::Http2(io) => {
                let stop = self.stop.listener();
                Box::pin(h2::serve(io, peer, Arc::clone(&self.service), self.timeouts, stop)).await
            }
        }
    }
}

fn timed_out() -> io::Error {
    io::ErrorKind::TimedOut.into()
}

/// What does not work only costs speed.
fn prepare(stream: &TcpStream) {
    let _ = stream.set_nodelay(true);
    let _ = SockRef::from(stream).set_tcp_notsent_lowat(UNSENT_BYTES_MAX);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_refusal_is_as_long_as_it_says() {
        for text in TOO_BUSY {
            let (head, body) = text.split_once("\r\n\r\n").unwrap();
            assert!(head.ends_with(&format!("Content-Length: {}", body.len())), "{}", body.len());
            assert!(serde_json::from_str::<serde_json::Value>(body).is_ok());
        }
    }
}
