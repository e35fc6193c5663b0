//! Several parts of a body in one answer (RFC 9110, 14.6). The parts are slices: however many are asked for, no byte is copied.

use std::collections::VecDeque;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::{Bytes, BytesMut};
use doorbuster_http_core::range::Span;
use hyper::body::{Body, Frame, SizeHint};
use hyper::header::HeaderValue;

use super::slice;

/// The body of a multipart/byteranges answer; its length is known.
#[derive(Debug)]
pub(super) struct Byteranges {
    pieces: VecDeque<Bytes>,
}

impl Byteranges {
    pub(super) fn new(boundary: &str, content_type: &HeaderValue, body: &Bytes, spans: &[Span]) -> Self {
        let mut pieces = VecDeque::with_capacity(2 * spans.len() + 1);
        let mut before = "";
        for span in spans {
            let mut head = BytesMut::new();
            head.extend_from_slice(format!("{before}--{boundary}\r\nContent-Type: ").as_bytes());
            head.extend_from_slice(content_type.as_bytes());
            let range = span.content_range(body.len() as u64);
            head.extend_from_slice(format!("\r\nContent-Range: {range}\r\n\r\n").as_bytes());
            pieces.extend([head.freeze(), slice(body, *span)]);
            before = "\r\n";
        }
        pieces.push_back(Bytes::from(format!("\r\n--{boundary}--\r\n")));
        Self { pieces }
    }
}

impl Body for Byteranges {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        Poll::Ready(self.pieces.pop_front().map(|piece| Ok(Frame::data(piece))))
    }

    fn is_end_stream(&self) -> bool {
        self.pieces.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.pieces.iter().map(|piece| piece.len() as u64).sum())
    }
}
