//! What an HTTP/2 connection sends, gathered. The protocol's library flushes before every frame of data, so that each answer of
//! many would be a write of its own; here they go out together, once it has nothing more to do.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use crate::http::h1::Output;

/// The pipe as the protocol sees it: a flush is left to the [`Sender`].
pub(super) struct Gathered<Io>(Arc<Mutex<Pipe<Io>>>);

/// The pipe's other handle.
pub(super) struct Sender<Io>(Arc<Mutex<Pipe<Io>>>);

struct Pipe<Io> {
    io: Io,
    output: Output,
}

/// Both handles of a pipe.
pub(super) fn gather<Io>(io: Io) -> (Gathered<Io>, Sender<Io>) {
    let pipe = Arc::new(Mutex::new(Pipe { io, output: Output::default() }));
    (Gathered(Arc::clone(&pipe)), Sender(pipe))
}

impl<Io: AsyncWrite + Unpin> Sender<Io> {
    /// Whether the protocol must wait until some of it is sent.
    pub(super) fn is_full(&self) -> bool {
        lock(&self.0).output.is_full()
    }

    /// Sends what was gathered; wakes the task when more can be sent.
    pub(super) fn poll_send(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        lock(&self.0).poll_send(cx)
    }
}

impl<Io: AsyncWrite + Unpin> Pipe<Io> {
    fn poll_send(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        // Also where nothing is gathered: what encrypts may hold the end of an answer until it is flushed.
        while !ready!(self.output.poll_send(&mut self.io, cx))? {}
        Poll::Ready(Ok(()))
    }

    /// Makes room: a client that takes nothing is not gathered for without end.
    fn poll_room(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<&mut Vec<u8>>> {
        if self.output.is_full() {
            ready!(self.poll_send(cx))?;
        }
        Poll::Ready(Ok(self.output.head()))
    }
}

impl<Io: AsyncRead + Unpin> AsyncRead for Gathered<Io> {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut lock(&self.0).io).poll_read(cx, into)
    }
}

impl<Io: AsyncWrite + Unpin> AsyncWrite for Gathered<Io> {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, from: &[u8]) -> Poll<io::Result<usize>> {
        ready!(lock(&self.0).poll_room(cx))?.extend_from_slice(from);
        Poll::Ready(Ok(from.len()))
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        from: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let mut pipe = lock(&self.0);
        let room = ready!(pipe.poll_room(cx))?;
        for part in from {
            room.extend_from_slice(part);
        }
        Poll::Ready(Ok(from.iter().map(|part| part.len()).sum()))
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let mut pipe = lock(&self.0);
        ready!(pipe.poll_send(cx))?;
        Pin::new(&mut pipe.io).poll_shutdown(cx)
    }
}

/// Both handles are used by one task alone; nothing is held across a wait.
fn lock<Io>(pipe: &Mutex<Pipe<Io>>) -> MutexGuard<'_, Pipe<Io>> {
    pipe.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Takes everything at once, and has it sent by the third flush.
    struct Slow {
        flushes: u32,
    }

    impl AsyncWrite for Slow {
        fn poll_write(self: Pin<&mut Self>, _: &mut Context<'_>, from: &[u8]) -> Poll<io::Result<usize>> {
            Poll::Ready(Ok(from.len()))
        }

        fn poll_flush(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
            self.flushes += 1;
            if self.flushes < 3 { Poll::Pending } else { Poll::Ready(Ok(())) }
        }

        fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
            Poll::Ready(Ok(()))
        }
    }

    #[test]
    fn what_is_taken_and_not_sent_yet_is_flushed_until_it_is() {
        let (mut gathered, sender) = gather(Slow { flushes: 0 });
        assert!(Pin::new(&mut gathered).poll_write(&mut cx(), b"the end").is_ready());
        assert!(sender.poll_send(&mut cx()).is_pending());
        assert!(sender.poll_send(&mut cx()).is_pending(), "nothing is gathered, and it has not left");
        assert!(sender.poll_send(&mut cx()).is_ready());
    }
    use futures_util::task::noop_waker_ref;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, duplex};

    fn cx() -> Context<'static> {
        Context::from_waker(noop_waker_ref())
    }

    #[tokio::test]
    async fn what_is_flushed_goes_out_together_and_only_when_it_is_sent() {
        let (mut theirs, ours) = duplex(1 << 10);
        let (mut pipe, sender) = gather(ours);
        for part in [&b"one "[..], b"two"] {
            pipe.write_all(part).await.unwrap();
            pipe.flush().await.unwrap();
        }
        let mut said = [0; 7];
        let mut into = ReadBuf::new(&mut said);
        assert!(Pin::new(&mut theirs).poll_read(&mut cx(), &mut into).is_pending());
        assert!(sender.poll_send(&mut cx()).is_ready());
        theirs.read_exact(&mut said).await.unwrap();
        assert_eq!(&said, b"one two");
    }

    #[tokio::test]
    async fn a_client_that_takes_nothing_is_not_gathered_for_without_end() {
        let (theirs, ours) = duplex(8);
        let (mut pipe, sender) = gather(ours);
        let mut gathered = 0;
        while let Poll::Ready(written) = Pin::new(&mut pipe).poll_write(&mut cx(), &[0; 16 << 10]) {
            gathered += written.unwrap();
        }
        assert!(gathered <= 80 << 10 && sender.is_full(), "{gathered}");
        assert!(sender.poll_send(&mut cx()).is_pending());
        drop(theirs);
        assert!(matches!(sender.poll_send(&mut cx()), Poll::Ready(Err(_))));
    }

    #[tokio::test]
    async fn an_end_sends_the_rest_first() {
        let (mut theirs, ours) = duplex(1 << 10);
        let (mut pipe, sender) = gather(ours);
        pipe.write_all(b"last").await.unwrap();
        pipe.shutdown().await.unwrap();
        drop((pipe, sender));
        let mut said = String::new();
        theirs.read_to_string(&mut said).await.unwrap();
        assert_eq!(said, "last");
    }
}
