//! One edge's way to the allocator: a TCP proxy on loopback that cuts, holds or slows what passes.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, watch};
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::{Instant, sleep_until};

/// Bytes that are read at a time.
const PIECE_BYTES_MAX: usize = 16 << 10;
/// Pieces under way in one direction of one connection; then the sender waits.
const PIECES_MAX: usize = 64;

/// What passes; the later in this list, the worse.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Passage {
    /// Everything, at once.
    #[default]
    Open,
    /// Everything, so much later.
    Slow(Duration),
    /// Nothing: connections stay, and what was sent comes through when the way is open again.
    Held,
    /// Nothing: connections break, and new ones too.
    Cut,
}

/// The way of one edge. It is gone when this is dropped.
#[derive(Debug)]
pub struct Link {
    address: SocketAddr,
    passage: watch::Sender<Passage>,
    serving: JoinHandle<()>,
}

impl Link {
    /// Opens a way to `allocator`.
    ///
    /// # Errors
    /// No port could be had.
    pub async fn to(allocator: SocketAddr) -> anyhow::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?;
        let (passage, watched) = watch::channel(Passage::Open);
        let serving = tokio::spawn(serve(listener, allocator, watched));
        Ok(Self { address, passage, serving })
    }

    /// Where the edge connects, as a URL.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Changes what passes, from now on.
    pub fn set(&self, passage: Passage) {
        self.passage.send_replace(passage);
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

async fn serve(listener: TcpListener, allocator: SocketAddr, passage: watch::Receiver<Passage>) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => {
                let Ok((edge, _)) = accepted else { continue };
                connections.spawn(carry(edge, allocator, passage.clone()));
            }
            Some(_) = connections.join_next() => {}
        }
    }
}

/// Carries one connection until it ends, or is cut. That it breaks is what this is for: nobody is told.
async fn carry(edge: TcpStream, allocator: SocketAddr, mut passage: watch::Receiver<Passage>) {
    if *passage.borrow() == Passage::Cut {
        return;
    }
    let Ok(allocator) = TcpStream::connect(allocator).await else { return };
    if edge.set_nodelay(true).and(allocator.set_nodelay(true)).is_err() {
        return;
    }
    let ((from_edge, to_edge), (from_allocator, to_allocator)) = (edge.into_split(), allocator.into_split());
    let (up, down) = (passage.clone(), passage.clone());
    tokio::select! {
        () = pass(from_edge, to_allocator, up) => {}
        () = pass(from_allocator, to_edge, down) => {}
        _ = passage.wait_for(|passage| *passage == Passage::Cut) => {}
    }
}

/// One direction: what is read falls due when the passage says.
async fn pass(
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    mut passage: watch::Receiver<Passage>,
) {
    let (pieces, mut due_pieces) = mpsc::channel::<(Instant, Vec<u8>)>(PIECES_MAX);
    let now = passage.clone();
    let read = async move {
        let mut piece = vec![0; PIECE_BYTES_MAX];
        while let Ok(length @ 1..) = from.read(&mut piece).await {
            let delay = if let Passage::Slow(delay) = *now.borrow() { delay } else { Duration::ZERO };
            if pieces.send((Instant::now() + delay, piece[..length].to_vec())).await.is_err() {
                return;
            }
        }
    };
    let write = async move {
        while let Some((due, piece)) = due_pieces.recv().await {
            sleep_until(due).await;
            let opened = passage.wait_for(|passage| *passage != Passage::Held).await.is_ok();
            if !opened || to.write_all(&piece).await.is_err() {
                return;
            }
        }
    };
    tokio::join!(read, write);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A way to something that sends back whatever it gets, with a connection over it.
    async fn echoing() -> (Link, TcpStream) {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let link = Link::to(listener.local_addr().unwrap()).await.unwrap();
        tokio::spawn(async move {
            while let Ok((mut peer, _)) = listener.accept().await {
                tokio::spawn(async move {
                    let (mut read, mut write) = peer.split();
                    tokio::io::copy(&mut read, &mut write).await
                });
            }
        });
        let stream = TcpStream::connect(link.address).await.unwrap();
        (link, stream)
    }

    async fn echo(stream: &mut TcpStream) -> std::io::Result<u8> {
        stream.write_all(&[7]).await?;
        stream.read_u8().await
    }

    #[tokio::test]
    async fn what_is_slowed_comes_later() {
        let (link, mut stream) = echoing().await;
        assert_eq!(echo(&mut stream).await.unwrap(), 7);
        link.set(Passage::Slow(Duration::from_millis(60)));
        let begun = Instant::now();
        assert_eq!(echo(&mut stream).await.unwrap(), 7);
        assert!(begun.elapsed() >= Duration::from_millis(120), "there and back");
    }

    #[tokio::test]
    async fn what_is_held_comes_once_the_way_is_open() {
        let (link, mut stream) = echoing().await;
        assert_eq!(echo(&mut stream).await.unwrap(), 7);
        link.set(Passage::Held);
        let held = tokio::time::timeout(Duration::from_millis(100), echo(&mut stream)).await;
        assert!(held.is_err(), "it came through");
        link.set(Passage::Open);
        assert_eq!(stream.read_u8().await.unwrap(), 7);
    }

    #[tokio::test]
    async fn a_cut_breaks_what_is_there_and_what_comes() {
        let (link, mut stream) = echoing().await;
        assert_eq!(echo(&mut stream).await.unwrap(), 7);
        link.set(Passage::Cut);
        assert!(stream.read_u8().await.is_err());
        let mut next = TcpStream::connect(link.address).await.unwrap();
        assert!(echo(&mut next).await.is_err());
        link.set(Passage::Open);
        let mut next = TcpStream::connect(link.address).await.unwrap();
        assert_eq!(echo(&mut next).await.unwrap(), 7);
    }
}
