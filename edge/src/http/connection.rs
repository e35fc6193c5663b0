//! Accepts connections and serves each with HTTP/1.1, within bounds of time, bytes and number.

use std::convert::Infallible;
use std::net::TcpListener as StdListener;
use std::sync::Arc;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::time::timeout;
use tracing::{debug, warn};

use super::Shop;

/// A request's head: its line and all headers.
const HEAD_BYTES_MAX: usize = 16 << 10;
const HEADERS_MAX: usize = 64;
/// Connections a thread that are being told that it is too busy; more are hung up on.
const REFUSALS_MAX: usize = 256;
const REFUSAL_TIMEOUT: Duration = Duration::from_secs(1);
/// Descriptors ran out, or the like: time for some to come back.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);
const TOO_BUSY: &[u8] =
    b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 2\r\nContent-Type: application/problem+json\r\n\
    Cache-Control: no-store\r\nConnection: close\r\nContent-Length: 83\r\n\r\n\
    {\"type\":\"/problems/too-busy\",\"title\":\"Too busy\",\"status\":503,\"retry_after_ms\":2000}";

/// How long the parts of a connection's life may take.
#[derive(Debug, Clone, Copy)]
pub(super) struct Timeouts {
    pub(super) head: Duration,
    pub(super) body: Duration,
    pub(super) drain: Duration,
}

/// Serves one socket until `stopped` turns true, then finishes what is in hand.
pub(super) async fn serve(
    socket: StdListener,
    shop: Arc<Shop>,
    permits: Arc<Semaphore>,
    timeouts: Timeouts,
    mut stopped: watch::Receiver<bool>,
) {
    let listener = TcpListener::from_std(socket).expect("a bound socket registers with the runtime");
    let refusals = Arc::new(Semaphore::new(REFUSALS_MAX));
    let graceful = GracefulShutdown::new();
    loop {
        let accepted = tokio::select! {
            biased;
            _ = stopped.wait_for(|stopped| *stopped) => break,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, _)) => match Arc::clone(&permits).try_acquire_owned() {
                Ok(permit) => serve_one(stream, permit, Arc::clone(&shop), timeouts, &graceful),
                Err(_full) => refuse(stream, &refusals),
            },
            Err(error) => {
                warn!(%error, "connection not accepted");
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
    drop(listener);
    if timeout(timeouts.drain, graceful.shutdown()).await.is_err() {
        warn!("connections cut off at shutdown");
    }
}

fn serve_one(
    stream: TcpStream,
    permit: OwnedSemaphorePermit,
    shop: Arc<Shop>,
    timeouts: Timeouts,
    graceful: &GracefulShutdown,
) {
    let _ = stream.set_nodelay(true);
    let service = service_fn(move |request| {
        let shop = Arc::clone(&shop);
        async move { Ok::<_, Infallible>(shop.answer(request, timeouts.body).await) }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(timeouts.head)
        .max_buf_size(HEAD_BYTES_MAX)
        .max_headers(HEADERS_MAX)
        .serve_connection(TokioIo::new(stream), service);
    let served = graceful.watch(connection);
    tokio::spawn(async move {
        if let Err(error) = served.await {
            debug!(%error, "connection ended early");
        }
        drop(permit);
    });
}

/// Overload is refused at once, and said, as far as a bounded effort goes.
fn refuse(mut stream: TcpStream, refusals: &Arc<Semaphore>) {
    let Ok(permit) = Arc::clone(refusals).try_acquire_owned() else { return };
    tokio::spawn(async move {
        let say = async {
            // What was sent is read first: closing over unread bytes would reset the connection and lose the answer.
            let mut head = [0; 4_096];
            let _ = stream.read(&mut head).await;
            let _ = stream.write_all(TOO_BUSY).await;
            let _ = stream.shutdown().await;
        };
        let _ = timeout(REFUSAL_TIMEOUT, say).await;
        drop(permit);
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_refusal_is_as_long_as_it_says() {
        let text = std::str::from_utf8(TOO_BUSY).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        assert!(head.ends_with(&format!("Content-Length: {}", body.len())), "{}", body.len());
        assert!(serde_json::from_str::<serde_json::Value>(body).is_ok());
    }
}
