//! A WebSocket's bytes, both ways, until either side ends or nothing goes for too long.

use std::io;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use http::Response;
use hyper::body::Incoming;
use hyper::upgrade::OnUpgrade;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, split};
use tokio::time::{Instant, sleep_until};
use tracing::debug;

use super::pool::Slot;
use super::{OriginError, fields};
use crate::http::{Outgoing, Reply, Tunnel};

/// What is in hand of each direction at most.
const PIECE_BYTES_MAX: usize = 8 << 10;

/// Answers 101, and copies once the shopper's connection is handed over. Holds the slot as long.
pub(super) fn open(mut response: Response<Incoming>, slot: Slot, idle: Duration) -> Result<Reply, OriginError> {
    if !fields::names_websocket(response.headers()) {
        return Err(OriginError::Malformed(None));
    }
    let origin = hyper::upgrade::on(&mut response);
    let tunnel = Tunnel::new(move |shopper| serve(shopper, origin, slot, idle));
    let (mut head, _) = response.into_parts();
    fields::strip(&mut head.headers);
    fields::put_websocket(&mut head.headers);
    head.headers.remove(http::header::DATE);
    head.extensions.clear();
    head.extensions.insert(tunnel);
    Ok(Response::from_parts(head, Outgoing::empty()))
}

/// Copies once the origin's connection is handed over too.
pub(super) async fn serve<S>(shopper: S, origin: OnUpgrade, slot: Slot, idle: Duration)
where
    S: AsyncRead + AsyncWrite,
{
    match origin.await {
        Ok(origin) => relay(shopper, TokioIo::new(origin), idle).await,
        Err(error) => debug!(%error, "origin did not switch protocols"),
    }
    drop(slot);
}

/// Copies both ways.
async fn relay<S, O>(shopper: S, origin: O, idle: Duration)
where
    S: AsyncRead + AsyncWrite,
    O: AsyncRead + AsyncWrite,
{
    let ((shopper_in, shopper_out), (origin_in, origin_out)) = (split(shopper), split(origin));
    let activity = Activity(Mutex::new(Instant::now()));
    let both =
        async { tokio::try_join!(copy(shopper_in, origin_out, &activity), copy(origin_in, shopper_out, &activity)) };
    tokio::select! {
        ended = both => if let Err(error) = ended { debug!(%error, "tunnel broke off") },
        () = activity.ends(idle) => debug!("tunnel closed: nothing went for too long"),
    }
}

async fn copy(
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    activity: &Activity,
) -> io::Result<()> {
    let mut piece = vec![0; PIECE_BYTES_MAX];
    loop {
        let count = from.read(&mut piece).await?;
        activity.note();
        if count == 0 {
            return to.shutdown().await;
        }
        to.write_all(&piece[..count]).await?;
        to.flush().await?;
        activity.note();
    }
}

/// When something went last.
struct Activity(Mutex<Instant>);

impl Activity {
    fn note(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
    }

    async fn ends(&self, idle: Duration) {
        loop {
            let due = *self.0.lock().unwrap_or_else(PoisonError::into_inner) + idle;
            if due <= Instant::now() {
                return;
            }
            sleep_until(due).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::duplex;

    const IDLE: Duration = Duration::from_secs(60);

    #[tokio::test]
    async fn bytes_go_both_ways_and_an_end_is_passed_on() {
        let ((mut shopper, shopper_end), (mut origin, origin_end)) = (duplex(64), duplex(64));
        let relay = tokio::spawn(relay(shopper_end, origin_end, IDLE));
        let large = vec![b'x'; 3 * PIECE_BYTES_MAX];
        let (sent, mut taken) = (large.clone(), vec![0; large.len()]);
        let (written, read) = tokio::join!(shopper.write_all(&sent), origin.read_exact(&mut taken));
        written.unwrap();
        read.unwrap();
        assert_eq!(taken, large);
        origin.write_all(b"pong").await.unwrap();
        drop(origin);
        let mut rest = Vec::new();
        shopper.read_to_end(&mut rest).await.unwrap();
        assert_eq!(rest, b"pong");
        drop(shopper);
        relay.await.unwrap();
    }

    #[tokio::test]
    async fn a_tunnel_ends_when_nothing_goes_in_either_direction() {
        let idle = Duration::from_millis(80);
        let ((mut shopper, shopper_end), (mut origin, origin_end)) = (duplex(64), duplex(64));
        let relay = tokio::spawn(relay(shopper_end, origin_end, idle));
        origin.write_all(b"x").await.unwrap();
        let before = Instant::now();
        shopper.read_u8().await.unwrap();
        assert_eq!(shopper.read(&mut [0]).await.unwrap(), 0);
        relay.await.unwrap();
        assert!(before.elapsed() >= idle / 2, "{:?}", before.elapsed());
    }
}
