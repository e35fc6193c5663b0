//! HTTP/2, by hyper (RFC 9113), over the same service as HTTP/1.1.

mod activity;
mod gather;

use std::convert::Infallible;
use std::future;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use doorbuster_http_core::Refusal;
use doorbuster_http_core::head::TARGET_BYTES_MAX;
use futures_util::future::Either;
use http_body_util::BodyExt as _;
use hyper::body::Body as _;
use hyper::header::{CONNECTION, CONTENT_LENGTH, HOST, HeaderValue};
use hyper::server::conn::http2;
use hyper::service::service_fn;
use hyper::{HeaderMap, Method, Request, Uri};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::timeout;

use self::activity::Activity;
use self::gather::{Sender, gather};
use super::h1::{Stop, Timeouts};
use super::message::{Incoming, Outgoing, Reply};
use super::service::{BodyBound, Peer, Refused, Service};

/// Requests that one connection may have in hand.
const STREAMS_MAX: u32 = 128;
/// Streams that a client opened and reset, and that are not cleaned up yet (CVE-2023-44487): beyond, it is hung up on.
const RESETS_MAX: usize = 32;
/// As many as HTTP/1.1 has, with what HTTP/2 counts besides (RFC 9113, 6.5.2).
const HEAD_LIST_BYTES_MAX: u32 = 16 << 10;
/// What is buffered for a stream that its client does not take.
const SEND_BUFFER_BYTES_MAX: usize = 64 << 10;
/// A peer that does not answer this often is gone.
const PING_INTERVAL: Duration = Duration::from_secs(20);
const PING_TIMEOUT: Duration = Duration::from_secs(10);

/// Serves a connection until either side ends it.
pub(super) async fn serve<Io, S>(
    io: Io,
    peer: Peer,
    service: Arc<S>,
    timeouts: Timeouts,
    mut stop: Stop,
) -> io::Result<()>
where
    Io: AsyncRead + AsyncWrite + Send + Unpin + 'static,
    S: Service,
{
    let activity = Arc::new(Activity::default());
    let seen = Arc::clone(&activity);
    let service = service_fn(move |request| {
        let guard = Activity::begin(&seen);
        if let Some(reply) = at_hand(&*service, &request, peer) {
            return Either::Left(future::ready(Ok::<_, Infallible>(reply)));
        }
        let service = Arc::clone(&service);
        // Boxed: room is made for each request before it is known what it asks for.
        Either::Right(Box::pin(async move {
            let reply = answer(&*service, request, peer, timeouts.body).await;
            drop(guard);
            Ok(reply)
        }))
    });
    let (io, sender) = gather(io);
    let connection = http2::Builder::new(TokioExecutor::new())
        .timer(TokioTimer::new())
        .max_concurrent_streams(STREAMS_MAX)
        .max_pending_accept_reset_streams(RESETS_MAX)
        .max_local_error_reset_streams(RESETS_MAX)
        .max_header_list_size(HEAD_LIST_BYTES_MAX)
        .max_send_buf_size(SEND_BUFFER_BYTES_MAX)
        .keep_alive_interval(PING_INTERVAL)
        .keep_alive_timeout(PING_TIMEOUT)
        .serve_connection(TokioIo::new(io), service);
    let mut connection = Sending { connection: std::pin::pin!(connection), sender };
    let over = async {
        tokio::select! {
            () = stop.told() => {}
            () = activity.idle(timeouts.idle) => {}
        }
    };
    tokio::select! {
        ended = &mut connection => return ended,
        () = over => connection.connection.as_mut().graceful_shutdown(),
    }
    connection.await
}

/// A connection that sends what it gathered whenever it has nothing more to do.
struct Sending<C, Io> {
    connection: C,
    sender: Sender<Io>,
}

impl<C, Io> Future for Sending<C, Io>
where
    C: Future<Output = hyper::Result<()>> + Unpin,
    Io: AsyncWrite + Unpin,
{
    type Output = io::Result<()>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        loop {
            if let Poll::Ready(ended) = Pin::new(&mut self.connection).poll(cx) {
                return Poll::Ready(ended.map_err(io::Error::other));
            }
            let was_full = self.sender.is_full();
            ready!(self.sender.poll_send(cx))?;
            // What waited for room has it now.
            if !was_full {
                return Poll::Pending;
            }
        }
    }
}

/// The answer, if it was made beforehand and nothing must arrive for it.
fn at_hand<S: Service>(service: &S, request: &Request<hyper::body::Incoming>, peer: Peer) -> Option<Reply> {
    let is_whole = request.body().is_end_stream();
    let host = host(request.uri(), request.headers()).ok().filter(|_| is_whole)?;
    let reply = service.page(request, host, peer)?;
    Some(finish(reply, request.method() == Method::HEAD))
}

async fn answer<S: Service>(
    service: &S,
    request: Request<hyper::body::Incoming>,
    peer: Peer,
    patience: Duration,
) -> Reply {
    let (mut head, body) = request.into_parts();
    let is_head = head.method == Method::HEAD;
    let reply = match checked(&mut head) {
        Err(refusal) => service.refuse(Refused::Malformed(refusal), peer),
        Ok(host) => {
            let target = head.uri.path_and_query().map_or("/", |target| target.as_str());
            match service.body_bound(head.method.as_str(), &host, target) {
                BodyBound::Stream => service.answer(Request::from_parts(head, Incoming::http2(body)), peer).await,
                BodyBound::Whole(max) => match collect(body, max, patience).await {
                    Ok(bytes) => service.answer(Request::from_parts(head, Incoming::whole(bytes)), peer).await,
                    Err(refused) => service.refuse(refused, peer),
                },
            }
        }
    };
    finish(reply, is_head)
}

/// One host, in the field `Host` whatever it came as; and a target of a size that is taken.
fn checked(head: &mut hyper::http::request::Parts) -> Result<String, Refusal> {
    let host = host(&head.uri, &head.headers)?.to_owned();
    let value = HeaderValue::from_str(&host).map_err(|_| Refusal::HostMalformed)?;
    head.headers.insert(HOST, value);
    Ok(host)
}

/// The one host (RFC 9113, 8.3.1) of a target that is not too long.
fn host<'h>(target: &'h Uri, fields: &'h HeaderMap) -> Result<&'h str, Refusal> {
    if target.path_and_query().is_some_and(|target| target.as_str().len() > TARGET_BYTES_MAX) {
        return Err(Refusal::TargetTooLong);
    }
    let mut hosts = fields.get_all(HOST).iter();
    let field = hosts.next().map(HeaderValue::to_str).transpose().map_err(|_| Refusal::HostMalformed)?;
    if hosts.next().is_some() {
        return Err(Refusal::HostTwice);
    }
    match (target.authority().map(hyper::http::uri::Authority::as_str), field) {
        (Some(authority), Some(field)) if !authority.eq_ignore_ascii_case(field) => Err(Refusal::HostTwice),
        (Some(authority), _) => Ok(authority),
        (None, Some(field)) => Ok(field),
        (None, None) => Err(Refusal::HostMissing),
    }
}

async fn collect(body: hyper::body::Incoming, max: usize, patience: Duration) -> Result<Bytes, Refused> {
    let whole = async {
        let mut body = body;
        let mut whole = BytesMut::new();
        while let Some(frame) = body.frame().await {
            let Ok(data) = frame.map_err(|_| Refused::TimedOut)?.into_data() else { continue };
            if whole.len() + data.len() > max {
                return Err(Refused::BodyTooLarge);
            }
            whole.extend_from_slice(&data);
        }
        Ok(whole.freeze())
    };
    timeout(patience, whole).await.unwrap_or(Err(Refused::TimedOut))
}

/// What HTTP/2 leaves out, and what hyper would not put in for HEAD.
fn finish(mut reply: Reply, is_head: bool) -> Reply {
    reply.headers_mut().remove(CONNECTION);
    if is_head {
        if let Some(length) = reply.body().size_hint().exact() {
            reply.headers_mut().insert(CONTENT_LENGTH, length.into());
        }
        *reply.body_mut() = Outgoing::empty();
    }
    reply
}
