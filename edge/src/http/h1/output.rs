//! What is to be sent. Small bodies are copied behind their head and go out in one piece; a large one is sent from where
//! it lies.

use std::cell::Cell;
use std::future::poll_fn;
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::{Buf as _, Bytes};
use tokio::io::AsyncWrite;
use tokio::time::timeout;

/// Up to here a copy is cheaper than a second piece.
const COPIED_MAX: usize = 4 << 10;
/// Answers of pipelined requests that go out together.
const TOGETHER_BYTES_MAX: usize = 64 << 10;

thread_local! {
    static SPARE: Cell<Vec<u8>> = const { Cell::new(Vec::new()) };
}

/// Bytes on their way out.
#[derive(Debug, Default)]
pub(in crate::http) struct Output {
    head: Vec<u8>,
    sent: usize,
    tail: Bytes,
}

impl Output {
    /// Where the next head is written. Nothing large may be waiting.
    pub(in crate::http) fn head(&mut self) -> &mut Vec<u8> {
        debug_assert!(self.tail.is_empty(), "a head goes before its body");
        if self.head.capacity() == 0 {
            self.head = SPARE.take();
        }
        &mut self.head
    }

    /// Appends a body.
    pub(in crate::http) fn body(&mut self, body: Bytes) {
        if body.len() <= COPIED_MAX {
            self.head().extend_from_slice(&body);
        } else {
            self.tail = body;
        }
    }

    pub(in crate::http) fn is_empty(&self) -> bool {
        self.head.is_empty() && self.tail.is_empty()
    }

    /// Whether it must be sent before more is written.
    pub(in crate::http) fn is_full(&self) -> bool {
        !self.tail.is_empty() || self.head.len() >= TOGETHER_BYTES_MAX
    }

    /// Sends some; `true` once nothing is left.
    pub(in crate::http) fn poll_send<Io: AsyncWrite + Unpin>(
        &mut self,
        io: &mut Io,
        cx: &mut Context<'_>,
    ) -> Poll<io::Result<bool>> {
        if !self.is_empty() {
            let sent = ready!(self.poll_write(io, cx))?;
            if sent == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            self.advance(sent);
        }
        if !self.is_empty() {
            return Poll::Ready(Ok(false));
        }
        Pin::new(io).poll_flush(cx).map_ok(|()| true)
    }

    fn poll_write<Io: AsyncWrite + Unpin>(&self, io: &mut Io, cx: &mut Context<'_>) -> Poll<io::Result<usize>> {
        let head = &self.head[self.sent..];
        if self.tail.is_empty() {
            return Pin::new(io).poll_write(cx, head);
        }
        if head.is_empty() {
            return Pin::new(io).poll_write(cx, &self.tail);
        }
        Pin::new(io).poll_write_vectored(cx, &[IoSlice::new(head), IoSlice::new(&self.tail)])
    }

    fn advance(&mut self, sent: usize) {
        let of_head = sent.min(self.head.len() - self.sent);
        self.sent += of_head;
        self.tail.advance(sent - of_head);
        if self.sent == self.head.len() {
            self.sent = 0;
            self.head.clear();
            if self.head.capacity() <= TOGETHER_BYTES_MAX {
                SPARE.set(std::mem::take(&mut self.head));
            } else {
                self.head = Vec::new();
            }
        }
    }
}

/// Sends all. A client that takes nothing for so long is given up.
pub(super) async fn send<Io: AsyncWrite + Unpin>(
    output: &mut Output,
    io: &mut Io,
    patience: Duration,
) -> io::Result<()> {
    if output.is_empty() {
        return Ok(());
    }
    // Mostly the kernel takes it all at once, and no timer is needed.
    let mut all = poll_fn(|cx| match output.poll_send(io, cx) {
        Poll::Pending => Poll::Ready(Ok(false)),
        sent @ Poll::Ready(_) => sent,
    })
    .await?;
    while !all {
        let more = poll_fn(|cx| output.poll_send(io, cx));
        all = timeout(patience, more).await.map_err(|_| io::Error::from(io::ErrorKind::TimedOut))??;
    }
    Ok(())
}
