//! A request's body on its way to an origin: bounded, and watched.

use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use hyper::body::{Body, Frame, SizeHint};
use tokio::time::Instant;

use crate::http::BodyError;

type Inner = Pin<Box<dyn Body<Data = Bytes, Error = BodyError> + Send>>;

/// A request's body.
pub(super) struct Upload(Option<Piecewise>);

struct Piecewise {
    inner: Inner,
    bytes_left: u64,
    watch: Arc<Mutex<Seen>>,
}

/// What became of an upload, for whoever sent it off.
#[derive(Debug, Clone)]
pub(super) struct Watch(Arc<Mutex<Seen>>);

#[derive(Debug)]
struct Seen {
    moved: Instant,
    fault: Option<BodyError>,
}

impl Upload {
    /// No body.
    pub(super) fn none() -> Self {
        Self(None)
    }

    /// A body of so many bytes at most.
    ///
    /// # Errors
    /// Where it is known already that it is larger.
    pub(super) fn new<B>(body: B, bytes_max: u64) -> Result<Self, BodyError>
    where
        B: Body<Data = Bytes, Error = BodyError> + Send + 'static,
    {
        if body.size_hint().lower() > bytes_max {
            return Err(BodyError::TooLarge);
        }
        if body.is_end_stream() {
            return Ok(Self::none());
        }
        let seen = Seen { moved: Instant::now(), fault: None };
        Ok(Self(Some(Piecewise { inner: Box::pin(body), bytes_left: bytes_max, watch: Arc::new(Mutex::new(seen)) })))
    }

    /// Whether there is no body.
    pub(super) fn is_none(&self) -> bool {
        self.0.is_none()
    }

    /// What becomes of it; nothing where there is none.
    pub(super) fn watch(&self) -> Option<Watch> {
        self.0.as_ref().map(|body| Watch(Arc::clone(&body.watch)))
    }
}

impl Watch {
    /// When a time that begins anew with each piece that the origin takes is over.
    pub(super) fn due(&self, time: Duration) -> Instant {
        self.seen().moved + time
    }

    /// What went wrong on the shopper's side.
    pub(super) fn fault(&self) -> Option<BodyError> {
        self.seen().fault
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        lock(&self.0)
    }
}

impl Piecewise {
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        loop {
            let frame = ready!(self.inner.as_mut().poll_frame(cx));
            lock(&self.watch).moved = Instant::now();
            // Trailers are dropped: their announcement was for the shopper's connection only.
            let Some(frame) = frame else { return Poll::Ready(None) };
            match frame.and_then(|frame| self.count(frame)) {
                Ok(None) => {}
                Ok(Some(frame)) => return Poll::Ready(Some(Ok(frame))),
                Err(fault) => {
                    lock(&self.watch).fault = Some(fault);
                    return Poll::Ready(Some(Err(fault)));
                }
            }
        }
    }

    fn count(&mut self, frame: Frame<Bytes>) -> Result<Option<Frame<Bytes>>, BodyError> {
        let Some(data) = frame.data_ref() else { return Ok(None) };
        let left = self.bytes_left.checked_sub(data.len() as u64);
        self.bytes_left = left.ok_or(BodyError::TooLarge)?;
        Ok(Some(frame))
    }
}

impl Body for Upload {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        self.0.as_mut().map_or(Poll::Ready(None), |body| body.poll(cx))
    }

    fn is_end_stream(&self) -> bool {
        self.0.as_ref().is_none_or(|body| body.inner.is_end_stream())
    }

    fn size_hint(&self) -> SizeHint {
        self.0.as_ref().map_or(SizeHint::with_exact(0), |body| body.inner.size_hint())
    }
}

impl std::fmt::Debug for Upload {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(if self.is_none() { "Upload(none)" } else { "Upload(stream)" })
    }
}

fn lock(seen: &Mutex<Seen>) -> MutexGuard<'_, Seen> {
    seen.lock().unwrap_or_else(PoisonError::into_inner)
}
