//! An answer's body on its way from an origin. Gives the connection back when it has arrived whole.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use hyper::body::{Body, Frame, SizeHint};
use tokio::time::{Sleep, sleep};

use super::meters::Counts;
use super::pool::Lease;

/// An answer's body.
#[derive(Debug)]
pub(super) struct Download {
    inner: hyper::body::Incoming,
    lease: Option<Lease>,
    counts: Counts,
    idle: Duration,
    /// Runs only while the origin is waited for, and not while the shopper is slow.
    patience: Option<Pin<Box<Sleep>>>,
}

impl Download {
    pub(super) fn new(inner: hyper::body::Incoming, lease: Lease, counts: Counts, idle: Duration) -> Self {
        Self { inner, lease: Some(lease), counts, idle, patience: None }
    }

    fn arrived(&mut self, frame: Option<Result<Frame<Bytes>, hyper::Error>>) -> Option<io::Result<Frame<Bytes>>> {
        match frame {
            None => {
                self.give_back();
                None
            }
            Some(Ok(frame)) => Some(Ok(frame)),
            Some(Err(error)) => {
                self.lease = None;
                self.counts.failed("body-broken");
                Some(Err(io::Error::other(error)))
            }
        }
    }

    fn give_back(&mut self) {
        if let Some(lease) = self.lease.take() {
            lease.give_back();
        }
    }

    fn poll_patience(&mut self, cx: &mut Context<'_>) -> Poll<io::Error> {
        let idle = self.idle;
        let patience = self.patience.get_or_insert_with(|| Box::pin(sleep(idle)));
        patience.as_mut().poll(cx).map(|()| {
            self.lease = None;
            self.counts.failed("body-timeout");
            io::Error::new(io::ErrorKind::TimedOut, "the origin's answer stopped in its middle")
        })
    }
}

impl Body for Download {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        loop {
            match Pin::new(&mut self.inner).poll_frame(cx) {
                // Trailers are dropped: their announcement was for the origin's connection only.
                Poll::Ready(Some(Ok(frame))) if !frame.is_data() => {}
                Poll::Ready(frame) => {
                    self.patience = None;
                    return Poll::Ready(self.arrived(frame));
                }
                Poll::Pending => return self.poll_patience(cx).map(|error| Some(Err(error))),
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}

impl Drop for Download {
    /// Whoever knows the length need not ask for the end.
    fn drop(&mut self) {
        if self.inner.is_end_stream() {
            self.give_back();
        }
    }
}

/// What HEAD is answered with: a length, and nothing of that length.
#[derive(Debug)]
pub(super) struct Unsent(pub(super) Option<u64>);

impl Body for Unsent {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        Poll::Ready(None)
    }

    fn size_hint(&self) -> SizeHint {
        self.0.map_or_else(SizeHint::default, SizeHint::with_exact)
    }
}
