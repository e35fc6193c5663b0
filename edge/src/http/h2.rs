//! HTTP/2, by hyper (RFC 9113), over the same service as HTTP/1.1.

use std::convert::Infallible;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use doorbuster_http_core::Refusal;
use doorbuster_http_core::head::TARGET_BYTES_MAX;
use http_body_util::BodyExt as _;
use hyper::header::{CONNECTION, CONTENT_LENGTH, HOST, HeaderValue};
use hyper::server::conn::http2;
use hyper::service::service_fn;
use hyper::{Method, Request};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::timeout;

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
        let (service, guard) = (Arc::clone(&service), Activity::begin(&seen));
        async move {
            let reply = answer(&*service, request, peer, timeouts.body).await;
            drop(guard);
            Ok::<_, Infallible>(reply)
        }
    });
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
    let mut connection = std::pin::pin!(connection);
    let over = async {
        tokio::select! {
            () = stop.told() => {}
            () = activity.idle(timeouts.idle) => {}
        }
    };
    tokio::select! {
        ended = connection.as_mut() => return ended.map_err(io::Error::other),
        () = over => connection.as_mut().graceful_shutdown(),
    }
    connection.await.map_err(io::Error::other)
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

/// One host, in the field `Host` whatever it came as (RFC 9113, 8.3.1); and a target of a size that is taken.
fn checked(head: &mut hyper::http::request::Parts) -> Result<String, Refusal> {
    if head.uri.path_and_query().is_some_and(|target| target.as_str().len() > TARGET_BYTES_MAX) {
        return Err(Refusal::TargetTooLong);
    }
    let mut hosts = head.headers.get_all(HOST).iter();
    let field = hosts.next().map(|host| host.to_str().map(str::to_owned)).transpose();
    let field = field.map_err(|_| Refusal::HostMalformed)?;
    if hosts.next().is_some() {
        return Err(Refusal::HostTwice);
    }
    let authority = head.uri.authority().map(|authority| authority.as_str().to_owned());
    let host = match (authority, field) {
        (Some(authority), Some(field)) if !authority.eq_ignore_ascii_case(&field) => {
            return Err(Refusal::HostTwice);
        }
        (Some(authority), _) => authority,
        (None, Some(field)) => field,
        (None, None) => return Err(Refusal::HostMissing),
    };
    let value = HeaderValue::from_str(&host).map_err(|_| Refusal::HostMalformed)?;
    head.headers.insert(HOST, value);
    Ok(host)
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
        use hyper::body::Body as _;
        if let Some(length) = reply.body().size_hint().exact() {
            reply.headers_mut().insert(CONTENT_LENGTH, length.into());
        }
        *reply.body_mut() = Outgoing::empty();
    }
    reply
}

/// What a connection has in hand, and whether anything came of late.
#[derive(Debug, Default)]
struct Activity {
    begun: AtomicU64,
    ended: AtomicU64,
}

/// One request in hand.
struct InHand(Arc<Activity>);

impl Activity {
    fn begin(activity: &Arc<Self>) -> InHand {
        activity.begun.fetch_add(1, Ordering::Relaxed);
        InHand(Arc::clone(activity))
    }

    /// Completes when nothing was in hand for so long; after up to twice that.
    async fn idle(&self, after: Duration) {
        let mut before = self.begun.load(Ordering::Relaxed);
        loop {
            tokio::time::sleep(after).await;
            let (begun, ended) = (self.begun.load(Ordering::Relaxed), self.ended.load(Ordering::Relaxed));
            if begun == ended && begun == before {
                return;
            }
            before = begun;
        }
    }
}

impl Drop for InHand {
    fn drop(&mut self) {
        self.0.ended.fetch_add(1, Ordering::Relaxed);
    }
}
