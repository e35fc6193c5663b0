//! A request that must be asked about, from its body to its answer's last byte.

use std::io;
use std::pin::pin;
use std::time::Duration;

use bytes::Bytes;
use doorbuster_http_core::{Framing, Head, Refusal};
use hyper::header::{HOST, HeaderName, HeaderValue};
use hyper::http::request::Parts;
use hyper::{HeaderMap, Method, Request, StatusCode, Uri, Version};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::sync::mpsc;
use tokio::time::timeout;

use super::answer::{Shape, says_close, write};
use super::body;
use super::connection::{Connection, End};
use super::encode::{self, Delimited, Said};
use crate::http::message::{Incoming, Reply, Tunnel, TunnelIo};
use crate::http::rewind::Rewind;
use crate::http::service::{BodyBound, Refused, Service};

const CONTINUE: &[u8] = b"HTTP/1.1 100 Continue\r\n\r\n";
/// Of what a client goes on sending after its last answer, so much is read away, and for so long: closing over unread
/// bytes would reset the connection, and lose the answer.
const LINGER_BYTES_MAX: usize = 8 << 20;
const LINGER: Duration = Duration::from_secs(2);

/// A request whose head is read.
pub(super) struct Exchange {
    head: Parts,
    framing: Framing,
    bound: BodyBound,
    shape: Shape,
    expects_continue: bool,
}

impl Exchange {
    /// Takes a head out of the bytes that it was read from.
    pub(super) fn of(head: &Head<'_>, bytes: &[u8], bound: BodyBound) -> Result<Self, Refusal> {
        let method = Method::from_bytes(head.method.as_bytes()).map_err(|_| Refusal::RequestLine)?;
        let shape =
            Shape { is_head: method == Method::HEAD, is_http_10: head.is_http_10, keeps_alive: head.keeps_alive };
        let (mut parts, ()) = Request::new(()).into_parts();
        let copy = Copy::of(&bytes[..head.bytes]);
        parts.method = method;
        parts.uri = Uri::from_maybe_shared(copy.of_part(head.target.as_bytes())).map_err(|_| Refusal::RequestLine)?;
        parts.version = if head.is_http_10 { Version::HTTP_10 } else { Version::HTTP_11 };
        parts.headers = fields(head, &copy)?;
        Ok(Self { head: parts, framing: head.framing, bound, shape, expects_continue: head.expects_continue })
    }
}

/// A copy of bytes, of which parts are found by where they lie in the original.
struct Copy {
    bytes: Bytes,
    original: usize,
}

impl Copy {
    fn of(bytes: &[u8]) -> Self {
        Self { bytes: Bytes::copy_from_slice(bytes), original: bytes.as_ptr() as usize }
    }

    fn of_part(&self, part: &[u8]) -> Bytes {
        let start = part.as_ptr() as usize - self.original;
        self.bytes.slice(start..start + part.len())
    }
}

fn fields(head: &Head<'_>, copy: &Copy) -> Result<HeaderMap, Refusal> {
    let mut fields = HeaderMap::with_capacity(head.headers.len());
    for header in head.headers {
        let name = HeaderName::from_bytes(header.name.as_bytes()).map_err(|_| Refusal::HeaderField)?;
        // An empty value has no place in the original.
        let value = if header.value.is_empty() { Bytes::new() } else { copy.of_part(header.value) };
        fields.append(name, HeaderValue::from_maybe_shared(value).map_err(|_| Refusal::HeaderField)?);
    }
    if !head.target.starts_with('/') && !head.host.is_empty() {
        // RFC 9112, 3.2.2: of an absolute target, its host counts.
        fields.insert(HOST, HeaderValue::from_str(head.host).map_err(|_| Refusal::HostMalformed)?);
    }
    Ok(fields)
}

impl<Io, S> Connection<Io, S>
where
    Io: AsyncRead + AsyncWrite + Send + Unpin + 'static,
    S: Service,
{
    /// Answers; gives the connection back if it lives on.
    pub(super) async fn exchange(mut self, exchange: Exchange) -> io::Result<Option<Self>> {
        let Exchange { head, framing, bound, shape, expects_continue } = exchange;
        let (max, length) = match (bound, framing) {
            (_, Framing::None) => return self.ask(head, Incoming::empty(), shape).await,
            (BodyBound::Whole(max), Framing::Length(length)) => (max, Some(length)),
            (BodyBound::Whole(max), Framing::Chunked) => (max, None),
            (BodyBound::Stream, _) => {
                return Box::pin(self.stream(head, framing, shape, expects_continue)).await;
            }
        };
        if length.is_some_and(|length| length > max as u64) {
            return Box::pin(self.refuse(Refused::BodyTooLarge)).await.map(|_| None);
        }
        if expects_continue {
            self.output.head().extend_from_slice(CONTINUE);
            self.send().await?;
        }
        let whole = body::collect(&mut self.input, &mut self.io, framing, max);
        match timeout(self.timeouts.body, whole).await.unwrap_or(Ok(Err(Refused::TimedOut)))? {
            Ok(bytes) => self.ask(head, Incoming::whole(bytes), shape).await,
            Err(refused) => Box::pin(self.refuse(refused)).await.map(|_| None),
        }
    }

    async fn ask(mut self, head: Parts, body: Incoming, shape: Shape) -> io::Result<Option<Self>> {
        let mut reply = self.service.answer(Request::from_parts(head, body), self.peer).await;
        if let Some(tunnel) = tunnel(&mut reply) {
            return Box::pin(self.switch(reply, &tunnel)).await.map(|()| None);
        }
        let keeps_alive = shape.keeps_alive && !self.stop.is_told() && !says_close(&reply);
        let shape = Shape { keeps_alive, ..shape };
        if write(reply, shape, &mut self.output, &mut self.io, self.timeouts.write).await? {
            return Ok(Some(self));
        }
        Box::pin(self.close()).await.map(|_| None)
    }

    /// Hands a body on as it arrives, while the answer may already be on its way.
    async fn stream(
        mut self,
        head: Parts,
        framing: Framing,
        shape: Shape,
        expects_continue: bool,
    ) -> io::Result<Option<Self>> {
        if expects_continue {
            self.output.head().extend_from_slice(CONTINUE);
            self.send().await?;
        }
        let (pieces, arriving) = mpsc::channel(1);
        let length = if let Framing::Length(length) = framing { Some(length) } else { None };
        let request = Request::from_parts(head, Incoming::pumped(arriving, length));
        let (keeps_alive, end) = {
            let (mut read, mut written) = tokio::io::split(&mut self.io);
            let pump = body::pump(&mut self.input, &mut read, framing, pieces, self.timeouts.body);
            let stops = self.stop.is_told();
            let (output, patience) = (&mut self.output, self.timeouts.write);
            let answer = async {
                let reply = self.service.answer(request, self.peer).await;
                let keeps_alive = shape.keeps_alive && !stops && !says_close(&reply);
                write(reply, Shape { keeps_alive, ..shape }, output, &mut written, patience).await
            };
            body::beside(pin!(answer), pin!(pump)).await
        };
        // A body that was not read to its end leaves nothing that could be trusted to be the next request.
        let keeps_alive = keeps_alive? && matches!(end, Some(Ok(())));
        if keeps_alive { Ok(Some(self)) } else { self.close().await.map(|_| None) }
    }

    async fn switch(mut self, reply: Reply, tunnel: &Tunnel) -> io::Result<()> {
        encode::head(self.output.head(), reply.status(), reply.headers(), Delimited::Not, Said::Own);
        self.send().await?;
        if let Some(run) = tunnel.take() {
            run(TunnelIo::new(Rewind::new(self.input.take_all(), self.io))).await;
        }
        Ok(())
    }

    /// Says why, and ends the connection.
    pub(super) async fn refuse(mut self, refused: Refused) -> io::Result<End<Io>> {
        let reply = self.service.refuse(refused, self.peer);
        let shape = Shape { is_head: false, is_http_10: false, keeps_alive: false };
        write(reply, shape, &mut self.output, &mut self.io, self.timeouts.write).await?;
        self.close().await
    }

    /// Ends the connection so that the last answer arrives.
    pub(super) async fn close(mut self) -> io::Result<End<Io>> {
        self.send().await?;
        self.io.shutdown().await?;
        let _ = timeout(LINGER, read_away(&mut self.io)).await;
        Ok(End::Closed)
    }
}

async fn read_away<Io: AsyncRead + Unpin>(io: &mut Io) -> io::Result<()> {
    let mut scratch = vec![0; 16 << 10];
    let mut seen = 0;
    while seen < LINGER_BYTES_MAX {
        match io.read(&mut scratch).await? {
            0 => break,
            count => seen += count,
        }
    }
    Ok(())
}

fn tunnel(reply: &mut Reply) -> Option<Tunnel> {
    if reply.status() == StatusCode::SWITCHING_PROTOCOLS { reply.extensions_mut().remove() } else { None }
}
