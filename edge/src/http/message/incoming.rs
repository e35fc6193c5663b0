//! A request's body as it arrives.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use hyper::body::{Body, Frame, SizeHint};
use tokio::sync::mpsc;

/// Why a body did not arrive whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BodyError {
    /// The connection ended in it.
    #[error("the body broke off")]
    BrokenOff,
    /// It came too slowly.
    #[error("the body took too long")]
    TimedOut,
    /// There is more of it than is taken.
    #[error("the body is too large")]
    TooLarge,
    /// Its framing is malformed.
    #[error("the body is malformed")]
    Malformed,
}

/// A request's body.
#[derive(Debug)]
pub struct Incoming(Kind);

#[derive(Debug)]
enum Kind {
    Whole(Option<Bytes>),
    Pumped { pieces: mpsc::Receiver<Result<Bytes, BodyError>>, left: Option<u64> },
    Http2(hyper::body::Incoming),
}

impl Incoming {
    /// No body.
    pub fn empty() -> Self {
        Self(Kind::Whole(None))
    }

    /// A body that is here already.
    pub fn whole(bytes: impl Into<Bytes>) -> Self {
        Self(Kind::Whole(Some(bytes.into()).filter(|bytes| !bytes.is_empty())))
    }

    /// The bytes, where they are all here.
    pub(in crate::http) fn into_whole(self) -> Option<Bytes> {
        match self.0 {
            Kind::Whole(bytes) => Some(bytes.unwrap_or_default()),
            Kind::Pumped { .. } | Kind::Http2(_) => None,
        }
    }

    /// A body that an engine reads off the connection while it is asked for; `length` where it is known beforehand.
    pub(in crate::http) fn pumped(pieces: mpsc::Receiver<Result<Bytes, BodyError>>, length: Option<u64>) -> Self {
        Self(Kind::Pumped { pieces, left: length })
    }

    /// The body of an HTTP/2 stream.
    pub(in crate::http) fn http2(body: hyper::body::Incoming) -> Self {
        Self(Kind::Http2(body))
    }
}

impl Body for Incoming {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        match &mut self.0 {
            Kind::Whole(bytes) => Poll::Ready(bytes.take().map(|bytes| Ok(Frame::data(bytes)))),
            Kind::Pumped { pieces, left } => {
                let piece = ready!(pieces.poll_recv(cx));
                if let (Some(Ok(bytes)), Some(left)) = (&piece, left) {
                    *left = left.saturating_sub(bytes.len() as u64);
                }
                Poll::Ready(piece.map(|piece| piece.map(Frame::data)))
            }
            Kind::Http2(body) => {
                let frame = ready!(Pin::new(body).poll_frame(cx));
                Poll::Ready(frame.map(|frame| frame.map_err(|_| BodyError::BrokenOff)))
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        match &self.0 {
            Kind::Whole(bytes) => bytes.is_none(),
            Kind::Pumped { left, .. } => *left == Some(0),
            Kind::Http2(body) => body.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.0 {
            Kind::Whole(bytes) => SizeHint::with_exact(bytes.as_ref().map_or(0, |bytes| bytes.len() as u64)),
            Kind::Pumped { left, .. } => left.map_or_else(SizeHint::default, SizeHint::with_exact),
            Kind::Http2(body) => body.size_hint(),
        }
    }
}
